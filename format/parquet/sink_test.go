package parquet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hour is 2026-02-28 09:00 UTC, in seconds.
const hour = 1772269200

// flowAt is a record that begins so many seconds behind hour.
func flowAt(second, n int) string {
	return fmt.Sprintf(`{"sa":"10.0.0.1","da":"10.0.0.2","pr":6,"sp":%d,"dp":80,"bytes_out":%d,"time_start":%d.000000,"flow_id":"%016x","segment":0}`+"\n", n, n, hour+second, n)
}

// feed writes lines to a Sink, each with the time at which it came.
func feed(t *testing.T, s *Sink, lines []string, clock int64) {
	t.Helper()
	for _, l := range lines {
		if err := s.Write([]byte(l), []int{len(l)}, clock); err != nil {
			t.Fatal(err)
		}
	}
}

func filesOf(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// flows reads all flows of a directory, in the order of their text.
func flows(t *testing.T, dir string) (list []string) {
	t.Helper()
	for _, name := range filesOf(t, dir) {
		if filepath.Ext(name) != Extension {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for l := range bytes.Lines(read(t, b)) {
			if look(l).kind == flowLine {
				list = append(list, string(l))
			}
		}
	}
	slices.Sort(list)
	return list
}

const (
	heading = `{"version":"5.0.0","end-config":1}` + "\n"
	other   = `{"statistics":{"packets":1}}` + "\n"
)

func TestDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	want := []string{flowAt(5, 1), flowAt(3601, 2), flowAt(10, 3)}
	for range 2 { // the second run replaces the files of the first
		var done []string
		s, err := Open(Config{Path: dir, Header: []byte(heading), Creator: "joy", Sensor: "west", Done: func(name string) { done = append(done, name) }})
		if err != nil {
			t.Fatal(err)
		}
		feed(t, s, append([]string{other}, want...), hour*1e9)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		names := filesOf(t, dir)
		if len(names) != 2 || len(done) != 2 || !strings.HasPrefix(names[0], "date=2026-02-28/hour=09/sensor=west/flows-20260228090005-") ||
			!strings.HasPrefix(names[1], "date=2026-02-28/hour=10/sensor=west/flows-20260228100001-") {
			t.Fatalf("%v, %v told", names, done)
		}
		if s.Records() != 3 || s.Stats().Files != 2 {
			t.Errorf("%+v", s.Stats())
		}
		b, err := os.ReadFile(filepath.Join(dir, names[0]))
		if err != nil {
			t.Fatal(err)
		}
		same(t, names[0], read(t, b), []byte(heading+want[0]+want[2]+other))
	}
	slices.Sort(want)
	if got := flows(t, dir); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// Files end when they are full, when their hour is over, when too many are open,
// when they are told to.
func TestFilesEnd(t *testing.T) {
	open := func(c Config) (*Sink, string) {
		c.Path = t.TempDir()
		s, err := Open(c)
		if err != nil {
			t.Fatal(err)
		}
		return s, c.Path
	}
	t.Run("count", func(t *testing.T) {
		s, dir := open(Config{Count: 2})
		feed(t, s, []string{flowAt(0, 1), flowAt(0, 2), flowAt(0, 3), flowAt(0, 4), flowAt(0, 5)}, 0)
		if n := s.Stats().Files; n != 2 {
			t.Errorf("%d files", n)
		}
		if err := s.Close(); err != nil || len(flows(t, dir)) != 5 {
			t.Errorf("%v, %d flows", err, len(flows(t, dir)))
		}
	})
	t.Run("hour", func(t *testing.T) {
		s, _ := open(Config{})
		feed(t, s, []string{flowAt(0, 1)}, hour*1e9)
		if err := s.Tick((hour + 3600) * 1e9); err != nil || s.Stats().Files != 0 {
			t.Errorf("%v, %d files", err, s.Stats().Files)
		}
		if err := s.Tick((hour+3600)*1e9 + grace + 1); err != nil || s.Stats().Files != 1 {
			t.Errorf("%v, %d files", err, s.Stats().Files)
		}
		s.Discard()
	})
	t.Run("every", func(t *testing.T) {
		s, _ := open(Config{Every: 60e9})
		feed(t, s, []string{flowAt(0, 1)}, hour*1e9)
		feed(t, s, []string{flowAt(0, 2)}, (hour+61)*1e9)
		if s.Stats().Files != 1 {
			t.Errorf("%d files", s.Stats().Files)
		}
		s.Discard()
	})
	t.Run("too many", func(t *testing.T) {
		s, dir := open(Config{})
		for i := range maxParts + 3 {
			feed(t, s, []string{flowAt(3600*i, i)}, int64(i))
		}
		if s.Stats().Files != 3 {
			t.Errorf("%d files", s.Stats().Files)
		}
		if err := s.Close(); err != nil || len(flows(t, dir)) != maxParts+3 {
			t.Errorf("%v", err)
		}
	})
	t.Run("told to", func(t *testing.T) {
		s, _ := open(Config{})
		feed(t, s, []string{flowAt(0, 1)}, hour*1e9)
		s.Rotate()
		if err := s.Tick(hour * 1e9); err != nil || s.Stats().Files != 1 {
			t.Errorf("%v, %d files", err, s.Stats().Files)
		}
	})
}

func TestOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.parquet")
	s, err := Open(Config{Path: path, Header: []byte(heading)})
	if err != nil {
		t.Fatal(err)
	}
	feed(t, s, []string{flowAt(0, 1)}, 0)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it has its name before it is whole: %v", err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	same(t, path, read(t, b), []byte(heading+flowAt(0, 1)))
	if err := s.Write([]byte("{}\n"), []int{3}, 0); err == nil {
		t.Error("written to after it was closed")
	}

	var out bytes.Buffer
	s, err = Open(Config{Out: &out, Header: []byte(heading)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	same(t, "standard output", read(t, out.Bytes()), []byte(heading))

	s, err = Open(Config{Path: path + "2.parquet"})
	if err != nil {
		t.Fatal(err)
	}
	s.Discard()
	if names := filesOf(t, filepath.Dir(path)); !slices.Equal(names, []string{"x.parquet"}) {
		t.Errorf("%v", names)
	}
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]Config{
		"a file for a directory": {Path: file},
		"no directory":           {Path: filepath.Join(file, "x.parquet")},
		"one file and several":   {Path: file + ".parquet", Count: 1},
		"a sensor with a slash":  {Path: t.TempDir(), Sensor: "a/b"},
		"a sensor upwards":       {Path: t.TempDir(), Sensor: ".."},
	} {
		if s, err := Open(c); err == nil {
			s.Discard()
			t.Errorf("%s is fine", name)
		}
	}
}

// several writes a flow to each of n files.
func several(t *testing.T, dir string, n int) (want []string) {
	t.Helper()
	for i := range n {
		s, err := Open(Config{Path: dir, Header: []byte(heading)})
		if err != nil {
			t.Fatal(err)
		}
		line := flowAt(i, i)
		feed(t, s, []string{line, other}, 0)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		want = append(want, line)
	}
	slices.Sort(want)
	return want
}

func compact(t *testing.T, dir string) Compacted {
	t.Helper()
	n, err := Compact(context.Background(), dir, CompactOptions{Size: 1 << 20, Tell: func(name string, err error) { t.Logf("%s: %v", name, err) }})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCompact(t *testing.T) {
	dir := t.TempDir()
	want := several(t, dir, 3)
	foreign := filepath.Join(dir, "date=2026-02-28", "hour=09", "bad.parquet")
	if err := os.WriteFile(foreign, []byte("PAR1 and no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := compact(t, dir); n.Before != 3 || n.After != 1 || n.Rows != 3 || n.Left != 1 {
		t.Errorf("%+v", n)
	}
	if n := compact(t, dir); n.Before != 0 || n.After != 0 {
		t.Errorf("the second time: %+v", n)
	}
	if err := os.Remove(foreign); err != nil {
		t.Fatal(err)
	}
	if got := flows(t, dir); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	b, err := os.ReadFile(filepath.Join(dir, filesOf(t, dir)[0]))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(read(t, b)); strings.Count(got, heading) != 1 || strings.Count(got, other) != 3 {
		t.Errorf("what is no flow: %s", got)
	}
}

// A compaction that is killed at any step is ended by the next one.
func TestCompactKilled(t *testing.T) {
	for _, step := range []string{"journal written", "new file named", "one removed", "all removed"} {
		t.Run(step, func(t *testing.T) {
			dir := t.TempDir()
			want := several(t, dir, 3)
			part := filepath.Join(dir, "date=2026-02-28", "hour=09")
			var list []source
			for _, name := range filesOf(t, part) {
				list = append(list, source{name: name, rows: 1})
			}
			j := journal{New: mergedName(list), Old: []string{list[0].name, list[1].name, list[2].name}}
			w, err := createWhole(filepath.Join(part, j.New))
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := copyRows(context.Background(), w, part, list, &CompactOptions{}); err != nil {
				t.Fatal(err)
			}
			if err := j.write(part); err != nil {
				t.Fatal(err)
			}
			if step != "journal written" {
				if err := w.commit(); err != nil {
					t.Fatal(err)
				}
			}
			for i, name := range j.Old {
				if step == "all removed" || step == "one removed" && i == 0 {
					if err := os.Remove(filepath.Join(part, name)); err != nil {
						t.Fatal(err)
					}
				}
			}
			compact(t, dir)
			if got := flows(t, dir); !slices.Equal(got, want) {
				t.Errorf("%v", got)
			}
			if _, err := os.Stat(filepath.Join(part, journalName)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the journal: %v", err)
			}
		})
	}
}

// A journal that somebody else has written removes nothing.
func TestForeignJournal(t *testing.T) {
	for _, text := range []string{"", "{}", `{"new":"x.parquet","old":["../y.parquet"]}`, `{"new":"a.parquet","old":["a.parquet"]}`, `{"new":"a.parquet","old":["passwd"]}`} {
		dir := t.TempDir()
		for _, name := range []string{journalName, "a.parquet", "passwd"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Compact(context.Background(), dir, CompactOptions{Size: 1 << 20, Tell: func(string, error) {}}); err == nil {
			t.Errorf("%q is fine", text)
		}
		if len(filesOf(t, dir)) != 3 {
			t.Errorf("%q: %v is left", text, filesOf(t, dir))
		}
	}
}
