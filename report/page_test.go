package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"joy/detect/finding"
)

// wellFormed wants elements that are closed in the order in which they are opened,
// no scripts, nothing from elsewhere, and tables that can be read to somebody.
func wellFormed(t testing.TB, page []byte) {
	t.Helper()
	void := []string{"meta", "path", "!doctype"}
	var stack []string
	ids := make(map[string]bool)
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				t.Fatal(z.Err())
			}
			if len(stack) > 0 {
				t.Fatalf("%v are not closed", stack)
			}
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			k := z.Token()
			checkElement(t, &k, ids)
			if !slices.Contains(void, k.Data) && k.Type == html.StartTagToken {
				stack = append(stack, k.Data)
			}
		case html.EndTagToken:
			k := z.Token()
			if len(stack) == 0 || stack[len(stack)-1] != k.Data {
				t.Fatalf("</%s> in %v", k.Data, stack)
			}
			stack = stack[:len(stack)-1]
		}
	}
}

// elements are all that a page has.
var elements = strings.Fields("html head meta title style body a header h1 nav ul li main section h2 p div figure article h3 " +
	"table caption small thead tr th tbody td footer svg desc path text")

func checkElement(t testing.TB, k *html.Token, ids map[string]bool) {
	t.Helper()
	if !slices.Contains(elements, k.Data) {
		t.Fatalf("an element %s", k.Data)
	}
	scope := false
	for _, a := range k.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "src", a.Key == "href" && !strings.HasPrefix(a.Val, "#"):
			t.Fatalf("an attribute %s=%q", a.Key, a.Val)
		case a.Key == "id" && ids[a.Val]:
			t.Fatalf("two elements are %s", a.Val)
		case a.Key == "id":
			ids[a.Val] = true
		case a.Key == "scope":
			scope = true
		}
	}
	if k.Data == "th" && !scope {
		t.Fatal("a heading of a table without scope")
	}
}

// hostile are texts that would like to be more.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</title></style></svg></table>`, "a\u202egpj.exe", "nul\u0000nul",
	"\uf7ff\uf780", strings.Repeat("long", 300_000), "&lt;&#60;", "</desc><script>", "{{.Title}}", "'-alert(1)-'", "javascript:alert(1)",
}

func record(s string) []byte {
	return fmt.Appendf(nil, `{"sa":%[1]s,"da":%[1]s,"pr":6,"sp":1,"dp":443,"bytes_out":5,"num_pkts_out":2,"bytes_in":1,"num_pkts_in":1,"time_start":1,"time_end":2,`+
		`"app":[%[1]s],"packets":[{"b":5,"dir":">","ipt":0}],"flow_id":%[1]s,"end_reason":%[1]s,"byte_dist":[1,2,3,4],`+
		`"tls":{"s_version":5,"scs":%[1]s,"sni":[%[1]s],"ja4":%[1]s,"s_cert":[{"sha256":%[1]s,"subject":[{%[1]s:%[1]s}],"issuer":[{"commonName":%[1]s}],"validity_not_after":%[1]s}]},`+
		`"dns":[{"qn":%[1]s,"qt":%[1]s},{"rn":%[1]s,"rc":3}],"http":[{"out":[{"Host":%[1]s},{"user-AGENT":%[1]s}],"in":[{"server":%[1]s}]}],`+
		`"ssh":{"cli":{"software":%[1]s,"hassh":%[1]s},"srv":{"software":%[1]s}},"analysis":{"process":%[1]s,"kind":%[1]s,"malware":true},"exe":{"name":%[1]s,"hash":%[1]s,"end":"da"}}`, s)
}

// quoted is a text as JSON.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

func TestHostile(t *testing.T) {
	var list [][]byte
	for _, s := range hostile {
		list = append(list, record(quoted(s)))
	}
	a := build(t, Options{Policy: open(t)}, list)
	a.Complain(hostile[0] + ": " + hostile[1])
	if a.records != uint64(len(hostile)) || a.quality.unreadable > 0 {
		t.Fatalf("%d records, %v", a.records, a.quality.complaints)
	}
	for _, title := range hostile {
		var b bytes.Buffer
		f := finding.Finding{Kind: title, Title: title, Src: title, Evidence: []finding.Evidence{{Name: title, Value: title}}, Flows: []string{title}}
		v := View{Title: title, Program: "joy", Files: hostile, Policy: title, Findings: []finding.Finding{f}, Limits: []finding.Bound{{Name: title}}}
		if err := a.Page(v).WriteHTML(&b); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, b.Bytes())
		for _, bad := range []string{"<script", "<img", "\u202e", "\x00", strings.Repeat("long", 200)} {
			if bytes.Contains(b.Bytes(), []byte(bad)) {
				t.Errorf("the page has %.20q", bad)
			}
		}
	}
}

