package jsonl

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

var header = []byte(`{"version":"test","end-config":1}` + "\n")

const second = int64(1e9)

// flows makes n records that look like those of a busy network, the same for
// the same seed.
func flows(seed int64, n int) (b []byte, ends []int) {
	r := rand.New(rand.NewSource(seed))
	for range n {
		var a [4]byte
		r.Read(a[:])
		pkts := r.Intn(20)
		b = fmt.Appendf(b, `{"sa":"10.1.%d.%d","da":"%s","pr":6,"sp":%d,"dp":443,"bytes_out":%d,"num_pkts_out":%d,"time_start":%d.%06d,"packets":[`,
			r.Intn(4), r.Intn(256), netip.AddrFrom4(a), 1024+r.Intn(60000), pkts*r.Intn(1400), pkts, 1700000000+len(ends)/100, r.Intn(1e6))
		for i := range pkts {
			if i > 0 {
				b = append(b, ',')
			}
			b = fmt.Appendf(b, `{"b":%d,"dir":">","ipt":%d}`, r.Intn(1460), r.Intn(300))
		}
		b = append(b, "]}\n"...)
		ends = append(ends, len(b))
	}
	return b, ends
}

// lines are records of the given lengths, newline and all.
func lines(lengths ...int) (b []byte, ends []int) {
	for i, n := range lengths {
		b = append(b, bytes.Repeat([]byte{'a' + byte(i%26)}, n-1)...)
		b = append(b, '\n')
		ends = append(ends, len(b))
	}
	return b, ends
}

func open(t *testing.T, c Config) *Sink {
	t.Helper()
	s, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t *testing.T, s *Sink, b []byte, ends []int, clock int64) {
	t.Helper()
	if err := s.Write(b, ends, clock); err != nil {
		t.Fatal(err)
	}
}

func closed(t *testing.T, s *Sink) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// names lists what is in a directory, hidden files too.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// read returns the content of a file, decompressed where its name says so.
func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r io.Reader = bytes.NewReader(b)
	switch filepath.Ext(path) {
	case ".gz":
		r, err = gzip.NewReader(r)
	case ".zst":
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	if b, err = io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	return b
}

// counts returns the number of records in each file, by name. All must begin
// with the header and end with a newline.
func counts(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	for _, name := range names(t, dir) {
		b := read(t, filepath.Join(dir, name))
		rest, ok := bytes.CutPrefix(b, header)
		if !ok || !bytes.HasSuffix(b, []byte("\n")) {
			t.Errorf("%s is not the header and whole lines", name)
		}
		list = append(list, fmt.Sprintf("%s %d", name, bytes.Count(rest, []byte("\n"))))
	}
	return list
}

func TestRoundTrip(t *testing.T) {
	b, ends := flows(7, 20000) // more than all buffers hold
	want := slices.Concat(header, b)
	for _, name := range []string{"out.json", "out.json.gz", "out.json.zst", "OUT.GZ", "out"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			s := open(t, Config{Path: path, Header: header})
			write(t, s, b, ends, 0)
			closed(t, s)
			closed(t, s)
			got := path
			if name == "OUT.GZ" {
				got = filepath.Join(filepath.Dir(path), "out.gz")
				if err := os.Rename(path, got); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(read(t, got), want) {
				t.Error("other bytes come back")
			}
			if st := (Stats{Records: 20000, Bytes: int64(len(want)), Files: 1}); s.Stats() != st {
				t.Errorf("stats %+v, want %+v", s.Stats(), st)
			}
			if err := s.Write(b, ends, 0); err == nil {
				t.Error("takes records after Close")
			}
			closed(t, s)
		})
	}
}

func TestStandardOutput(t *testing.T) {
	b, ends := lines(10, 20)
	for _, path := range []string{"", "-"} {
		var out bytes.Buffer
		s := open(t, Config{Path: path, Out: &out, Header: header})
		write(t, s, b, ends, 0)
		closed(t, s)
		if !bytes.Equal(out.Bytes(), slices.Concat(header, b)) {
			t.Errorf("path %q: got %q", path, out.Bytes())
		}
	}
}

