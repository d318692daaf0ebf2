package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"joy/joy-sql/analyst"
	"joy/joy-sql/duck"
	"joy/joy-sql/input"
	"joy/joy-sql/table"
)

// The same records give the same rows from captures, from their flow file, and
// from that as Parquet, in all columns of flows, and the same in all views.
func TestSameFromAll(t *testing.T) {
	var in []string
	for _, name := range []string{"tls1.2", "dns", "ssh-openssh", "http-get", "kerberos", "dhcp", "quic-v1", "snmp"} {
		in = append(in, filepath.Join(captures, name+".pcap"))
	}
	query := "SELECT * EXCLUDE (file) FROM flows ORDER BY flow_id, segment"
	for _, view := range views(t) {
		query += "; SELECT * EXCLUDE (file) FROM " + view.Name + " ORDER BY ALL"
	}
	args := []string{"--format", "json", query}
	want := ask(t, append(args, in...)...)
	lines := unwrap(t, ask(t, append([]string{"--format", "json", "SELECT record FROM flows"}, in...)...))
	parquet := file(t, "flows.parquet", nil)
	ask(t, "--format", "parquet", "--output", parquet, "FROM flows", lines)
	for _, in := range []string{lines, parquet} {
		if have := ask(t, append(args, in)...); have != want {
			t.Errorf("%s differs:\n%s", filepath.Base(in), difference(have, want))
		}
	}
	if n := strings.Count(want, "\n"); n < 300 {
		t.Errorf("only %d rows", n)
	}
}

// A directory stands for the files that it does for joy itself: links to files too,
// but not hidden ones, which are not whole yet.
func TestDirectory(t *testing.T) {
	line := []byte(`{"sa":"10.0.0.1","da":"10.0.0.2","pr":17}` + "\n")
	dir := t.TempDir()
	for _, name := range []string{"a.json", ".b.json.tmp-1-2", ".hidden/c.json"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, line, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(file(t, "d.json", line), filepath.Join(dir, "link.json")); err != nil {
		t.Fatal(err)
	}
	if have := ask(t, "--format", "csv", "SELECT count(*) AS n FROM flows", dir); have != "n\n2\n" {
		t.Errorf("%q", have)
	}
}

// difference is the first line that differs, from where it does.
func difference(have, want string) string {
	h, w := strings.Split(have, "\n"), strings.Split(want, "\n")
	for i := range min(len(h), len(w)) {
		for k := range min(len(h[i]), len(w[i])) {
			if h[i][k] != w[i][k] {
				k = max(0, k-40)
				return fmt.Sprintf("line %d: %.200s\nand not %.200s", i+1, h[i][k:], w[i][k:])
			}
		}
	}
	return fmt.Sprintf("%d lines and not %d", len(h), len(w))
}

// unwrap makes a file of the records in {"record":{...}}.
func unwrap(t *testing.T, text string) string {
	t.Helper()
	var lines []byte
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimPrefix(line, `{"record":`), "}\n")
		lines = append(append(lines, line...), '\n')
	}
	return file(t, "flows.json", lines)
}

func views(t *testing.T) []analyst.View {
	t.Helper()
	views, err := analyst.Views()
	if err != nil {
		t.Fatal(err)
	}
	return views
}

// A column of flows is exactly what the JSON has: nothing is lost on the way.
func TestRecordsAreWhole(t *testing.T) {
	path, want := recordFile(t)
	want = slices.DeleteFunc(want, func(f map[string]any) bool { return f["sa"] == nil })
	for _, f := range want {
		delete(f, "time_start") // of other types, see TestTimes
		delete(f, "time_end")
	}
	have := rowsOf(t, "SELECT * EXCLUDE (file, record, duration, time_start, time_end) FROM flows", path)
	if len(have) != len(want) || len(want) < 300 {
		t.Fatalf("%d rows of %d records", len(have), len(want))
	}
	for i := range have {
		if !covers(have[i], want[i]) {
			t.Fatalf("row %d:\n%v\nis not\n%v", i, have[i], want[i])
		}
	}
}

