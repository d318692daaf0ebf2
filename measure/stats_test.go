package measure

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"joy/packet"
)

func TestStatsOfOnePacket(t *testing.T) {
	var s Stats
	s.Add(0, 5, 60)
	if got, want := s.Lengths(0), (Moments{N: 1, Min: 60, Mean: 60, Max: 60}); got != want {
		t.Errorf("lengths %+v", got)
	}
	if got := s.Gaps(0); got != (Moments{}) {
		t.Errorf("one packet has no gap: %+v", got)
	}
	if got := s.Lengths(1); got != (Moments{}) {
		t.Errorf("the other side sent nothing: %+v", got)
	}
}

func TestStatsGapsAreThoseOfOneDirection(t *testing.T) {
	var s Stats
	for _, p := range []struct {
		dir  int
		time int64
	}{{0, 1000}, {1, 1001}, {0, 1010}, {1, 1500}, {0, 1040}} {
		s.Add(p.dir, p.time, 40)
	}
	if got, want := s.Gaps(0), (Moments{N: 2, Min: 10, Mean: 20, Std: math.Sqrt(200), Max: 30}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got, want := s.Gaps(1), (Moments{N: 1, Min: 499, Mean: 499, Max: 499}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestStatsClockThatRunsBackwards(t *testing.T) {
	var s Stats
	for _, time := range []int64{100, 99, 109} {
		s.Add(0, time, 40)
	}
	if got, want := s.Gaps(0), (Moments{N: 2, Max: 10, Mean: 5, Std: math.Sqrt(50)}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestStatsClockThatJumpsAsFarAsCanBe(t *testing.T) {
	var s Stats
	for range 10 {
		s.Add(0, math.MinInt64, 40)
		s.Add(0, math.MaxInt64, 40)
	}
	g := s.Gaps(0)
	// The sum stops at its largest value.
	if want := float64(math.MaxUint64) / 19; g.N != 19 || g.Min != 0 || g.Max != float64(math.MaxUint64) || g.Mean != want || math.IsNaN(g.Std) {
		t.Errorf("%+v", g)
	}
}

// A running mean in floating point loses the deviation of lengths like these.
func TestStatsDigitsDoNotCancel(t *testing.T) {
	var s Stats
	for i := range uint32(1000000) {
		s.Add(0, 1e18+int64(i)*1e9+int64(i&1), math.MaxUint32-i&1)
	}
	l, g := s.Lengths(0), s.Gaps(0)
	want := 0.5 * math.Sqrt(1e6/(1e6-1))
	if !closeTo(l.Std, want) || l.Mean != math.MaxUint32-0.5 {
		t.Errorf("lengths %+v, want a deviation of %v", l, want)
	}
	if math.Abs(g.Std-1) > 1e-6 {
		t.Errorf("gaps %+v, want a deviation of 1 ns", g)
	}
}

func TestFlagsCountsEach(t *testing.T) {
	var s Flags
	for _, f := range []uint8{packet.SYN, packet.ACK, packet.PSH | packet.ACK, 0xff, 0} {
		s.Add(1, f)
	}
	if got, want := s[1], [8]uint64{1, 2, 1, 2, 3, 1, 1, 1}; got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if s[0] != [8]uint64{} {
		t.Error("flags of the wrong side")
	}
}

func FuzzTally(f *testing.F) {
	f.Add(binary.BigEndian.AppendUint64(nil, math.MaxUint64>>2))
	f.Add([]byte("12345678abcdefgh........"))
	f.Add(make([]byte, 80))
	f.Fuzz(func(t *testing.T, b []byte) {
		var values []uint64
		var sum tally
		for ; len(b) >= 8 && len(values) < 64; b = b[8:] {
			v := binary.BigEndian.Uint64(b) >> 6 // 64 of them fit
			values = append(values, v)
			sum.add(v)
		}
		if len(values) == 0 {
			return
		}
		m := sum.moments()
		mean, std := naiveMoments(values)
		if m.N != uint64(len(values)) || math.Abs(m.Mean-mean) > 1e-15*mean || math.Abs(m.Std-std) > 1e-14*std {
			t.Fatalf("%v: %+v, want mean %v std %v", values, m, mean, std)
		}
		if m.Min > m.Mean*(1+1e-15) || m.Max < m.Mean*(1-1e-15) {
			t.Fatalf("%+v", m)
		}
	})
}

func BenchmarkStats(b *testing.B) {
	var s Stats
	r := rand.New(rand.NewPCG(1, 1))
	var lengths [64]uint32
	for i := range lengths {
		lengths[i] = r.Uint32N(1500)
	}
	time := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		time += 1000
		s.Add(int(time)&1, time, lengths[time&63])
	}
}
