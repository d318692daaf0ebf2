package jsonl

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const noon = int64(1709208000) * second // 2024-02-29T12:00:00Z

func tick(t *testing.T, s *Sink, now int64) {
	t.Helper()
	if err := s.Tick(now); err != nil {
		t.Fatal(err)
	}
}

// What was written can be read after a Tick, through compression too, while the
// file is not whole yet.
func TestTickPassesRecordsOn(t *testing.T) {
	for _, name := range []string{"o.json", "o.json.gz", "o.json.zst"} {
		dir := t.TempDir()
		s := open(t, Config{Path: filepath.Join(dir, name), Header: header})
		b, ends := lines(10, 20)
		write(t, s, b, ends, noon)
		tick(t, s, noon)
		want := append(bytes.Clone(header), b...)
		for got := 0; got < len(want); { // the compressor works in a goroutine of its own
			text := partly(t, filepath.Join(dir, names(t, dir)[0]))
			if got = len(text); !bytes.HasPrefix(want, text) {
				t.Fatalf("%s: %q was passed on, want %q", name, text, want)
			}
		}
		closed(t, s)
	}
}

// partly reads what there is of a file.
func partly(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r io.Reader = bytes.NewReader(raw)
	switch {
	case len(raw) == 0:
	case bytes.Contains([]byte(path), []byte(".gz")):
		r, err = gzip.NewReader(r)
	case bytes.Contains([]byte(path), []byte(".zst")):
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		return nil // not even the beginning is there yet
	}
	text, err := io.ReadAll(r)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	return text
}

// Standard output is flushed at most ten times a second, and only if there is
// something.
func TestTickDoesNotFlushTooOften(t *testing.T) {
	var out writes
	s := open(t, Config{Out: &out, Header: header})
	b, ends := lines(10)
	for i := range int64(100) { // a second
		write(t, s, b, ends, noon)
		tick(t, s, noon+i*second/100)
	}
	for i := range int64(100) {
		tick(t, s, noon+second+i*second/100)
	}
	if out < 5 || out > 12 {
		t.Errorf("%d writes in a second", out)
	}
	closed(t, s)
}

// writes counts them.
type writes int

func (w *writes) Write(p []byte) (int, error) { *w++; return len(p), nil }

// Files end when their time is over, also when no record comes, and none is
// left behind that has none. Done is told of each.
func TestTickEndsFiles(t *testing.T) {
	dir := t.TempDir()
	var done []string
	s := open(t, Config{
		Path: filepath.Join(dir, "o.json"), Header: header, Every: 60 * second,
		Done: func(path string) { done = append(done, filepath.Base(path)) },
	})
	b, ends := lines(10, 10)
	write(t, s, b, ends, noon)
	tick(t, s, noon+59*second)
	if len(done) != 0 {
		t.Errorf("%v are done before their time", done)
	}
	tick(t, s, noon+60*second)
	tick(t, s, noon+200*second)
	want := []string{"o-01-20240229120000.json"}
	if !slices.Equal(done, want) {
		t.Errorf("done are %v, want %v", done, want)
	}
	write(t, s, b[:10], ends[:1], noon+250*second)
	tick(t, s, noon+300*second)
	closed(t, s)
	want = append(want, "o-02-20240229120410.json")
	if got := names(t, dir); !slices.Equal(got, want) || !slices.Equal(done, want) {
		t.Errorf("files %v, done %v, want %v", got, done, want)
	}
}

func TestRotate(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Path: filepath.Join(dir, "o.json"), Header: header})
	s.Rotate() // nothing is there yet
	tick(t, s, noon)
	b, ends := lines(10, 10)
	write(t, s, b, ends, noon)
	s.Rotate()
	tick(t, s, noon+second)
	write(t, s, b[:10], ends[:1], noon+2*second)
	closed(t, s)
	want := []string{"o-01-20240229120000.json 2", "o-02-20240229120002.json 1"}
	if got := counts(t, dir); !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
}

// Standard output stays one stream.
func TestRotateStandardOutput(t *testing.T) {
	var out bytes.Buffer
	s := open(t, Config{Out: &out, Header: header})
	b, ends := lines(10)
	write(t, s, b, ends, noon)
	s.Rotate()
	tick(t, s, noon)
	write(t, s, b, ends, noon)
	closed(t, s)
	if want := string(header) + string(b) + string(b); out.String() != want {
		t.Errorf("got %q", out.String())
	}
}

func TestNoRecordsLive(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Path: filepath.Join(dir, "o.json"), Header: header, Every: 60 * second})
	tick(t, s, noon)
	closed(t, s)
	if got, want := counts(t, dir), []string{"o-01-20240229120000.json 0"}; !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
}

func TestBelongs(t *testing.T) {
	for name, want := range map[string]bool{
		"f.json.zst": true, "f-01-20240229120000.json.zst": true, "f-1234-20240229120000.json.zst": true,
		"f-01-20240229120000.json": false, "f-1-20240229120000.json.zst": false, "f-01-2024022912000.json.zst": false,
		"f-0x-20240229120000.json.zst": false, "g.json.zst": false, ".f.json.zst.tmp-12": false, "f-.json.zst": false,
	} {
		if got := Belongs("/var/lib/f.json.zst", name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestUnfinished(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.json")
	for _, name := range []string{".f.json.tmp-1", ".f.json.tmp-1-2", ".g.json.tmp-1", "f-01-20240229120000.json"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, Config{Path: path, Header: header}) // its own file is none of them
	got, err := Unfinished(path)
	want := []string{filepath.Join(dir, ".f.json.tmp-1"), filepath.Join(dir, ".f.json.tmp-1-2")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	closed(t, s)
	t.Chdir(dir)
	if got, err := Unfinished("f.json"); err != nil || len(got) != 2 {
		t.Errorf("in the current directory: %v, %v", got, err)
	}
}
