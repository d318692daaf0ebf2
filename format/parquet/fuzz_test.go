package parquet

import (
	"bytes"
	"errors"
	"io"
	"os"
	"reflect"
	"testing"

	"github.com/parquet-go/parquet-go/format"

	"joy/query/value"
	"joy/record/schema"
)

// narrow makes files with a few columns of each kind, since all take a hundred
// times longer.
type narrow struct{ *maker }

func newNarrow(t testing.TB) narrow {
	var few []schema.Column
	for _, c := range schema.Record() {
		switch c.Name {
		case "sa", "da", "pr", "sp", "dp", "bytes_out", "time_start", "packets", "byte_dist", "entropy", "wht", "app", "tcp", "oseq", "stats":
			few = append(few, c)
		}
	}
	m, err := newMaker(few)
	if err != nil {
		t.Fatal(err)
	}
	return narrow{m}
}

func (n narrow) write(t testing.TB, line []byte) ([]byte, Counts) {
	t.Helper()
	var b bytes.Buffer
	w, err := n.begin(&b, "joy")
	if err == nil {
		err = errors.Join(w.Line(line), w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.Counts()
}

// FuzzLine writes any object and reads it back: nothing may be lost.
func FuzzLine(f *testing.F) {
	for _, name := range []string{"full", "minimal", "unidirectional", "zero"} {
		b, err := os.ReadFile("../../record/testdata/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.TrimSpace(b))
	}
	f.Add([]byte(`{"sa":1,"new":{"~/":[1e5]},"packets":[null,{"b":"x"}],"wht":[-0,0.10],"tls":{"x":1,"sni":["\uf7aa"]},"time_start":1}`))
	n := newNarrow(f)
	f.Fuzz(func(t *testing.T, line []byte) {
		var r value.Record
		if len(line) > 1<<16 || r.Parse(line) != nil || bytes.ContainsAny(line, "\n\r") || look(line).kind != flowLine {
			return
		}
		file, counts := n.write(t, line)
		got := read(t, file)
		if counts.Repeated > 0 || repeats(line) {
			return // which of two members counts, readers do not agree
		}
		want := parse(t, line)
		for _, name := range []string{"sp", "dp"} { // that are null when they are not there
			if _, ok := want[name]; !ok {
				want[name] = nil
			}
		}
		if have := parse(t, got); !reflect.DeepEqual(have, want) {
			t.Errorf("%s\nwant %s", got, line)
		}
	})
}

// repeats reports whether an object has a member twice, at any depth.
func repeats(v value.Value) bool {
	seen := map[string]bool{}
	for name, member := range v.Members() {
		if seen[string(name)] || repeats(member) {
			return true
		}
		seen[string(name)] = true
	}
	for item := range v.Items() {
		if repeats(item) {
			return true
		}
	}
	return false
}

// FuzzFile reads any file: with an end, within bounds, as lines of JSON.
func FuzzFile(f *testing.F) {
	for _, line := range []string{
		`{"sa":"10.0.0.1","da":"10.0.0.2","pr":6,"sp":1,"dp":2,"packets":[{"b":1,"dir":">","ipt":0}],"app":["x"],"entropy":1.500000,"time_start":1.000000,"x":1}`,
		`{"sa":"10.0.0.1"}`,
	} {
		file, _ := newNarrow(f).write(f, []byte(line))
		f.Add(file)
	}
	for _, name := range []string{"small.parquet", "pyarrow.parquet", "duckdb.parquet"} {
		if b, err := os.ReadFile("testdata/" + name); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		lines := value.NewLines(io.LimitReader(r, 1<<22))
		for {
			line, err := lines.Next()
			if err != nil {
				return
			}
			var parsed value.Record
			if lines.Number > 1 && len(line) > 0 && line[0] == '{' && len(line) < 1<<20 {
				_ = parsed.Parse(line) // names of columns may come twice, and more; it must only end
			}
		}
	})
}

// FuzzPage decodes any values with every encoding.
func FuzzPage(f *testing.F) {
	f.Add([]byte{128, 1, 4, 3, 2, 2, 0, 0, 0, 0, 0}, uint8(1), uint8(5), uint16(3))
	f.Fuzz(func(t *testing.T, b []byte, kind, encoding uint8, n uint16) {
		v, err := decode(format.Type(kind%8), 4, format.Encoding(encoding%10), b, int(n))
		if err == nil && v.len() != int(n) {
			t.Errorf("%d values, want %d", v.len(), n)
		}
		for i := range v.ends {
			_ = v.bytes(i)
		}
	})
}
