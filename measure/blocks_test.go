package measure

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// Lists that grow in turns and come and go must keep their own bytes, whatever
// blocks they get.
func TestListsAreApart(t *testing.T) {
	var s Blocks
	var lists [20]List
	var want [20][]byte
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		i := r.IntN(len(lists))
		if r.IntN(10) == 0 {
			lists[i].Drop(&s)
			want[i] = nil
		} else {
			p := randomBytes(r, r.IntN(150))
			lists[i].add(&s, p)
			want[i] = append(want[i], p...)
		}
		i = r.IntN(len(lists))
		if !bytes.Equal(lists[i].all(&s), want[i]) {
			t.Fatalf("list %d has %d bytes, want %d", i, lists[i].n, len(want[i]))
		}
		if n := lists[i].Size(); n < len(want[i]) || n > len(want[i])*16/15+64 {
			t.Fatalf("%d bytes take %d", len(want[i]), n)
		}
	}
	used := s.top
	for i := range lists {
		lists[i].Drop(&s)
	}
	var again List
	again.add(&s, make([]byte, int(used)*blockData))
	if s.top != used {
		t.Errorf("%d blocks in use, then %d: dropped ones are lost", used, s.top)
	}
}

func TestFirstsOfEitherDirection(t *testing.T) {
	for _, first := range []int{0, 1} {
		var s Blocks
		var f firsts
		f.keep(&s, first, []byte("one"))
		f.keep(&s, first^1, []byte("other"))
		if got := string(f.appendTo(f.appendTo(nil, &s, first), &s, first^1)); got != "oneother" {
			t.Errorf("direction %d first: %q", first, got)
		}
	}
}
