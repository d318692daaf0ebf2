package measure

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// A seg is a segment for the tests.
type seg struct {
	seq      uint32
	n        int
	syn, fin bool
}

// A sequence is a Sequence with its Gaps, counted.
type sequence struct {
	Sequence
	gaps   Gaps
	counts SequenceCounts
}

func (s *sequence) Add(seq uint32, n int, syn, fin bool) Segment {
	g := s.Sequence.Add(&s.gaps, seq, n, syn, fin)
	s.counts.Add(g)
	return g
}

func (s *sequence) Counts() counts {
	c := s.counts
	return counts{c.RetransPackets, c.RetransBytes, c.OutOfOrder, c.Gaps, c.Forgotten, c.Jumps, s.Missing(&s.gaps)}
}

type counts struct {
	RetransPackets, RetransBytes, OutOfOrder, Gaps, Forgotten, Jumps, Missing uint64
}

// says is what a Segment says, in words.
func says(g Segment) string {
	s := fmt.Sprintf("%d new %d old", g.Fresh, g.Old)
	for _, w := range []struct {
		is   bool
		name string
	}{
		{g.Gap, "gap"},
		{g.OutOfOrder, "late"},
		{g.KeepAlive, "alive"},
		{g.Jump, "jump"},
		{g.Retransmission(), "again"},
		{g.Overlap(), "overlap"},
	} {
		if w.is {
			s += " " + w.name
		}
	}
	return s
}

