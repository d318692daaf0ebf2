package afpacket

import (
	"math"

	"joy/capture"
)

// With more rings than one, frames are given in the order of their times, so
// that a conversation is in order of which each ring has a part. The blocks of
// all rings are read side by side; a frame has to wait until no other ring can
// bring an older one.

// A queue is the frames of a block of a ring that have not been given.
type queue struct {
	room   []capture.Frame // kept between blocks
	frames []capture.Frame
	block  int
	merge  uint64 // the merge whose Batch has the block already
}

func (q *queue) empty() bool { return len(q.frames) == 0 }

func (q *queue) head() (t int64, ok bool) {
	if len(q.frames) == 0 {
		return 0, false
	}
	return q.frames[0].Time, true
}

// mergeFrames is how many frames a Batch of merged blocks has at most.
const mergeFrames = 2048

// stepBack is how far in the future a frame's time has to be, in nanoseconds,
// to be from before the clock was set back: then it waits for nothing.
const stepBack = 1e9

// hurry is the load, in percent, from which the order is given up.
const hurry = 50

// inHurry is the time at which nothing is waited for.
const inHurry = math.MaxInt64 - stepBack

// merge gives frames of all rings to b, which has the lease n.
func (s *Source) merge(b *capture.Batch, n int, now int64) {
	s.merges++
	if s.load() >= hurry {
		now = inHurry
	}
	for len(b.Frames) < mergeFrames {
		r, until := s.earliest(now)
		if r == nil {
			return
		}
		q := &r.queue
		if q.merge != s.merges {
			q.merge = s.merges
			r.users[q.block]++
			s.leases[n] = append(s.leases[n], piece{r, q.block})
		}
		give := min(len(q.frames), mergeFrames-len(b.Frames))
		for i := range give {
			if q.frames[i].Time > until && i > 0 {
				give = i
				break
			}
		}
		b.Frames = append(b.Frames, q.frames[:give]...)
		if q.frames = q.frames[give:]; len(q.frames) == 0 {
			r.giveBack(q.block)
		}
	}
}

// earliest is the ring with the oldest frame and the time up to which its
// frames are older than all others. It is nil if there are no frames, or if
// another ring may bring older ones.
func (s *Source) earliest(now int64) (earliest *ring, until int64) {
	// Where a ring is empty is looked at behind all that is read: if the kernel
	// brought a frame to one ring and then one to another, and the second is
	// seen, so is the first.
	for _, r := range s.rings {
		r.refill()
	}
	first := int64(math.MaxInt64)
	until = math.MaxInt64
	for _, r := range s.rings {
		t, has := r.upcoming(now)
		switch {
		case t >= first:
			until = min(until, t)
			continue
		case has:
			earliest = r
		default:
			earliest = nil
		}
		first, until = t, first
	}
	return earliest, until
}

// refill puts the next block that has frames into an empty queue.
func (r *ring) refill() {
	for r.queue.empty() && r.count() > 0 {
		i := r.take()
		r.queue.room = r.walk(r.queue.room[:0], i)
		r.queue.frames, r.queue.block, r.queue.merge = r.queue.room, i, 0
		if r.queue.empty() {
			r.giveBack(i)
		}
	}
}

// upcoming is the time of the next frame of the ring; has is false when it is
// not here yet, and t the earliest that it can be.
func (r *ring) upcoming(now int64) (t int64, has bool) {
	if t, has = r.queue.head(); has {
		if t > now+stepBack {
			return 0, true
		}
		return t, true
	}
	if now == inHurry {
		return math.MaxInt64, false
	}
	if t, ok := r.filling(); ok {
		return min(t, now-calm), false
	}
	return now - calm, false
}

// walk gives the frames of a block and counts them.
func (r *ring) walk(dst []capture.Frame, i int) []capture.Frame {
	dst, y := r.shape.walk(dst, r.bytes(i))
	r.dev.gave(len(dst), y)
	return dst
}

// dropQueue forgets the frames that have not been given.
func (r *ring) dropQueue() {
	if !r.queue.empty() {
		r.queue.frames = nil
		r.giveBack(r.queue.block)
	}
}

// queued reports whether frames wait for those of other rings.
func (s *Source) queued() bool {
	for _, r := range s.rings {
		if !r.queue.empty() {
			return true
		}
	}
	return false
}
