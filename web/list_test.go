package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"joy"
	"joy/capture/pcapfile"
	"joy/format/parquet"
)

// lines is a flow file of n flows.
func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"sa":"10.0.%d.%d","da":"192.0.2.%d","pr":6,"sp":%d,"dp":%d,"bytes_out":%d,"num_pkts_out":2,"bytes_in":7,"num_pkts_in":1,`+
			`"time_start":%d.25,"time_end":%d.75,"packets":[{"b":%[6]d,"dir":">","ipt":0},{"b":7,"dir":"<","ipt":12}],"app":["http"],`+
			`"http":[{"out":[{"method":"GET"},{"Host":"h%[9]d.example"}],"in":[]}],"flow_id":"%016[10]x","segment":0,"end_reason":"idle"}`+"\n",
			i/256, i%256, i%3, 1000+i, []int{80, 443}[i%2], 10*i, 100+i, 101+i, i%20, i)
	}
	return b.String()
}

var (
	foundText = regexp.MustCompile(`id="found">([^<]*)<`)
	flowLinks = regexp.MustCompile(`<td class="time"><a href="/f/[A-Z0-9]+/flow/(\d+)`)
)

// found is what a list says, and the flows that it shows.
func (c *client) found(target string) (text string, flows []string) {
	c.Helper()
	page := c.get(target)
	m := foundText.FindStringSubmatch(page)
	if m == nil {
		c.Fatalf("%s: %s", target, page)
	}
	for _, l := range flowLinks.FindAllStringSubmatch(page, -1) {
		flows = append(flows, l[1])
	}
	return m[1], flows
}

// The list has the flows that condition and text choose, in order, page by page.
func TestList(t *testing.T) {
	c := start(t, config(t))
	path := c.opened(c.text(`{"version":"5.0.0","end-config":1}` + "\n" + lines(120) + "broken\n{\"sa\":\n"))
	for _, v := range []struct {
		query, text, first, last string
		n                        int
	}{
		{"", "120 flows, 72.2 kB of payload, 360 packets", "0", "49", 50},
		{"page=3", "120 flows, 72.2 kB of payload, 360 packets", "100", "119", 20},
		{"page=99", "120 flows, 72.2 kB of payload, 360 packets", "100", "119", 20},
		{"where=dp%3D443&sort=-bytes", "60 of 120 flows, 36.4 kB of payload, 180 packets", "119", "21", 50},
		{"where=dp%3D443&sort=-bytes&page=2", "60 of 120 flows, 36.4 kB of payload, 180 packets", "19", "1", 10},
		{"where=http{out{Host}}%3Dh7.example", "6 of 120 flows, 3.46 kB of payload, 18 packets", "7", "107", 6},
		{"text=H7.EXAMPLE+192.0.2.1", "2 of 120 flows, 754 bytes of payload, 6 packets", "7", "67", 2},
		{"where=sa%3D10.0.0.0/30&sort=-src", "4 of 120 flows, 88 bytes of payload, 12 packets", "3", "0", 4},
		{"text=nowhere", "0 of 120 flows, 0 bytes of payload, 0 packets", "", "", 0},
	} {
		text, flows := c.found(path + "?" + v.query)
		first, last := "", ""
		if len(flows) > 0 {
			first, last = flows[0], flows[len(flows)-1]
		}
		if text != v.text || len(flows) != v.n || first != v.first || last != v.last {
			t.Errorf("%s: %s: %d flows from %s to %s", v.query, text, len(flows), first, last)
		}
	}
	if page := c.get(path); !strings.Contains(page, "2 lines could not be read, and were left out") {
		t.Error("bad lines are not told")
	}
	for query, want := range map[string]string{
		"where=dp":                           "wrong at character 3, before its end: expected one of",
		"where=dp%3D1%2C%28sp":               "wrong at character",
		"sort=color":                         "no such column",
		"page=0":                             "no such page",
		"page=1e9":                           "no such page",
		"where=%ff":                          "not UTF-8",
		"where=" + strings.Repeat("x", 5000): "too long",
		"text=" + strings.Repeat("x", 5000):  "too long",
	} {
		w := c.send(http.MethodGet, path+"?"+query, nil)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), `role="alert"`) {
			t.Errorf("%.30s: %d, no %q", query, w.Code, want)
		}
	}
}