// covers reports whether have is want with null where want has nothing.
func covers(have, want any) bool {
	switch have := have.(type) {
	case map[string]any:
		w, ok := want.(map[string]any)
		if !ok {
			return false
		}
		for k, v := range have {
			if x, ok := w[k]; !ok && v != nil || ok && !covers(v, x) {
				return false
			}
		}
		for k := range w {
			if _, ok := have[k]; !ok {
				return false
			}
		}
		return true
	case []any:
		w, ok := want.([]any)
		return ok && slices.EqualFunc(have, w, covers)
	case string:
		if _, ok := want.(string); !ok { // JSON as text
			var v any
			return json.Unmarshal([]byte(have), &v) == nil && reflect.DeepEqual(v, want)
		}
	}
	return reflect.DeepEqual(have, want)
}

func TestTimes(t *testing.T) {
	in := file(t, "f.json", []byte(`{"sa":"a","da":"b","time_start":1795539335.054351,"time_end":1795539335.057293}`))
	if have, want := ask(t, "--format", "csv", "SELECT time_start, time_end, duration FROM flows", in), "time_start,time_end,duration\n2026-11-24 16:55:35.054351,2026-11-24 16:55:35.057293,0.002942\n"; have != want {
		t.Errorf("have %s", have)
	}
}

// Every column of a view is documented, in its order, and a file without any of
// it has the view without rows.
func TestViews(t *testing.T) {
	in := file(t, "f.json", []byte(`{"sa":"192.0.2.1","da":"192.0.2.2"}`))
	var query, want []string
	for _, v := range views(t) {
		var names []string
		for _, c := range append(slices.Clone(analyst.Key), v.Columns...) {
			names = append(names, c.Name)
		}
		if query, want = append(query, "FROM "+v.Name), append(want, strings.Join(names, ",")+"\n"); v.Doc == "" || len(v.Columns) == 0 {
			t.Errorf("%s is not documented", v.Name)
		}
	}
	if have, want := ask(t, "--format", "csv", strings.Join(query, ";"), in), strings.Join(want, "\n"); have != want {
		t.Errorf("have %s, want %s", have, want)
	}
}

// Bad lines are told with their place, and all others are there, whatever the
// file is compressed with and however often the query reads it.
func TestBadLines(t *testing.T) {
	good := `{"sa":"192.0.2.1","da":"192.0.2.2","bytes_out":7}`
	text := strings.Join([]string{
		`{"version":"5.0"}`, good, `{"sa":"x"`, ``, `5`, `[]`, "{\"sa\":\"\xff\",\"da\":\"b\"}", `{"sa":"a","da":"b","bytes_out":"many"}`,
		`{"sa":"a","da":"b","bytes_out":1e400}`, strings.Repeat("[", 100000), good + "\r", `{"sa":"c","da":"d","entropy":"high","tls":[1,2],"packets":{},"dns":[5,{"qn":7}]}`, good,
	}, "\n")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(text))
	z.Close()
	for _, in := range []string{file(t, "f.json", []byte(text)), file(t, "f.json.gz", packed.Bytes())} {
		out, told, status := call(t, nil, "--format", "csv", "SELECT count(*) AS n, sum(bytes_out) AS b FROM flows WHERE sa IN (SELECT sa FROM flows)", in)
		if out != "n,b\n4,21\n" || status != exitFailed {
			t.Errorf("status %d: %s", status, out)
		}
		for _, want := range []string{"line 3: ", "line 5: ", "line 6: ", "line 7: ", "line 8: ", "line 9: ", "line 10: ", "bad lines, which are not in the result: 7"} {
			if strings.Count(told, want) != 1 {
				t.Errorf("%q is not there once in %s", want, told)
			}
		}
		out, told, status = call(t, nil, "--format", "csv", "SELECT entropy, tls, packets, dns[2].rn AS rn, len(dns) AS n FROM flows WHERE sa = 'c'", in)
		if out != "entropy,tls,packets,rn,n\n,,,,2\n" || status != exitFailed || !strings.Contains(told, "NULL in the result: 5\n") {
			t.Errorf("status %d: %s%s", status, out, told)
		}
	}
}

