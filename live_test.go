package joy

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"joy/capture"
)

// A scripted Source gives one packet of an own flow a second, and does what
// before says before the packet of that number.
type scripted struct {
	before map[int]func()
	n      int
	given  atomic.Int64
}

func (s *scripted) Next(b *capture.Batch) error {
	if s.n == 40 {
		return io.EOF
	}
	if do := s.before[s.n]; do != nil {
		do()
	}
	s.n++
	s.given.Store(int64(s.n))
	p := ip("10.0.0.1", "10.0.0.2", 17, []byte{0, byte(s.n), 0, 9, 0, 8, 0, 0})
	now := int64(1_700_000_000e9) + int64(s.n)*1e9
	b.Frames = append(b.Frames[:0], capture.Frame{Time: now, Data: p, Wire: len(p), Link: capture.LinkRaw})
	b.Now = now
	return nil
}

func (s *scripted) Stats() capture.Stats {
	n := s.given.Load()
	return capture.Stats{Frames: n, Interfaces: []capture.InterfaceStats{{Name: "eth9", Frames: n}}}
}
func (s *scripted) Close() error { return nil }

func TestReload(t *testing.T) {
	c := DefaultConfig()
	c.Bidir, c.Threads, c.InactiveTimeout = true, 1, time.Second
	subnets := filepath.Join(t.TempDir(), "subnets")
	if err := os.WriteFile(subnets, []byte("10.0.0.0/24\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := NewReloader(c)
	if err != nil {
		t.Fatal(err)
	}
	load := func(ok bool, set func(*Config)) func() {
		return func() {
			next := c
			set(&next)
			err := r.Load(next)
			if (err == nil) != ok {
				t.Errorf("reload gives %v", err)
			}
			if err == nil {
				c = next
			}
		}
	}
	src := &scripted{before: map[int]func(){
		10: load(true, func(c *Config) { c.Labels = []string{"inside:" + subnets} }),
		20: load(true, func(c *Config) { c.BPF = "udp[1] <= 30" }),
		25: load(false, func(c *Config) { c.BPF = "udp and" }),
		26: load(false, func(c *Config) { c.BPF = "ether host 1:2:3:4:5:6" }), // not for raw IP
		27: load(false, func(c *Config) { c.Labels = []string{"inside:" + subnets + ".not"} }),
	}}
	var out lines
	stats, err := Run(context.Background(), c, src, &out, RunOptions{Reload: r})
	if err != nil {
		t.Fatal(err)
	}
	labelled := map[int]bool{}
	for line := range strings.Lines(out.String()) {
		var rec struct {
			SP     int      `json:"sp"`
			Labels []string `json:"sa_labels"`
		}
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatal(err)
		}
		labelled[rec.SP] = len(rec.Labels) > 0
	}
	if len(labelled) != 30 || stats.Filter != 10 {
		t.Errorf("%d flows, %d frames filtered out, want 30 and 10", len(labelled), stats.Filter)
	}
	for port, has := range labelled {
		// A record is written two packets behind that of its flow.
		if port < 8 && has || port > 10 && !has {
			t.Errorf("port %d: labelled %v", port, has)
		}
	}
}

func TestStatisticsRecords(t *testing.T) {
	c := DefaultConfig()
	c.Bidir, c.Threads = true, 2
	src, p := &scripted{}, new(Progress)
	var out lines
	sink := WithStatistics(&out, 10*time.Second, func(now int64) ([]byte, error) {
		shot := p.Snapshot()
		return json.Marshal(map[string]any{"now": now, "stats": StatsOf(&shot, src.Stats())})
	})
	if _, err := Run(context.Background(), c, src, sink, RunOptions{Progress: p}); err != nil {
		t.Fatal(err)
	}
	var times []int64
	for line := range strings.Lines(out.String()) {
		var rec struct {
			Now   int64
			Stats struct{ Frames, Flows uint64 }
		}
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if rec.Now != 0 {
			times = append(times, rec.Now/1e9-1_700_000_000)
			if rec.Stats.Frames == 0 || rec.Stats.Flows == 0 {
				t.Errorf("statistics are %s", line)
			}
		}
	}
	if !slices.Equal(times, []int64{11, 21, 31}) {
		t.Errorf("statistics came at %v", times)
	}
}