// Every column sorts both ways, and the links of the heads lead there.
func TestOrder(t *testing.T) {
	c := start(t, config(t))
	path := c.opened(captureDir + "/http-get.pcap")
	for _, o := range columns {
		_, up := c.found(path + "?sort=" + o.Key)
		_, down := c.found(path + "?sort=-" + o.Key)
		if len(up) != 3 || len(down) != 3 {
			t.Errorf("%s: %v, %v", o.Key, up, down)
		}
		if page := c.get(path + "?sort=" + o.Key); !strings.Contains(page, `aria-sort="ascending"><a href="`+path+`?sort=-`+o.Key+`"`) {
			t.Errorf("%s: the head does not turn the order", o.Key)
		}
	}
	if _, flows := c.found(path + "?sort=-bytes"); !slices.Equal(flows, []string{"2", "1", "0"}) {
		t.Error(flows)
	}
}

// The conditions of the lists of what there is find what is listed.
func TestTops(t *testing.T) {
	c := start(t, config(t))
	path := c.opened(c.text(lines(120) + strings.ReplaceAll(lines(3), "h1.example", `a\"b\\c,|)`)))
	link := regexp.MustCompile(`<td class="long"><a href="([^"]*)">[^<]*</a></td><td class="num">([^<]*)<`)
	list := link.FindAllStringSubmatch(c.get(path), -1)
	if len(list) < 15 {
		t.Fatalf("%d links", len(list))
	}
	for _, l := range list {
		target := strings.ReplaceAll(l[1], "&amp;", "&")
		if text, _ := c.found(target); !strings.HasPrefix(text, l[2]+" of 123 flows") && !strings.HasPrefix(text, l[2]+" flows") {
			t.Errorf("%s: %s, not %s", target, text, l[2])
		}
	}
	text, _ := c.found(path + "?where=" + url.QueryEscape("http{out{Host}}="+literal(`a"b\c,|)`)))
	if !strings.HasPrefix(text, "1 of 123") {
		t.Error(text)
	}
}