func TestNoRecords(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []Config{
		{Path: "one.json"},
		{Path: "one.json.gz"},
		{Path: "many.json.zst", Count: 5, Every: second},
	} {
		c.Path, c.Header = filepath.Join(dir, c.Path), header
		closed(t, open(t, c))
	}
	want := []string{"many-01-19700101000000.json.zst 0", "one.json 0", "one.json.gz 0"}
	if got := counts(t, dir); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A portion is one Write: records of the given lengths at one time.
type portion struct {
	clock   int64
	lengths []int
}

func TestBorders(t *testing.T) {
	h := int64(len(header))
	noon := int64(1709208000) * second // 2024-02-29T12:00:00Z
	for name, c := range map[string]struct {
		config   Config
		portions []portion
		want     []string
	}{
		"count, file full when the records end": {
			Config{Count: 2},
			[]portion{{noon, []int{5, 5, 5, 5}}},
			[]string{"o-01-20240229120000.json 2", "o-02-20240229120000.json 2"},
		},
		"count, across writes": {
			Config{Count: 3},
			[]portion{{noon, []int{5, 5}}, {noon + second, []int{5, 5}}, {noon + 2*second, []int{5, 5, 5}}},
			[]string{"o-01-20240229120000.json 3", "o-02-20240229120001.json 3", "o-03-20240229120002.json 1"},
		},
		"size, to the byte": {
			Config{Size: h + 20},
			[]portion{{noon, []int{10, 10, 10, 11, 9, 1}}},
			[]string{"o-01-20240229120000.json 2", "o-02-20240229120000.json 1", "o-03-20240229120000.json 2", "o-04-20240229120000.json 1"},
		},
		"size, a larger record alone": {
			Config{Size: h + 20},
			[]portion{{noon, []int{10, 21, 10, 500}}, {noon, []int{1}}},
			[]string{"o-01-20240229120000.json 1", "o-02-20240229120000.json 1", "o-03-20240229120000.json 1", "o-04-20240229120000.json 1", "o-05-20240229120000.json 1"},
		},
		"size, less than the header": {
			Config{Size: 1},
			[]portion{{noon, []int{3, 3}}},
			[]string{"o-01-20240229120000.json 1", "o-02-20240229120000.json 1"},
		},
		"time, the border itself begins a file": {
			Config{Every: 60 * second},
			[]portion{{noon - 1, []int{5}}, {noon, []int{5, 5}}, {noon + 60*second - 1, []int{5}}, {noon + 60*second, []int{5}}},
			[]string{"o-01-20240229115959.json 1", "o-02-20240229120000.json 3", "o-03-20240229120100.json 1"},
		},
		"time, no file for a span without records": {
			Config{Every: second},
			[]portion{{noon, []int{5}}, {noon + 3600*second, nil}, {noon + 7200*second, []int{5}}},
			[]string{"o-01-20240229120000.json 1", "o-02-20240229140000.json 1"},
		},
		"time, a clock that goes back": {
			Config{Every: second},
			[]portion{{noon, []int{5}}, {noon - 10*second, []int{5}}, {noon, []int{5}}},
			[]string{"o-01-20240229120000.json 3"},
		},
		"time, before 1970": {
			Config{Every: 10 * second},
			[]portion{{-11 * second, []int{5}}, {-10 * second, []int{5}}, {-1, []int{5}}, {0, []int{5}}},
			[]string{"o-01-19691231235949.json 1", "o-02-19691231235950.json 2", "o-03-19700101000000.json 1"},
		},
		"all limits at once": {
			Config{Count: 2, Size: h + 20, Every: second},
			[]portion{{noon, []int{1, 1, 1, 20}}, {noon + second, []int{1}}},
			[]string{"o-01-20240229120000.json 2", "o-02-20240229120000.json 1", "o-03-20240229120000.json 1", "o-04-20240229120001.json 1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c.config.Path, c.config.Header = filepath.Join(dir, "o.json"), header
			s := open(t, c.config)
			for _, p := range c.portions {
				b, ends := lines(p.lengths...)
				write(t, s, b, ends, p.clock)
			}
			closed(t, s)
			if got := counts(t, dir); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if s.Stats().Files != len(c.want) {
				t.Errorf("%d files counted, want %d", s.Stats().Files, len(c.want))
			}
		})
	}
}

func TestNumbered(t *testing.T) {
	clock := int64(1709251199) * second
	for path, want := range map[string]string{
		"out.json":            "out-01-20240229235959.json",
		"out.json.gz":         "out-01-20240229235959.json.gz",
		"a.b/out.v2.JSON.ZST": "a.b/out.v2-01-20240229235959.JSON.ZST",
		"a.b/out":             "a.b/out-01-20240229235959",
		"out.gz":              "out-01-20240229235959.gz",
		".hidden":             ".hidden-01-20240229235959",
		".gz":                 ".gz-01-20240229235959",
		".json.gz":            ".json.gz-01-20240229235959",
	} {
		path, want = filepath.FromSlash(path), filepath.FromSlash(want)
		if got := numbered(path, 1, clock); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if got := numbered("out.json", 123, clock); got != "out-123-20240229235959.json" {
		t.Errorf("file 123: got %s", got)
	}
}

// Bytes and names must not depend on the portions in which records come.
func TestGrouping(t *testing.T) {
	b, ends := flows(3, 8000)
	for _, c := range []Config{
		{Path: "o.json"},
		{Path: "o.json.gz"},
		{Path: "o.json.zst"},
		{Path: "o.json", Count: 777},
		{Path: "o.json.gz", Size: 700_001},
		{Path: "o.json.zst", Count: 5000, Size: 1_500_000},
	} {
		var want map[string]string
		for seed := range int64(6) {
			got := grouped(t, c, b, ends, rand.New(rand.NewSource(seed)))
			if want == nil {
				want = got
			}
			if len(got) != len(want) {
				t.Fatalf("%+v: %d files, then %d", c, len(want), len(got))
			}
			for name, content := range want {
				if got[name] != content {
					t.Errorf("%+v: %s differs with other portions (seed %d)", c, name, seed)
				}
			}
		}
	}
}

// grouped writes the records in random portions and returns the files.
func grouped(t *testing.T, c Config, b []byte, ends []int, r *rand.Rand) map[string]string {
	t.Helper()
	dir := t.TempDir()
	c.Path, c.Header = filepath.Join(dir, c.Path), header
	s := open(t, c)
	for start := 0; len(ends) > 0; {
		n := min(1+r.Intn(1+r.Intn(4000)), len(ends))
		rest := bytes.Clone(b[start:ends[n-1]]) // the Sink may not keep it
		var at []int
		for _, e := range ends[:n] {
			at = append(at, e-start)
		}
		write(t, s, rest, at, 5*second)
		clear(rest)
		start, ends = ends[n-1], ends[n:]
	}
	closed(t, s)
	files := make(map[string]string)
	for _, name := range names(t, dir) {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(content)
	}
	return files
}

func TestAnotherRunReplacesItsFiles(t *testing.T) {
	dir := t.TempDir()
	c := Config{Path: filepath.Join(dir, "o.json"), Header: header, Count: 1}
	for _, length := range []int{500, 3} {
		s := open(t, c)
		b, ends := lines(length, length)
		write(t, s, b, ends, 0)
		closed(t, s)
		for _, name := range []string{"o-01-19700101000000.json", "o-02-19700101000000.json"} {
			if got := len(read(t, filepath.Join(dir, name))); got != len(header)+length {
				t.Errorf("%s has %d bytes", name, got)
			}
		}
	}
}

func TestNoAllocationPerWrite(t *testing.T) {
	b, ends := flows(1, 100)
	for _, name := range []string{"o.json", "o.json.zst"} {
		s := open(t, Config{Path: filepath.Join(t.TempDir(), name), Header: header})
		warm := func() { write(t, s, b, ends, 0) }
		for range 100 {
			warm()
		}
		if n := testing.AllocsPerRun(500, warm); n > 0 {
			t.Errorf("%s: %v allocations for each Write", name, n)
		}
		closed(t, s)
	}
}

// FuzzWrite compares the files with those of the simplest loop that obeys the
// limits.
func FuzzWrite(f *testing.F) {
	f.Add([]byte("abc\ndefg\n\nhi"), uint8(2), uint8(0), uint8(0))
	f.Add([]byte("abc\ndefg\n\nhijklmnopqrst"), uint8(0), uint8(40), uint8(0))
	f.Add([]byte("a\nb\x00\nc\n\nd\x09\ne"), uint8(3), uint8(38), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, count, size, every uint8) {
		data = data[:min(len(data), 300)] // a file for each byte, at worst
		c := Config{Header: header, Count: int64(count), Size: int64(size), Every: int64(every)}
		dir := t.TempDir()
		c.Path = filepath.Join(dir, "o.json")
		s := open(t, c)
		var want [][]byte
		var clock int64
		var m model
		for part := range bytes.SplitSeq(data, []byte("\n\n")) {
			b := append(bytes.Clone(part), '\n')
			clock += int64(b[0] & 15)
			var ends []int
			for i, ch := range b {
				if ch == '\n' {
					ends = append(ends, i+1)
				}
			}
			write(t, s, b, ends, clock)
			want = m.add(want, &c, b, clock)
		}
		closed(t, s)
		compareFiles(t, dir, want)
		if st := s.Stats(); st.Records != m.all || st.Files != len(want) {
			t.Errorf("stats %+v, want %d records, %d files", st, m.all, len(want))
		}
	})
}

// A model knows of the last file what the limits are about.
type model struct{ records, begun, all int64 }

func (m *model) add(files [][]byte, c *Config, b []byte, clock int64) [][]byte {
	for line := range bytes.SplitAfterSeq(b, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		last := len(files) - 1
		if last < 0 || c.Count > 0 && m.records == c.Count ||
			c.Size > 0 && int64(len(files[last])+len(line)) > c.Size ||
			c.Every > 0 && clock/c.Every > m.begun/c.Every {
			files = append(files, bytes.Clone(header))
			m.records, m.begun = 0, clock
			last++
		}
		files[last] = append(files[last], line...)
		m.records++
		m.all++
	}
	return files
}

func compareFiles(t *testing.T, dir string, want [][]byte) {
	t.Helper()
	got := names(t, dir)
	if len(got) != len(want) {
		t.Fatalf("%d files, want %d", len(got), len(want))
	}
	for _, name := range got {
		n := 1
		if number, ok := strings.CutPrefix(name, "o-"); ok {
			if _, err := fmt.Sscanf(number, "%d", &n); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(read(t, filepath.Join(dir, name)), want[n-1]) {
			t.Errorf("%s differs", name)
		}
	}
}
