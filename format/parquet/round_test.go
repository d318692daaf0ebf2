package parquet

import (
	"bytes"
	"io"
	"os"
	"testing"

	"joy/query/value"
)

// write makes a file of lines.
func write(t testing.TB, lines []byte) []byte {
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
	return b.Bytes()
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

func TestProbe(t *testing.T) {
	in := os.Getenv("PROBE")
	if in == "" {
		t.Skip()
	}
	f, _ := os.Open(in)
	lines := value.NewLines(f)
	out, _ := os.Create(in + ".parquet")
	w, err := NewWriter(out, "joy")
	if err != nil {
		t.Fatal(err)
	}
	for {
		line, err := lines.Next()
		if err != nil {
			break
		}
		if err := w.Line(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	t.Log(w.file.offset, w.Counts())
}

func TestProbeRead(t *testing.T) {
	in := os.Getenv("PROBE")
	if in == "" {
		t.Skip()
	}
	f, _ := os.Open(in + ".parquet")
	i, _ := f.Stat()
	r, err := NewReader(f, i.Size())
	if err != nil {
		t.Fatal(err)
	}
	want, _ := os.Open(in)
	have, expect := value.NewLines(r), value.NewLines(want)
	for n := 1; ; n++ {
		a, err1 := have.Next()
		b, err2 := expect.Next()
		if err1 != nil || err2 != nil {
			t.Log(n, err1, err2)
			break
		}
		if !bytes.Equal(a, b) {
			k := 0
			for k < len(a) && k < len(b) && a[k] == b[k] {
				k++
			}
			t.Fatalf("line %d: %.200s\nwant %.200s", n, a[max(0, k-50):], b[max(0, k-50):])
		}
	}
}