// What is taken away is what was found, whole.
func TestExport(t *testing.T) {
	c := start(t, config(t))
	all := lines(120)
	path := c.opened(c.text(all))
	if got := c.get(path + "/export/json?where=dp%3D443"); strings.Count(got, "\n") != 60 || !strings.Contains(all, strings.SplitAfter(got, "\n")[7]) {
		t.Errorf("%d lines", strings.Count(got, "\n"))
	}
	rows, err := csv.NewReader(strings.NewReader(c.get(path + "/export/csv?where=dp%3D443&sort=-bytes"))).ReadAll()
	want := []string{"10.0.0.119", "1119", "192.0.2.2", "443", "6", "219.25", "220.75", "1190", "2", "7", "1", "http", "", "", "idle", "0000000000000077", "0"}
	if err != nil || len(rows) != 61 || rows[0][12] != "tls.sni" || !slices.Equal(rows[1], want) {
		t.Errorf("%d rows: %q: %v", len(rows), rows[1], err)
	}
	columns := c.get(path + "/export/parquet?where=dp%3D443")
	r, err := parquet.NewReader(strings.NewReader(columns), int64(len(columns)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || strings.Count(string(got), "\n") != 60 {
		t.Errorf("%d lines of Parquet: %v", strings.Count(string(got), "\n"), err)
	}
	if w := c.send(http.MethodGet, path+"/export/pcapng", nil); w.Code != http.StatusNotFound {
		t.Errorf("packets of a flow file: %d", w.Code)
	}
	path = c.opened(captureDir + "/http-get.pcap")
	name := filepath.Join(t.TempDir(), "x.pcapng")
	if err := os.WriteFile(name, []byte(c.get(path+"/export/pcapng?where=sp%3D55224")), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := pcapfile.Open([]string{name}, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var sink counting
	if _, err := joy.Run(context.Background(), c.Flows, src, &sink, joy.RunOptions{}); err != nil || sink.n != 1 || !bytes.Contains(sink.last, []byte(`"flow_id":"8b87885bdcf80c77"`)) {
		t.Errorf("%d flows: %s: %v", sink.n, sink.last, err)
	}
	if w := c.send(http.MethodGet, path+"/export/json?where=%28", nil); w.Code != http.StatusBadRequest || w.Header().Get("Content-Disposition") != "" {
		t.Errorf("a wrong question: %d", w.Code)
	}
}

// A counting is a sink.
type counting struct {
	n    int
	last []byte
}

func (c *counting) Write(b []byte, ends []int, _ int64) error {
	c.n, c.last = c.n+len(ends), bytes.Clone(b)
	return nil
}
func (*counting) Tick(int64) error { return nil }
func (*counting) Close() error     { return nil }

// The page of a flow says in words what the record has, with the definitions of
// all fields.
func TestFlow(t *testing.T) {
	c := start(t, config(t))
	path := c.opened(captureDir + "/tls1.2.pcap")
	page := c.get(path + "/flow/0")
	for _, want := range []string{
		"192.0.2.1:33316", "1,775 bytes of payload in 7 packets by 192.0.2.2", "<dd>TLS 1.2</dd>", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
		"Certificate of www.example.org", "<dd>Example CA, Example</dd>", "2026-11-24 to 2027-11-24: valid at the time of this flow", "rsaEncryption, 2048 bits",
		"<strong>acceptable</strong> by IETF", "Software of 192.0.2.1, the client", "<dt>suites</dt>",
		"<code>tls.s_cert[0].validity_not_after</code>", "NotAfter is the last one.", "<code>num_pkts_out</code>", "IP packets that sa sent",
		`aria-label="Payload of each packet"`, `aria-label="How often each byte value occurs"`, `href="` + path + `/export/pcapng?where=flow_id%3D%22`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if line := c.get(path + "/flow/0/json"); !strings.HasPrefix(line, `{"sa":"192.0.2.1",`) || strings.Count(line, "\n") != 1 {
		t.Errorf("%.100s", line)
	}
	path = c.opened(c.text(lines(120)))
	page = c.get(path + "/flow/51?where=dp%3D443&sort=-bytes")
	for _, want := range []string{
		`rel="prev" href="` + path + `/flow/53?sort=-bytes&amp;where=dp%3D443"`, `rel="next" href="` + path + `/flow/49?sort=-bytes&amp;where=dp%3D443"`,
		`href="` + path + `?sort=-bytes&amp;where=dp%3D443">flows.json</a>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if w := c.send(http.MethodGet, path+"/flow/120", nil); w.Code != http.StatusNotFound {
		t.Errorf("a flow behind the last: %d", w.Code)
	}
}

// Every field of every test capture has a meaning, except for the names that come
// from the wire.
func TestDefinitions(t *testing.T) {
	d := readDefinitions()
	if len(d) < 700 || d["pr"] == "" || d["tls.s_cert[].issuer"] == "" {
		t.Fatalf("%d definitions", len(d))
	}
	for name, text := range d {
		if text == "" || strings.ContainsAny(text, "`<") && !strings.Contains(text, "<") {
			t.Errorf("%s: %q", name, text)
		}
	}
	c := start(t, config(t))
	path := c.opened(captureDir + "/tls1.2.pcap")
	n := 0
	for _, row := range regexp.MustCompile(`<code>([^<]*)</code></th><td class="wrap">[^<]*</td><td class="meaning">([^<]*)<`).FindAllStringSubmatch(c.get(path+"/flow/0"), -1) {
		n++
		if row[2] == "" && !regexp.MustCompile(`flags\.|extensions\[|issuer\[|subject\[|opts\[`).MatchString(row[1]) {
			t.Errorf("%s has no meaning", row[1])
		}
	}
	if n < 60 {
		t.Errorf("%d fields", n)
	}
}

// Findings link to their flows.
func TestFindings(t *testing.T) {
	c := start(t, config(t))
	var b strings.Builder
	for i := range 400 {
		fmt.Fprintf(&b, `{"sa":"10.0.0.9","da":"10.0.1.1","pr":6,"sp":%d,"dp":%d,"bytes_out":0,"num_pkts_out":1,"time_start":%d.0,"time_end":%[3]d.0,"packets":[],`+
			`"tcp":{"out":{"flags":"S"}},"flow_id":"%016x","segment":0,"end_reason":"idle"}`+"\n", 40000+i, 1+i, 100+i/10, i)
	}
	path := c.opened(c.text(b.String()))
	page := c.get(path + "/findings")
	if !strings.Contains(page, "<strong>port-scan</strong>") {
		t.Fatal(page)
	}
	m := regexp.MustCompile(`<a href="(/f/[^"]*flow_id[^"]*)">400 flows</a>, of which the link has (\d+)`).FindStringSubmatch(page)
	if m == nil {
		t.Fatal(page)
	}
	if text, _ := c.found(strings.ReplaceAll(m[1], "&amp;", "&")); !strings.HasPrefix(text, m[2]+" of 400 flows") {
		t.Errorf("%s, not %s", text, m[2])
	}
	if page := c.get(c.opened(captureDir+"/dns.pcap") + "/findings"); strings.Contains(page, "port-scan") {
		t.Error("a scan in dns.pcap")
	}
}

// A flow file that is compressed is the same, and so is the capture it came from.
func TestKinds(t *testing.T) {
	c := start(t, config(t))
	plain, err := os.ReadFile(c.text(lines(120)))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "flows.json.gz")
	if err := os.WriteFile(name, gzipped(t, plain), 0o600); err != nil {
		t.Fatal(err)
	}
	a, b := c.opened(c.text(string(plain))), c.opened(name)
	for _, q := range []string{"", "?sort=-bytes", "?text=h7.example"} {
		one, two := c.get(a+q), c.get(b+q)
		one, two = strings.ReplaceAll(one, a, ""), strings.ReplaceAll(strings.ReplaceAll(two, b, ""), "flows.json.gz", "flows.json")
		if one = csrfField.ReplaceAllString(one, ""); one != csrfField.ReplaceAllString(two, "") {
			t.Errorf("%s: not the same", q)
		}
	}
	if err := c.Open("missing.pcap"); err == nil {
		t.Error("a file that is not there was opened")
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := errors.Join(os.WriteFile(empty, nil, 0o600), c.Open(empty)); err != nil {
		t.Fatal(err)
	}
	f := c.files[len(c.files)-1]
	<-f.ready
	if page := c.get("/f/" + f.id); !strings.Contains(page, "the file is empty") {
		t.Error(page)
	}
}

// No question makes an answer that is an error of ours, or a page with a script.
// The handlers, which remember answers, are TestHostile's.
func FuzzQuestion(f *testing.F) {
	for _, q := range []string{
		"", "where=dp%3D443&text=a+b&sort=-bytes&page=2", "where=%28%28%28%28", "where=tls{sni}%3D~%5E%28a%2B%29%2B%24", "sort=--bytes", "page=-1", "page=99999999999999999999",
		"where=%00&text=%ff", "where=sa%3D10.0.0.0%2F8%7Cda%3D%22x", "where=*%3D*", "%zz", "where=a&where=b", "text=%F0%9F%92%A9", "where=http{out[{Host}]}!%3D*",
	} {
		f.Add(q)
	}
	s, err := New(config(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	name := filepath.Join(f.TempDir(), "flows.json")
	if err := errors.Join(os.WriteFile(name, []byte(lines(6)+hostile(nasty[:8])), 0o600), s.Open(name)); err != nil {
		f.Fatal(err)
	}
	file := s.files[0]
	<-file.ready
	f.Fuzz(func(t *testing.T, query string) {
		values, _ := url.ParseQuery(query) // net/http takes what can be read, too
		q, err := parseQuestion(values)
		var v *view
		if err == nil {
			v, err = file.answer(context.Background(), q)
		}
		if err != nil {
			var p *problem
			if !errors.As(err, &p) || p.status != http.StatusBadRequest {
				t.Errorf("%q: %v", query, err)
			}
			return
		}
		if again, err := parseQuestion(q.Values()); err != nil || again != q {
			t.Errorf("%q: %v is not %v: %v", query, again, q, err)
		}
		p := listPage{Question: q, Of: len(file.rows)}
		if err := p.fill(context.Background(), file, v); err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := s.pages["flows"].Execute(&page, frame{Page: p}); err != nil || strings.Contains(page.String(), "<script>") {
			t.Errorf("%q: a script, or %v", query, err)
		}
	})
}
