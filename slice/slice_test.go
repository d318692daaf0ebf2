package slice

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"joy"
	"joy/capture"
	"joy/capture/pcapfile"
)

const captures = "../testdata/captures"

func config(t *testing.T, options ...string) joy.Config {
	t.Helper()
	cfg, _, _, err := joy.Parse(append([]string{"profile=full", "bidir=1"}, options...), nil, os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func open(t *testing.T, name string) *pcapfile.Source {
	t.Helper()
	src, err := pcapfile.Open([]string{name}, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

// A collecting is a sink.
type collecting struct{ lines []string }

func (c *collecting) Write(b []byte, ends []int, _ int64) error {
	for line := range strings.Lines(string(b[:ends[len(ends)-1]])) {
		c.lines = append(c.lines, line)
	}
	return nil
}
func (*collecting) Tick(int64) error { return nil }
func (*collecting) Close() error     { return nil }

// records are those of a capture.
func records(t *testing.T, cfg joy.Config, name string) []string {
	t.Helper()
	var c collecting
	cfg.Threads = 1
	if _, err := joy.Run(context.Background(), cfg, open(t, name), &c, joy.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	return c.lines
}

// cut writes the slice of what choose says.
func cut(t *testing.T, o Options, name, to string) *Frames {
	t.Helper()
	f, err := Find(context.Background(), o, open(t, name))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := pcapfile.NewWriter(&out, pcapfile.Pcapng)
	n, err := f.Copy(context.Background(), open(t, name), w)
	if err != nil || n != f.Len() {
		t.Fatalf("%d frames of %d: %v", n, f.Len(), err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

var flowID = regexp.MustCompile(`"flow_id":"([0-9a-f]{16})"`)

// flowOf is the flow that a record is of.
func flowOf(t *testing.T, line string) string {
	t.Helper()
	m := flowID.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("no flow id: %s", line)
	}
	return m[1]
}

// endings are what a record says of the packets behind it, of other flows: a
// capture that ends earlier ends it.
var endings = regexp.MustCompile(`("expire_type":"[ai]",)|("end_reason":"[^"]*")`)

func comparable(lines []string) (c []string) {
	for _, l := range lines {
		c = append(c, endings.ReplaceAllString(l, ""))
	}
	slices.Sort(c)
	return c
}

// The records of a slice are those of the flows that were chosen: every other
// one, and then the rest.
func TestRecordsOfSlices(t *testing.T) {
	names, err := filepath.Glob(captures + "/*.pcap*")
	if err != nil || len(names) < 50 {
		t.Fatalf("%d captures: %v", len(names), err)
	}
	cfg := config(t)
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			all := records(t, cfg, name)
			number := map[string]int{} // of a flow
			for _, l := range all {
				if _, ok := number[flowOf(t, l)]; !ok {
					number[flowOf(t, l)] = len(number)
				}
			}
			to := filepath.Join(t.TempDir(), "slice.pcapng")
			for odd := range min(2, len(number)) {
				keep := func(line string) bool { return number[flowOf(t, line)]%2 == odd }
				f := cut(t, Options{Config: cfg, Choose: func(line []byte) (bool, error) {
					return keep(string(line)), nil
				}}, name, to)
				want := slices.DeleteFunc(slices.Clone(all), func(l string) bool { return !keep(l) })
				if f.Records != len(want) || f.Of != len(all) {
					t.Errorf("chose %d records of %d, not %d of %d", f.Records, f.Of, len(want), len(all))
				}
				got := comparable(records(t, cfg, to))
				if want = comparable(want); !slices.Equal(got, want) {
					t.Errorf("%d records, not %d:\n%s\nnot\n%s", len(got), len(want), difference(got, want), difference(want, got))
				}
			}
		})
	}
}

// A flow that a timeout has cut is wanted whole, or not.
func TestSegments(t *testing.T) {
	name := filepath.Join(captures, "long-flow.pcap")
	to := filepath.Join(t.TempDir(), "slice.pcapng")
	second := func(line []byte) (bool, error) { return bytes.Contains(line, []byte(`"segment":1`)), nil }
	whole := cut(t, Options{Config: config(t), Choose: second}, name, to)
	part := cut(t, Options{Config: config(t), Choose: second, Segments: true}, name, to)
	if whole.Records != whole.Of || part.Records != 1 || whole.Of < 2 {
		t.Errorf("%d and %d records of %d", whole.Records, part.Records, whole.Of)
	}
	if part.Len() == 0 || part.Len() >= whole.Len() || whole.Len() != uint64(whole.Stats.Frames) {
		t.Errorf("%d and %d frames of %d", whole.Len(), part.Len(), whole.Stats.Frames)
	}
}

// difference is the first line that b has not.
func difference(a, b []string) string {
	for _, l := range a {
		if !slices.Contains(b, l) {
			return l
		}
	}
	return "-"
}

// Frames are copied as they were, all fragments among them.
func TestFramesOfSlices(t *testing.T) {
	cfg := config(t)
	for _, name := range []string{"format-nanoseconds.pcap", "vxlan.pcap", "ipv4-fragments.pcap", "ipv6-fragments.pcap"} {
		name = filepath.Join(captures, name)
		to := filepath.Join(t.TempDir(), "slice.pcapng")
		f := cut(t, Options{Config: cfg, Choose: func([]byte) (bool, error) { return true, nil }}, name, to)
		want, got := frames(t, name), frames(t, to)
		i := 0
		for _, f := range got {
			for i < len(want) && !equal(&want[i], &f) {
				i++
			}
			if i == len(want) {
				t.Fatalf("%s: a frame that was not there, or out of order", name)
			}
			i++
		}
		if len(got) == 0 || f.Stats.Pieces > 0 && len(got) != len(want) {
			t.Errorf("%s: %d frames of %d", name, len(got), len(want))
		}
	}
}

// What is chosen may be nothing, and the order of frames that belong to several
// records, or are told late, is that of the capture.
func TestJournal(t *testing.T) {
	var j journal
	defer j.close()
	const n = 9_000_000 // more than it keeps in memory
	for i := range uint64(n) {
		j.add(i^1, i*7%1000)
	}
	if j.file == nil {
		t.Error("nothing was spilled")
	}
	i := uint64(0)
	err := j.each(func(frame, record uint64) {
		if frame != i^1 || record != i*7%1000 {
			t.Fatalf("pair %d is %d, %d", i, frame, record)
		}
		i++
	})
	if err != nil || i != n {
		t.Errorf("%d pairs: %v", i, err)
	}
	if _, err := os.Stat(j.file.Name()); err == nil {
		t.Error("the file has a name still")
	}
}

func TestSet(t *testing.T) {
	var s set
	all := []uint64{0, 1, 63, 64, 65535, 65536, 1 << 30}
	for _, v := range append(all, all...) {
		s.add(v)
	}
	for _, v := range all {
		if !s.has(v) || s.has(v+5) {
			t.Error(v)
		}
	}
	if s.n != uint64(len(all)) || s.has(1<<40) {
		t.Error(s.n)
	}
}

// A capture that has become shorter is told, and so is a context that is over.
func TestShorter(t *testing.T) {
	f := &Frames{}
	f.frames.add(1 << 20)
	w := pcapfile.NewWriter(new(bytes.Buffer), pcapfile.Pcapng)
	name := filepath.Join(captures, "dns.pcap")
	if _, err := f.Copy(context.Background(), open(t, name), w); !errors.Is(err, ErrChanged) {
		t.Error(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := f.Copy(ctx, open(t, name), w); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := Find(ctx, Options{Config: config(t)}, open(t, name)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func equal(a, b *capture.Frame) bool {
	return a.Time == b.Time && a.Wire == b.Wire && a.Link == b.Link && a.FCS == b.FCS && bytes.Equal(a.Data, b.Data)
}

func frames(t *testing.T, name string) (list []capture.Frame) {
	t.Helper()
	src := open(t, name)
	var b capture.Batch
	for src.Next(&b) == nil {
		for _, f := range b.Frames {
			f.Data = bytes.Clone(f.Data)
			list = append(list, f)
		}
	}
	return list
}