// A file that ends too early gives what is in front of that.
func TestDamage(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for range 20000 {
		z.Write([]byte(`{"sa":"192.0.2.1","da":"192.0.2.2","bytes_out":7}` + "\n"))
	}
	z.Close()
	in := file(t, "f.json.gz", packed.Bytes()[:packed.Len()/2])
	out, told, status := call(t, nil, "--format", "csv", "SELECT count(*) > 5000 AND sum(bytes_out) = 7 * count(*) AS ok FROM flows", in, "/nowhere.json")
	if out != "ok\ntrue\n" || status != exitFailed || !strings.Contains(told, "unexpected EOF") || !strings.Contains(told, "/nowhere.json: no such file") {
		t.Errorf("status %d: %s%s", status, out, told)
	}
	capture, err := os.ReadFile(filepath.Join(captures, "dns.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	in = file(t, "cut.pcap", capture[:len(capture)-7])
	if out, told, status = call(t, nil, "--format", "csv", "SELECT count(*) > 10 AS ok FROM flows", in); out != "ok\ntrue\n" || status != exitFailed || told == "" {
		t.Errorf("status %d: %s%s", status, out, told)
	}
}

// Standard input is read as often as a query wants to.
func TestStandardInput(t *testing.T) {
	capture, err := os.ReadFile(filepath.Join(captures, "tls1.2.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{string(capture), `{"sa":"192.0.2.1","da":"192.0.2.2"}` + "\n"} {
		out, told, status := call(t, strings.NewReader(in), "--format", "csv", "SELECT a.sa, b.da FROM flows a, flows b", "-")
		if out != "sa,da\n192.0.2.1,192.0.2.2\n" || status != 0 {
			t.Errorf("status %d: %s%s", status, out, told)
		}
	}
}

// SQL reaches neither the network nor extensions nor files, unless --files says
// that it may have files.
func TestFence(t *testing.T) {
	in := file(t, "f.json", []byte(`{"sa":"192.0.2.1","da":"192.0.2.2"}`))
	other := file(t, "other.csv", []byte("a\n1\n"))
	for _, query := range []string{
		"SELECT * FROM read_csv('" + other + "')",
		"SELECT * FROM '" + other + "'",
		"SELECT * FROM read_text('/etc/passwd')",
		"SELECT * FROM read_json('" + in + "')",
		"COPY flows TO '" + other + "'",
		"ATTACH '" + other + ".db'",
		"INSTALL httpfs",
		"LOAD httpfs",
		"SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
		"SET enable_external_access = true",
		"SET allowed_directories = ['/']",
		"EXPORT DATABASE '" + other + ".dir'",
	} {
		out, told, status := call(t, nil, query, in)
		if status == 0 || out != "" || strings.Contains(told, "panic") {
			t.Errorf("%s: status %d: %s%s", query, status, out, told)
		}
	}
	if text, err := os.ReadFile(other); err != nil || string(text) != "a\n1\n" {
		t.Errorf("the other file is %q, %v", text, err)
	}
	if _, told, _ := call(t, nil, "COPY flows TO '"+other+"'", in); !strings.Contains(told, "--files lets them") {
		t.Errorf("no hint: %s", told)
	}
	ask(t, "--files", "COPY (SELECT sa FROM flows) TO '"+other+"'", in)
	if text, err := os.ReadFile(other); err != nil || string(text) != "sa\n192.0.2.1\n" {
		t.Errorf("the file is %q, %v", text, err)
	}
	for _, query := range []string{"INSTALL httpfs", "LOAD httpfs", "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')"} {
		if _, _, status := call(t, nil, "--files", query, in); status == 0 {
			t.Errorf("%s went well with --files", query)
		}
	}
}

func TestFormats(t *testing.T) {
	in := file(t, "f.json", []byte(`{"sa":"a\u001b[31m,\"","da":"","packets":[{"b":1,"dir":">","ipt":0}]}`))
	const query = "SELECT sa, da, packets, sp, 1.0::DOUBLE / 0 AS inf FROM flows"
	for format, want := range map[string]string{
		"table": "sa             da  packets                      sp  inf\n-------------  --  ---------------------------  --  ---\na\\u001b[31m,\"      [{\"b\":1,\"dir\":\">\",\"ipt\":0}]      inf\n(1 row)\n",
		"json":  `{"sa":"a\u001B[31m,\"","da":"","packets":[{"b":1,"dir":">","ipt":0}],"sp":null,"inf":null}` + "\n",
		"csv":   "sa,da,packets,sp,inf\n\"a\x1b[31m,\"\"\",\"\",\"[{\"\"b\"\":1,\"\"dir\"\":\"\">\"\",\"\"ipt\"\":0}]\",,inf\n",
	} {
		have := ask(t, "--format", format, query, in)
		if have != want {
			t.Errorf("%s:\n%s\nwant\n%s", format, have, want)
		}
		to := filepath.Join(t.TempDir(), "out")
		if ask(t, "--format", format, "--output", to, query, in); read(t, to) != have {
			t.Errorf("%s: the file differs", format)
		}
	}
	if out := ask(t, "--format", "parquet", "SELECT sa FROM flows", in); !strings.HasPrefix(out, "PAR1") || !strings.HasSuffix(out, "PAR1") {
		t.Errorf("Parquet: %q", out)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A file is there when it is whole, and nothing is left behind.
func TestFailedOutput(t *testing.T) {
	in := file(t, "f.json", []byte(`{"sa":"x","da":"y"}`))
	dir := t.TempDir()
	for _, format := range []string{"csv", "parquet"} {
		_, _, status := call(t, nil, "--format", format, "--output", filepath.Join(dir, "out"), "SELECT in_network('192.0.2.1', sa) FROM flows", in)
		if left, _ := os.ReadDir(dir); status != exitFailed || len(left) > 0 {
			t.Errorf("%s: status %d, %v is left", format, status, left)
		}
	}
}

func TestTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	p := &program{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
	query := "SELECT max(x) FROM (SELECT x FROM range(3000000) r(x) ORDER BY hash(x))"
	args := []string{"--temp", dir, "--memory", "30MB", query, filepath.Join(captures, "dns.pcap")}
	if status := p.run(t.Context(), args); status != 0 {
		t.Errorf("status %d: %s", status, p.stderr)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

// A signal ends a query, and removes what it made.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var told bytes.Buffer
	dir := t.TempDir()
	p := &program{stdout: &bytes.Buffer{}, stderr: &told}
	start := time.Now()
	status := p.run(ctx, []string{"--temp", dir, "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b", filepath.Join(captures, "dns.pcap")})
	if status != exitFailed || !strings.Contains(told.String(), "ended by a signal") || time.Since(start) > time.Minute {
		t.Errorf("status %d: %s", status, &told)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestUsage(t *testing.T) {
	in := filepath.Join(captures, "dns.pcap")
	for _, c := range []struct {
		args []string
		told string
	}{
		{nil, "no query"},
		{[]string{"SELECT 1"}, "no input"},
		{[]string{";", in}, "the query is empty"},
		{[]string{"SELECT nothing FROM flows", in}, `"nothing" not found`},
		{[]string{"SELECT $x", in}, "getvariable"},
		{[]string{"--format", "xml", "FROM flows", in}, "is none of"},
		{[]string{"--question", "nothing", in}, `there is no "nothing"`},
		{[]string{"--question", "suites", "--file", "x", in}, "either"},
		{[]string{"--set", "x", "SELECT 1", in}, "name=value"},
		{[]string{"--threads", "0", "SELECT 1", in}, "at least 1"},
		{[]string{"prfile=full", "SELECT 1", in}, "profile"},
		{[]string{"--format", "parquet", "SELECT 1; SELECT 2", in}, "one statement"},
		{[]string{"--nothing"}, "unknown flag"},
	} {
		if out, told, status := call(t, nil, c.args...); status != exitUsage || !strings.Contains(told, c.told) {
			t.Errorf("%q: status %d: %s%s", c.args, status, out, told)
		}
	}
}

func TestStatements(t *testing.T) {
	in := file(t, "f.json", []byte(`{"sa":"x;y","da":"y"}`))
	script := file(t, "q.sql", []byte("-- a comment; with a semicolon\nCREATE TABLE t AS SELECT sa || ';' AS s FROM flows;\n/* another; */ SELECT s FROM t;\nSELECT getvariable('n') + 1 AS n; -- the end"))
	if have, want := ask(t, "--format", "csv", "--file", script, "--set", "n=41", in), "s\nx;y;\n\nn\n42\n"; have != want {
		t.Errorf("have %q", have)
	}
}

func TestSplit(t *testing.T) {
	for text, want := range map[string][]string{
		"":                    nil,
		" ; -- x\n;":          nil,
		"a;b":                 {"a", "b"},
		"a';'b":               {"a';'b"},
		"a'';b":               {"a''", "b"},
		`"x;""y";b`:           {`"x;""y"`, "b"},
		"$$;$$;$a$;$$;$a$":    {"$$;$$", "$a$;$$;$a$"},
		`e'\';';b`:            {`e'\';'`, "b"},
		"SELECT $1;x":         {"SELECT $1", "x"},
		"a$b$;c$b$":           {"a$b$", "c$b$"},
		"/* ; */ a -- ;\n; b": {"/* ; */ a -- ;", "b"},
		"'unfinished ; ":      {"'unfinished ;"},
	} {
		if have := split(text); !slices.Equal(have, want) {
			t.Errorf("%q: %q, want %q", text, have, want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"a;b", "'';$$;$$", "e'\\'", "$a$", "/*", "\"", "a$b$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, part := range split(s) {
			if part != strings.TrimSpace(part) || part == "" {
				t.Errorf("%q", part)
			}
		}
		var tokens int
		for i := 0; i < len(s); i += tokens {
			if tokens = token(s[i:]); tokens < 1 || i+tokens > len(s) {
				t.Fatalf("a token of %d bytes at %d of %q", tokens, i, s)
			}
		}
	})
}

// FuzzLines has DuckDB read what a flow file may hold: whatever it is, the query
// ends, and rows and bad lines are what the reader of flows says.
func FuzzLines(f *testing.F) {
	all, err := records()
	if err != nil {
		f.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(all) {
		if n++; n%10 == 0 {
			f.Add(line)
		}
	}
	f.Add([]byte(`{"sa":"a","da":"b","tls":{"tls":{}},"dns":[[],{"rr":[{"a":[]}]}],"packets":[{"b":-1},{"b":1e9,"b":5},null]}`))
	db, set := lines(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		set(text)
		rows, err := db.Query("SELECT CAST(to_json(r) AS VARCHAR) FROM (SELECT * EXCLUDE (file) FROM flows) AS r")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			if text, ok := rows.Text(0); !ok || len(text) == 0 {
				t.Fatal("no row")
			}
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
	})
}

// lines is a database over a file that set writes.
func lines(tb testing.TB) (*duck.DB, func([]byte)) {
	path := filepath.Join(tb.TempDir(), "f.json")
	if err := os.WriteFile(path, []byte("{}\n"), 0o644); err != nil {
		tb.Fatal(err)
	}
	notes := &input.Notes{Out: &bytes.Buffer{}}
	set, err := input.Open(tb.Context(), input.Options{Names: []string{path}, Notes: notes, Directory: tb.TempDir()})
	if err != nil {
		tb.Fatal(err)
	}
	db, err := duck.Open()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	if err := db.AddTable(table.Lines(set, 1)); err != nil {
		tb.Fatal(err)
	}
	if err := table.View(db, true, nil); err != nil {
		tb.Fatal(err)
	}
	return db, func(text []byte) {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
}
