package parquet

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"joy/query/value"
)

// write makes a file of lines.
func write(t testing.TB, lines []byte) ([]byte, *Writer) {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, "joy version test")
	if err != nil {
		t.Fatal(err)
	}
	for l := range bytes.Lines(lines) {
		if err := w.Line(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w
}

func read(t testing.TB, file []byte) []byte {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("%v, behind %d bytes", err, len(b))
	}
	return b
}

// same compares lines byte for byte.
func same(t *testing.T, name string, got, want []byte) {
	t.Helper()
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(g), len(w)) {
		if bytes.Equal(g[i], w[i]) {
			continue
		}
		at := 0
		for at < min(len(g[i]), len(w[i])) && g[i][at] == w[i][at] {
			at++
		}
		at = max(0, at-60)
		t.Errorf("%s: line %d, byte %d\n%.200s\nwant\n%.200s", name, i+1, at, g[i][min(at, len(g[i])):], w[i][min(at, len(w[i])):])
		return
	}
	if len(g) != len(w) {
		t.Errorf("%s: %d lines, want %d", name, len(g), len(w))
	}
}

// Every record of all protocols and features comes back byte for byte, and no
// column was too small for its values.
func TestRoundTrip(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../../testdata/captures/*.json", "../../record/testdata/*.json"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 100 {
		t.Fatalf("%d files of records", len(files))
	}
	var all bytes.Buffer
	for _, name := range files {
		lines, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for l := range bytes.Lines(lines) {
			if look(l).kind == flowLine {
				all.Write(append(trim(l), '\n'))
			}
		}
	}
	file, w := write(t, all.Bytes())
	if n := w.Counts().All(); n != 0 {
		t.Errorf("%+v in extra", w.Counts())
	}
	same(t, "all records", read(t, file), all.Bytes())
}

// What no column can hold comes back all the same.
func TestOdd(t *testing.T) {
	const flow = `"sa":"10.0.0.1","da":"10.0.0.2","pr":6,"sp":1,"dp":null`
	for name, line := range map[string]string{
		"nothing else":        `{` + flow + `}`,
		"an unknown member":   `{` + flow + `,"new":{"a":[1,2.50,"x"]}}`,
		"in an object":        `{` + flow + `,"tls":{"sni":["a"],"new/~x":1e400}}`,
		"in a list":           `{` + flow + `,"packets":[{"b":1,"dir":">","ipt":0},{"b":2,"dir":"<","ipt":1,"new":true}]}`,
		"in an empty object":  `{` + flow + `,"tls":{"new":null}}`,
		"a text for a number": `{"sa":"10.0.0.1","da":"10.0.0.2","pr":"tcp","sp":"1","dp":null}`,
		"null for a number":   `{` + flow + `,"bytes_out":null}`,
		"too large":           `{` + flow + `,"bytes_out":18446744073709551615,"idp_len_out":-9223372036854775808}`,
		"a float for a count": `{` + flow + `,"bytes_out":1.0,"bytes_in":-0}`,
		"other decimals":      `{` + flow + `,"time_start":1.5,"entropy":0.1234567890123456789}`,
		"an exponent":         `{` + flow + `,"entropy":1e2,"time_end":1E1}`,
		"null in lists":       `{` + flow + `,"app":[null,"x"],"wht":[1,null,"y"],"packets":[null]}`,
		"no list":             `{` + flow + `,"packets":7,"tls":[1],"dns":{"a":1}}`,
		"twice":               `{` + flow + `,"bytes_out":1,"bytes_out":2}`,
		"odd texts":           `{` + flow + `,"app":["\uf7ff\uf780x","\u0000\"\\/é","` + strings.Repeat("x", 1000) + `"]}`,
		"odd JSON":            `{` + flow + `,"tcp":{"out":{"flags":"S","first_window_size":1,"opts":[null,{"mss":1.50},[],"x"]}}}`,
		"empty things":        `{` + flow + `,"packets":[],"tls":{},"dns":[],"ip":{"out":{"ttl":1}}}`,
		"before 1970":         `{` + flow + `,"time_start":-1.000001}`,
		"other order":         `{"dp":null,"sp":1,"pr":6,"da":"10.0.0.2","sa":"10.0.0.1"}`,
		"blanks":              ` { "sa" : "10.0.0.1" , "da":"10.0.0.2","pr" :6, "sp":1 ,"dp": null , "app" : [ "x" , "y" ] , "byte_dist":[ 1 , 2 ] } `,
	} {
		t.Run(name, func(t *testing.T) {
			file, w := write(t, []byte(line+"\n"))
			got := read(t, file)
			if !equal(t, got, []byte(line), w.Counts().Repeated > 0) {
				t.Errorf("%s\nwant %s", got, line)
			}
		})
	}
}

// equal compares objects, whatever the order of their members; the digits of
// numbers count.
func equal(t testing.TB, got, want []byte, twice bool) bool {
	if twice {
		return len(bytes.TrimSpace(got)) == len(bytes.TrimSpace(want))
	}
	return reflect.DeepEqual(parse(t, got), parse(t, want))
}

func parse(t testing.TB, line []byte) (v map[string]any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %q", err, line)
	}
	return v
}

// Rows lie in the order of their beginnings, and come back in that of the output.
func TestOrder(t *testing.T) {
	var lines bytes.Buffer
	for _, start := range []string{"3.000000", "1.000000", "2.000000", "1.000000"} {
		lines.WriteString(`{"sa":"10.0.0.1","da":"10.0.0.2","pr":6,"sp":1,"dp":2,"time_start":` + start + "}\n")
	}
	file, _ := write(t, lines.Bytes())
	same(t, "the order of the output", read(t, file), lines.Bytes())
	r, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	r.ours = false // so that the numbers are not looked at
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	var starts []string
	for l := range bytes.Lines(b) {
		starts = append(starts, parse(t, l)["time_start"].(json.Number).String())
	}
	if want := []string{"1.000000", "1.000000", "2.000000", "3.000000"}; !reflect.DeepEqual(starts, want) {
		t.Errorf("rows begin at %v", starts)
	}
}

// What is no flow stands in the description, and comes back.
func TestOtherLines(t *testing.T) {
	const (
		config = `{"version":"5.0.0","end-config":1}` + "\n"
		flow   = `{"sa":"10.0.0.1","da":"10.0.0.2","pr":6,"sp":1,"dp":2}` + "\n"
		stats  = `{"statistics":{"packets":1}}` + "\n"
	)
	file, _ := write(t, []byte(config+stats+flow))
	same(t, "lines", read(t, file), []byte(config+flow+stats))
	file, _ = write(t, nil)
	same(t, "nothing", read(t, file), nil)
}

// Pages, row groups and dictionaries that are full go on in others.
func TestLarge(t *testing.T) {
	var lines bytes.Buffer
	for i := range 20_000 {
		n := value.Num{Int: int64(i * 7919 % 20_011), IsInt: true}
		lines.WriteString(`{"sa":"10.0.0.1","da":"`)
		lines.Write(n.Append(nil))
		lines.WriteString(`","pr":6,"sp":`)
		lines.Write(n.Append(nil))
		lines.WriteString(`,"dp":2,"byte_dist":[` + strings.Repeat("1,2,255,", 40))
		lines.Write(n.Append(nil))
		lines.WriteString(`],"app":["`)
		lines.WriteString(strings.Repeat("x", i%300))
		lines.Write(n.Append(nil))
		lines.WriteString("\"]}\n")
	}
	file, w := write(t, lines.Bytes())
	same(t, "lines", read(t, file), lines.Bytes())
	if w.Counts().All() != 0 {
		t.Errorf("%+v", w.Counts())
	}
}
