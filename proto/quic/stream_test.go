package quic

import (
	"math/rand/v2"
	"testing"
)

// TestStreamGivesWhatWasSent: pieces in any order, with overlaps, give the bytes
// once and in order.
func TestStreamGivesWhatWasSent(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	want := make([]byte, 3000)
	for i := range want {
		want[i] = byte(r.Uint32())
	}
	for try := range 500 {
		var s stream
		var got []byte
		for range r.IntN(60) {
			from := r.IntN(len(want))
			to := min(from+1+r.IntN(300), len(want))
			got = append(got, s.add(uint64(from), want[from:to])...)
		}
		for at := 0; at < len(want); at += 50 {
			got = append(got, s.add(uint64(at), want[at:at+50])...)
		}
		if string(got) != string(want) || s.waits() {
			t.Fatalf("try %d: %d bytes come out as %d", try, len(want), len(got))
		}
	}
}

func TestFirstCopyCounts(t *testing.T) {
	var s stream
	s.add(1, []byte("bc"))
	if got := string(s.add(0, []byte("aXXd"))); got != "abcd" {
		t.Errorf("got %q", got)
	}
	if got := s.add(0, []byte("abcd")); got != nil {
		t.Errorf("given twice: %q", got)
	}
}
