//go:build linux

package afpacket

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"joy/capture"
)

const second = int64(time.Second)

// A fake is a ring without a socket, whose kernel is the test.
type fake struct {
	ring
	kernel int // the block that is filled next
}

func newFake(blocks int) *fake {
	f := new(fake)
	f.ring = ring{dev: new(device), shape: shape{capture.LinkEthernet, 999}, block: 4096, users: make([]int, blocks)}
	f.mem = make([]byte, blocks*f.block)
	return f
}

// fill writes frames of these times, in seconds, into the next block. The
// first byte of a frame's data says its time too.
func (f *fake) fill(times ...int64) []byte {
	var slots []slot
	for _, t := range times {
		slots = append(slots, slot{data: string([]byte{byte(t)})})
	}
	b := block(slots...)
	binary.NativeEndian.PutUint32(b[blockStatus:], unix.TP_STATUS_KERNEL)
	if len(times) > 0 {
		binary.NativeEndian.PutUint32(b[blockOpened:], uint32(times[0]))
	}
	at := uint64(blockHeader)
	for _, t := range times {
		binary.NativeEndian.PutUint32(b[at+frameTime:], uint32(t))
		binary.NativeEndian.PutUint32(b[at+frameTime+4:], 0)
		at += uint64(number(b[at:], frameNext))
	}
	mem := f.bytes(f.kernel)
	copy(mem, b)
	return mem
}

// hand fills a block and hands it over.
func (f *fake) hand(times ...int64) {
	b := f.fill(times...)
	binary.NativeEndian.PutUint32(b[blockStatus:], unix.TP_STATUS_USER)
	f.kernel = (f.kernel + 1) % len(f.users)
}

func TestRingTurns(t *testing.T) {
	f := newFake(4)
	if f.count() != 0 || f.load() != 0 {
		t.Fatal("a new ring has something")
	}
	for i := range int64(4) {
		f.hand(10+i, 10+i)
	}
	if f.count() != 4 || f.load() != 100 || f.pending() != 8 {
		t.Errorf("of a full ring of 4 blocks %d are ready, load %d, %d frames", f.count(), f.load(), f.pending())
	}
	a, b := f.take(), f.take()
	if a != 0 || b != 1 || f.count() != 2 || f.load() != 100 {
		t.Errorf("taken were %d and %d; %d are ready, load %d", a, b, f.count(), f.load())
	}
	f.giveBack(b) // the kernel waits for a
	if f.count() != 2 || f.load() != 66 || f.pending() != 4 {
		t.Errorf("%d are ready, load %d, %d frames", f.count(), f.load(), f.pending())
	}
	f.take()
	f.take()
	if f.count() != 0 || f.load() != 0 {
		t.Errorf("when all is read, %d are ready, load %d", f.count(), f.load())
	}
	f.giveBack(a)
	f.hand(20)
	if f.count() != 1 || f.take() != a {
		t.Error("the ring does not come round")
	}
}

// TestOldest wants no time that a frame may be before which is still to come.
func TestOldest(t *testing.T) {
	const now = 100 * second
	tests := []struct {
		what string
		f    func(*fake)
		want int64
	}{
		{"nothing is there", func(*fake) {}, now - settle},
		{"a block is ready", func(f *fake) { f.hand(90); f.fill(95) }, 90*second - jitter},
		{"a block is being filled", func(f *fake) { f.fill(91) }, 91*second - jitter},
		{"its first frame has its time not yet", func(f *fake) {
			clear(f.fill(92)[blockHeader+frameTime:][:8])
		}, 92*second - settle - jitter},
		{"a frame has just come", func(f *fake) { f.fill(100) }, now - settle},
		{"a block was given back and not used again", func(f *fake) {
			for range 4 {
				f.hand(50)
			}
			f.count()
			for i := range 4 {
				f.take()
				f.giveBack(i)
			}
		}, now - settle},
		{"all blocks are out", func(f *fake) {
			for range 4 {
				f.hand(50)
			}
			f.count()
			for range 4 {
				f.take()
			}
		}, now - settle},
		{"frames wait for those of other rings", func(f *fake) { f.hand(60, 61); f.refill(); f.queue.frames = f.queue.frames[1:] }, 61*second - jitter},
		{"the header of the block is broken", func(f *fake) { f.hand(90); binary.NativeEndian.PutUint32(f.mem[blockFirst:], 1<<31) }, -jitter},
	}
	for _, tt := range tests {
		f := newFake(4)
		tt.f(f)
		f.count()
		if got := f.oldest(now); got != tt.want {
			t.Errorf("%s: %d, not %d", tt.what, got, tt.want)
		}
	}
}

// merged gives the times of what a Source of fakes gives at a time.
func merged(s *Source, b *capture.Batch, now int64) (times []int64) {
	s.release(b)
	s.fill(b, time.Unix(now, 0))
	for _, f := range b.Frames {
		times = append(times, int64(f.Data[0]))
	}
	return times
}

func TestMerge(t *testing.T) {
	r, q, p := newFake(4), newFake(4), newFake(4)
	s := &Source{rings: []*ring{&r.ring, &q.ring, &p.ring}}
	var b, c, d capture.Batch
	check := func(what string, got []int64, want ...int64) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, not %v", what, got, want)
		}
	}
	check("nothing", merged(s, &b, 100))
	r.hand(10, 13, 14)
	q.hand(11, 12, 15, 40)
	p.fill(30)
	check("up to what another ring is filled with", merged(s, &b, 100), 10, 11, 12, 13, 14, 15)
	check("and not more", merged(s, &c, 100))
	r.hand(20, 90)
	p.hand(30, 31)
	check("when that is here", merged(s, &c, 100), 20, 30, 31, 40, 90)
	if b.Frames[0].Data[0] != 10 || q.held != 1 || r.held != 2 || p.held != 1 {
		t.Errorf("%d, %d and %d blocks are out", r.held, q.held, p.held)
	}
	check("the first is given back", merged(s, &b, 100))
	if r.held != 1 || q.held != 1 || p.held != 1 {
		t.Errorf("%d, %d and %d blocks are out", r.held, q.held, p.held)
	}
	check("the second is given back", merged(s, &c, 100))
	if r.held != 0 || q.held != 0 || p.held != 0 {
		t.Errorf("%d, %d and %d blocks are out", r.held, q.held, p.held)
	}
	r.hand(101)
	check("not what other rings may have something before", merged(s, &b, 101))
	check("but a moment later", merged(s, &b, 102), 101)
	r.hand(250)
	check("what is from before the clock was set back", merged(s, &b, 103), 250)
	merged(s, &b, 103)
	for i := range int64(3) {
		r.hand(110+2*i, 111+2*i)
	}
	q.fill(50)
	check("in a hurry there is no order", merged(s, &d, 200), 110, 111, 112, 113, 114, 115)
}

// A block whose frames are all broken is passed over.
func TestBrokenBlocks(t *testing.T) {
	for _, rings := range []int{1, 2} {
		f, g := newFake(4), newFake(4)
		s := &Source{rings: []*ring{&f.ring, &g.ring}[:rings]}
		f.hand(10)
		binary.NativeEndian.PutUint32(f.mem[blockFirst:], 1<<31)
		f.hand(11)
		var b capture.Batch
		if got := merged(s, &b, 100); !slices.Equal(got, []int64{11}) || f.held != 1 || f.dev.count.Dropped != 1 {
			t.Errorf("%v came, %d blocks are out, %+v", got, f.held, f.dev.count)
		}
		b.Tag = 77 // not from here
		s.release(&b)
	}
}
