package measure

import (
	"slices"
	"testing"
)

func TestSaltDifferencesAreSigned(t *testing.T) {
	var l Blocks
	var s Salt
	for _, p := range [][2]uint32{
		{4294967290, 0},          // SYN
		{4294967291, 3000000000}, // the first ACK
		{95, 3000000100},         // past 2^32
		{4294967291, 3000000050}, // a retransmission, and an old ACK
	} {
		s.Add(&l, 0, p[0], p[1])
	}
	s.Add(&l, 1, 7, 8)
	if got, want := s.Seqs(nil, &l, 0), []int64{4294967290, 1, 100, -100}; !slices.Equal(got, want) {
		t.Errorf("seq %v, want %v", got, want)
	}
	if got, want := s.Acks(nil, &l, 0), []int64{0, -1294967296, 100, -50}; !slices.Equal(got, want) {
		t.Errorf("ack %v, want %v", got, want)
	}
	if got := s.Seqs([]int64{9}, &l, 1); !slices.Equal(got, []int64{9, 7}) {
		t.Errorf("other side %v", got)
	}
}

func TestSaltIsBounded(t *testing.T) {
	var l Blocks
	var s Salt
	for i := range uint32(1000) {
		s.Add(&l, 1, i, 2*i)
	}
	if got := s.Acks(nil, &l, 1); len(got) != 200 || got[199] != 2 {
		t.Errorf("%d packets", len(got))
	}
	s.Reset(&l)
	if got := s.Seqs(nil, &l, 1); len(got) != 0 {
		t.Error("Reset leaves something")
	}
}

func FuzzSalt(f *testing.F) {
	f.Add(uint32(0), uint32(1<<31), uint32(1<<32-1))
	f.Fuzz(func(t *testing.T, a, b, c uint32) {
		var l Blocks
		var s Salt
		for _, v := range []uint32{a, b, c} {
			s.Add(&l, 0, v, 0)
		}
		sum := int64(0)
		for i, d := range s.Seqs(nil, &l, 0) {
			if sum += d; uint32(sum) != []uint32{a, b, c}[i] {
				t.Fatalf("%d: the differences do not lead back", i)
			}
		}
	})
}

func BenchmarkSalt(b *testing.B) {
	var l Blocks
	var s Salt
	b.ReportAllocs()
	for i := uint32(0); b.Loop(); i++ {
		if i%400 == 0 {
			s.Reset(&l)
		}
		s.Add(&l, int(i&1), i, i)
	}
}