func TestSequence(t *testing.T) {
	twelve := make([]seg, 0, 14)
	for i := range uint32(13) {
		twelve = append(twelve, seg{seq: 1000 + 10*i, n: 10})
	}
	for _, c := range []struct {
		name     string
		segments []seg
		last     string // what is said of the last one
		counts   counts
	}{
		{"data with sequence number 0 (D6)", []seg{{seq: 0, n: 10}}, "10 new 0 old", counts{}},
		{"SYN before sequence number 0 (D6)", []seg{{seq: 1<<32 - 1, syn: true}, {seq: 0, n: 10}}, "10 new 0 old", counts{}},
		{
			"retransmission after 12 segments (D7)", append(twelve, twelve[0]), "0 new 10 old again",
			counts{RetransPackets: 1, RetransBytes: 10},
		},
		{
			"overlap with another start (D7)",
			[]seg{{seq: 1, n: 100}, {seq: 51, n: 100}},
			"50 new 50 old overlap",
			counts{RetransBytes: 50},
		},
		{
			"longer retransmission brings new bytes (D7)",
			[]seg{{seq: 1, n: 100}, {seq: 1, n: 150}},
			"50 new 100 old overlap",
			counts{RetransBytes: 100},
		},
		{
			"shorter retransmission",
			[]seg{{seq: 1, n: 100}, {seq: 1, n: 50}},
			"0 new 50 old again",
			counts{RetransPackets: 1, RetransBytes: 50},
		},
		{"keep-alive with a byte (D7)", []seg{{seq: 1, n: 100}, {seq: 100, n: 1}}, "0 new 1 old alive", counts{}},
		{"keep-alive without", []seg{{seq: 1, n: 100}, {seq: 100}}, "0 new 0 old alive", counts{}},
		{"keep-alive before any data", []seg{{seq: 0, syn: true}, {seq: 0, n: 1}}, "0 new 1 old alive", counts{}},
		{"acknowledgement (D5)", []seg{{seq: 1}, {seq: 1, n: 100}}, "100 new 0 old", counts{}},
		{"acknowledgement past a lost segment opens no gap", []seg{{seq: 1, n: 9}, {seq: 20}}, "0 new 0 old", counts{}},
		{"lost segment", []seg{{seq: 1, n: 10}, {seq: 21, n: 10}}, "10 new 0 old gap", counts{Gaps: 1, Missing: 10}},
		{
			"lost segment comes again",
			[]seg{{seq: 1, n: 10}, {seq: 21, n: 10}, {seq: 11, n: 10}},
			"10 new 0 old late",
			counts{Gaps: 1, OutOfOrder: 1},
		},
		{
			"gap filled from the middle",
			[]seg{{seq: 1, n: 10}, {seq: 41, n: 10}, {seq: 21, n: 10}},
			"10 new 0 old late",
			counts{Gaps: 1, OutOfOrder: 1, Missing: 20},
		},
		{
			"gap filled by a segment that overlaps both ends",
			[]seg{{seq: 1, n: 10}, {seq: 21, n: 10}, {seq: 6, n: 30}},
			"15 new 15 old late overlap",
			counts{Gaps: 1, OutOfOrder: 1, RetransBytes: 15},
		},
		{
			"past 2^32",
			[]seg{{seq: 1<<32 - 5, n: 10}, {seq: 15, n: 10}, {seq: 5, n: 10}},
			"10 new 0 old late",
			counts{Gaps: 1, OutOfOrder: 1},
		},
		{"SYN takes a number", []seg{{seq: 7, syn: true}, {seq: 8, n: 5}}, "5 new 0 old", counts{}},
		{"SYN with data (TCP Fast Open)", []seg{{seq: 7, n: 5, syn: true}, {seq: 13, n: 5}}, "5 new 0 old", counts{}},
		{
			"SYN with data twice",
			[]seg{{seq: 7, n: 5, syn: true}, {seq: 7, n: 5, syn: true}},
			"0 new 5 old again",
			counts{RetransPackets: 1, RetransBytes: 5},
		},
		{"SYN again", []seg{{seq: 7, syn: true}, {seq: 7, syn: true}, {seq: 8, n: 5}}, "5 new 0 old", counts{}},
		{
			"data behind the first segment was lost",
			[]seg{{seq: 7, syn: true}, {seq: 18, n: 5}},
			"5 new 0 old gap",
			counts{Gaps: 1, Missing: 10},
		},
		{"port used again", []seg{{seq: 7, syn: true}, {seq: 8, n: 50}, {seq: 3, syn: true}, {seq: 4, n: 50}}, "50 new 0 old", counts{}},
		{
			"port used again while a gap is open",
			[]seg{{seq: 7, syn: true}, {seq: 10, n: 5}, {seq: 90, syn: true}, {seq: 91, n: 5}},
			"5 new 0 old",
			counts{Gaps: 1, Forgotten: 1},
		},
		{"FIN takes a number", []seg{{seq: 1, n: 10, fin: true}, {seq: 12, n: 5}}, "5 new 0 old", counts{}},
		{
			"FIN again",
			[]seg{{seq: 1, n: 10, fin: true}, {seq: 1, n: 10, fin: true}},
			"0 new 10 old again",
			counts{RetransPackets: 1, RetransBytes: 10},
		},
		{"FIN alone again", []seg{{seq: 1, n: 10}, {seq: 11, fin: true}, {seq: 11, fin: true}}, "0 new 0 old", counts{}},
		{"FIN shows a gap", []seg{{seq: 1, n: 10}, {seq: 21, fin: true}}, "0 new 0 old gap", counts{Gaps: 1, Missing: 10}},
		{
			"capture begins in the middle, out of order",
			[]seg{{seq: 101, n: 100}, {seq: 1, n: 100}},
			"100 new 0 old late",
			counts{OutOfOrder: 1},
		},
		{
			"the same, with a gap",
			[]seg{{seq: 101, n: 100}, {seq: 1, n: 50}},
			"50 new 0 old late",
			counts{OutOfOrder: 1, Gaps: 1, Missing: 50},
		},
		{
			"bytes before the SYN are none",
			[]seg{{seq: 100, syn: true}, {seq: 101, n: 100}, {seq: 51, n: 50}},
			"0 new 50 old again",
			counts{RetransPackets: 1, RetransBytes: 50},
		},
		{
			"bytes before a SYN that comes late are none",
			[]seg{{seq: 8, n: 5}, {seq: 7, syn: true}, {seq: 3, n: 5}},
			"0 new 5 old again",
			counts{RetransPackets: 1, RetransBytes: 5},
		},
		{"further than any window", []seg{{seq: 1, n: 10}, {seq: 1<<31 + 5, n: 10}}, "10 new 0 old jump", counts{Jumps: 1}},
		{"and back", []seg{{seq: 1, n: 10}, {seq: 1<<31 + 5, n: 10}, {seq: 11, n: 10}}, "10 new 0 old jump", counts{Jumps: 2}},
	} {
		var s sequence
		var g Segment
		for _, p := range c.segments {
			g = s.Add(p.seq, p.n, p.syn, p.fin)
		}
		if says(g) != c.last {
			t.Errorf("%s: %s, want %s", c.name, says(g), c.last)
		}
		if got := s.Counts(); got != c.counts {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.counts)
		}
	}
}