// Whatever stands in the lines, there is a page, and it is well-formed.
func FuzzPage(f *testing.F) {
	for _, s := range hostile {
		if len(s) < 1000 {
			f.Add(record(quoted(s)))
		}
	}
	f.Add([]byte(`{"statistics":{"frames":5,"dropped":1,"not_decoded_by":{"arp":3}}}`))
	f.Add([]byte(`{"sa":"a","da":"b","pr":255,"time_start":-5,"time_end":9223372035,"bytes_out":18446744073709551615,"bytes_in":18446744073709551615,"packets":[{"b":18446744073709551615,"ipt":1e300}],"tls":5,"dns":{},"http":[[]]}`))
	for _, name := range []string{"tls-alpn", "dns", "ssh-openssh", "http-get"} { // as files: each process of a fuzzer begins here
		text, err := os.ReadFile(filepath.Join("../testdata/captures", name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		for i, line := range bytes.Split(text, []byte("\n")) {
			if i < 4 && len(line) < 4000 {
				f.Add(line)
			}
		}
	}
	p := open(f)
	f.Fuzz(func(t *testing.T, line []byte) {
		a := build(t, Options{Policy: p}, [][]byte{line, line})
		var b bytes.Buffer
		if err := a.Page(View{Top: 5, Title: string(line)}).WriteHTML(&b); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, b.Bytes())
	})
}

func TestQuality(t *testing.T) {
	var list [][]byte
	for _, s := range []string{
		`{"version":"5","statistics_time":60}`,
		`{"sa":"192.0.2.1","da":"192.0.2.2","pr":6,"sp":1,"dp":2,"bytes_out":9,"num_pkts_out":3,"time_start":1,"time_end":2,"packets":[{"b":5,"dir":">","ipt":0}],` +
			`"end_reason":"lack of resources","debug":{"tcp_retrans":2,"invalid":4,"shed":1},"tls":{"lost":true}}`,
		`{"statistics":{"frames":10,"dropped":1}}`,
		`{"statistics":{"frames":20,"dropped":3,"not_decoded_by":{"arp":3,"lldp":1}}}`,
		`{"statistics":{"frames":5,"dropped":2}}`, // another run
		`{"sa":"192.0.2.1",`,
	} {
		list = append(list, []byte(s))
	}
	a := build(t, Options{}, list)
	q := &a.quality
	if q.evicted != 1 || q.retransmitted != 2 || q.invalid != 4 || q.withInvalid != 1 || q.shed != 1 || q.damaged != 1 || q.cut != 1 || q.unreadable != 1 || q.settings != 1 || q.reports != 3 {
		t.Errorf("%+v", q)
	}
	sums := q.runs.sums()
	if sums[0] != 25 || sums[1] != 5 || sums[len(sums)-1] != 4 {
		t.Errorf("%v", sums)
	}
	if len(q.complaints) != 1 || !strings.HasPrefix(q.complaints[0], "file: line 6: ") {
		t.Errorf("%q", q.complaints)
	}
}

func TestNotable(t *testing.T) {
	var list [][]byte
	for i := range 100 {
		list = append(list, fmt.Appendf(nil, `{"sa":"a","da":"b","pr":6,"bytes_out":%d,"bytes_in":1,"time_start":1,"time_end":%d}`, i*37%100, 2+i*11%100))
	}
	a := build(t, Options{Workers: 3}, list)
	var got [][]uint64
	for _, l := range a.notable.by {
		var values []uint64
		for _, f := range l {
			values = append(values, f.value)
		}
		got = append(got, values)
	}
	if want := "[[100 99 98 97] [100000000000 99000000000 98000000000 97000000000] [98 97 96 95] []]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

func TestEmpty(t *testing.T) {
	var b bytes.Buffer
	if err := build(t, Options{}, nil).Page(View{}).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, b.Bytes())
}