func TestSequenceRemembersEightGaps(t *testing.T) {
	var s sequence
	for i := range uint32(10) {
		s.Add(20*i, 10, false, false) // nine gaps of 10 bytes
	}
	if got, want := s.Counts(), (counts{Gaps: 9, Missing: 80, Forgotten: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if g := s.Add(10, 10, false, false); says(g) != "0 new 10 old again" {
		t.Errorf("bytes of the forgotten gap: %s", says(g))
	}
	if g := s.Add(30, 10, false, false); says(g) != "10 new 0 old late" {
		t.Errorf("bytes of the lowest gap that is left: %s", says(g))
	}
	s.Drop(&s.gaps)
	if s.HasGaps() || s.Missing(&s.gaps) != 0 || len(s.gaps.free) != 1 {
		t.Error("Drop leaves something")
	}
	s.Add(1000, 10, false, false)
	if len(s.gaps.free) != 0 || s.Missing(&s.gaps) != 1000-190 {
		t.Errorf("a list is not used again: %d missing", s.Missing(&s.gaps))
	}
}

func TestSequenceForgetsGapsBeforeNumbersRepeat(t *testing.T) {
	var s sequence
	s.Add(0, 1000, false, false)
	s.Add(2000, 1000, false, false) // a gap that stays
	next := uint32(3000)
	for sent := int64(0); sent < 5<<30; sent += 1 << 28 {
		s.Add(next, 1<<28, false, false)
		next += 1 << 28
		if g := s.Add(next-500, 100, false, false); says(g) != "0 new 100 old again" {
			t.Fatalf("retransmission after %d bytes: %s", sent, says(g))
		}
	}
	if got := s.Counts(); got.Missing != 0 || got.Forgotten != 1 || got.Gaps != 1 {
		t.Errorf("%+v", got)
	}
}

func TestSequenceIsSmallAndDoesNotAllocateInOrder(t *testing.T) {
	if n := unsafe.Sizeof(Sequence{}); n > 12 {
		t.Errorf("%d bytes", n)
	}
	var s sequence
	seq := uint32(0)
	if n := testing.AllocsPerRun(100, func() {
		s.Add(seq, 1460, false, false)
		s.Add(seq, 1460, false, false)
		seq += 1460
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// model is a Sequence that remembers each number of a small part of the
// sequence space.
type model struct {
	seen      map[int]bool
	low, top  int // what is seen lies from low up to top
	synSeen   bool
	forgotten uint64
}

// insert notes lo up to hi and returns how many numbers are new.
func (m *model) insert(lo, hi int) (fresh int) {
	if len(m.seen) == 0 {
		m.low, m.top = lo, lo
	}
	if m.synSeen {
		lo = max(lo, m.low)
	}
	for i := lo; i < hi; i++ {
		if !m.seen[i] {
			m.seen[i] = true
			fresh++
		}
	}
	if lo < hi {
		m.low, m.top = min(m.low, lo), max(m.top, hi)
	}
	m.forget()
	return fresh
}

// gaps are the runs of numbers that are missing.
func (m *model) gaps() (runs [][2]int) {
	for i := m.low; i < m.top; i++ {
		if m.seen[i] {
			continue
		}
		if n := len(runs); n > 0 && runs[n-1][1] == i {
			runs[n-1][1]++
		} else {
			runs = append(runs, [2]int{i, i + 1})
		}
	}
	return runs
}

// forget fills the lowest gaps until there are 8.
func (m *model) forget() {
	runs := m.gaps()
	for len(runs) > 8 {
		for i := runs[0][0]; i < runs[0][1]; i++ {
			m.seen[i] = true
		}
		m.forgotten++
		runs = runs[1:]
	}
}

func (m *model) missing() (n uint64) {
	for _, r := range m.gaps() {
		n += uint64(r[1] - r[0])
	}
	return n
}

// checkSequence plays segments of up to 31 bytes, at places of 0 to 1023, to a
// Sequence and to the model.
func checkSequence(t *testing.T, origin uint32, syn bool, segments [][2]uint16) {
	t.Helper()
	var s sequence
	m := model{seen: make(map[int]bool)}
	if syn {
		s.Add(origin-1, 0, true, false)
		m.seen[-1], m.low, m.top, m.synSeen = true, 0, 0, true
	}
	old := uint64(0)
	for i, v := range segments {
		at, n := int(v[0]%1024), int(v[1]%32)
		fin := v[1]&0x8020 == 0x8020
		g := s.Add(origin+uint32(at), n, false, fin)
		if g.KeepAlive {
			if n > 1 || at != m.top-1 || fin {
				t.Fatalf("segment %d at %d of %d is no keep-alive", i, at, n)
			}
			continue
		}
		fresh := m.insert(at, at+n)
		if fin {
			m.insert(at+n, at+n+1)
		}
		old += uint64(n - fresh)
		if int(g.Fresh) != fresh || int(g.Old) != n-fresh {
			t.Fatalf("segment %d at %d of %d: %s, but %d are new", i, at, n, says(g), fresh)
		}
	}
	c := s.Counts()
	if c.Missing != m.missing() || c.Forgotten != m.forgotten || c.RetransBytes != old {
		t.Fatalf("%+v, want %d missing, %d forgotten, %d old", c, m.missing(), m.forgotten, old)
	}
}

func TestSequenceIsLikeABitmap(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for i := range 3000 {
		segments := make([][2]uint16, r.IntN(80))
		at := uint16(r.IntN(1024))
		for k := range segments {
			segments[k] = [2]uint16{at, uint16(r.Uint32())}
			at = (at + uint16(r.IntN(64)) + 1024 - 16) % 1024
		}
		origin := []uint32{0, 1 << 31, -512 & (1<<32 - 1), r.Uint32()}[i&3]
		checkSequence(t, origin, i&4 != 0, segments)
	}
}

func FuzzSequence(f *testing.F) {
	f.Add(uint32(0), true, []byte{0, 1, 0, 10, 0, 21, 0, 10, 0, 11, 0, 10})
	f.Add(uint32(1<<32-100), false, []byte{0, 200, 0, 9, 0, 100, 0x80, 0x29, 0, 50, 0, 31})
	f.Fuzz(func(t *testing.T, origin uint32, syn bool, b []byte) {
		var segments [][2]uint16
		for ; len(b) >= 4 && len(segments) < 200; b = b[4:] {
			segments = append(segments, [2]uint16{uint16(b[0])<<8 | uint16(b[1]), uint16(b[2])<<8 | uint16(b[3])})
		}
		checkSequence(t, origin, syn, segments)
	})
}

// FuzzSequenceAnywhere uses the whole sequence space.
func FuzzSequenceAnywhere(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00\x00\x0a\x80\x00\x00\x00\x00\x0a\x3f\xff\xff\xff\x03\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s sequence
		for ; len(b) >= 6; b = b[6:] {
			seq := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
			n := (int(b[4]&0x3f)<<8 | int(b[5])) << (b[4] & 0x0f)
			g := s.Add(seq, n, b[4]&0x80 != 0, b[4]&0x40 != 0)
			if int(g.Fresh)+int(g.Old) != n {
				t.Fatalf("%d bytes: %s", n, says(g))
			}
			if !s.HasGaps() {
				continue
			}
			gaps := s.gaps.lists[s.list()]
			at := s.next - maxWindow // gaps lie behind it, in order
			for _, p := range gaps.span[:gaps.n] {
				if p.lo == p.hi || p.lo-at > p.hi-at || p.hi-at >= s.next-at {
					t.Fatalf("gaps %+v, next %d", gaps.span[:gaps.n], s.next)
				}
				at = p.hi
			}
		}
	})
}

func BenchmarkSequence(b *testing.B) {
	b.Run("in order", func(b *testing.B) {
		var s sequence
		b.ReportAllocs()
		for seq := uint32(0); b.Loop(); seq += 1460 {
			s.Add(seq, 1460, false, false)
		}
	})
	b.Run("eight gaps", func(b *testing.B) {
		var s sequence
		b.ReportAllocs()
		for seq := uint32(0); b.Loop(); seq += 2000 {
			s.Add(seq, 1460, false, false)
		}
	})
	b.Run("fill", func(b *testing.B) {
		var s sequence
		b.ReportAllocs()
		for seq := uint32(0); b.Loop(); seq += 3000 {
			s.Add(seq+1500, 1500, false, false)
			s.Add(seq, 1500, false, false)
		}
	})
}
