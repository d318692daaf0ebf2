// Package reassembly puts the payload of one direction of a TCP connection in
// order: each byte once, gaps marked, memory bounded.
package reassembly

import "joy/packet"

// Bounds of what waits for a missing segment, for one direction.
const (
	MaxBytes    = 256 << 10
	MaxSegments = 64
)

// maxWindow is more than any TCP window (RFC 7323, section 2.3): a segment
// further away is of another connection, or damaged.
const maxWindow = 1 << 30

// A Stream is one direction. The bytes that arrive first win: what comes again
// is never looked at. The zero value is at its beginning.
type Stream struct {
	next    uint32 // sequence number of the next byte to give
	started bool
	ended   bool   // FIN was given
	fin     bool   // FIN was seen, at finSeq
	cut     int    // bytes behind the last ones given that were not captured
	finSeq  uint32 // where the stream ends
	waiting []segment
	held    int // bytes of waiting
}

// A segment waits. Its data are a copy; wire is its length with what was not
// captured.
type segment struct {
	seq  uint32
	wire uint32
	data []byte
}

// A Piece is the next bytes of a Stream.
type Piece struct {
	Bytes []byte // of the packet, or of the Stream: valid until the next Add
	Lost  int    // bytes missing before Bytes
	EOF   bool   // the stream ends behind Bytes
}

// Counts are what a Stream met with.
type Counts struct {
	Gaps     uint64 // gaps that were given up
	Overflow uint64 // of these, because of a bound
}

// Add takes a segment and calls give for what is in order now: none, one or
// several pieces. Data are the captured payload, wire is its length on the
// wire, flags are those of TCP.
//
// Give may not call the Stream.
func (s *Stream) Add(seq uint32, data []byte, wire uint32, flags uint8, c *Counts, give func(Piece)) {
	if flags&packet.SYN != 0 {
		seq++
		if !s.started {
			s.Start(seq)
		}
	}
	if flags&packet.FIN != 0 && !s.fin {
		s.fin, s.finSeq = true, seq+wire
	}
	if wire > 0 && !s.started {
		s.Start(seq)
	}
	if !s.started || s.ended {
		return
	}
	if ahead := int32(seq - s.next); wire > 0 && ahead <= maxWindow && ahead >= -maxWindow {
		s.take(segment{seq, wire, data}, c, give)
	}
	s.end(give)
}

// end gives the end of the stream when all before it was given. What waits
// behind it is of no use.
func (s *Stream) end(give func(Piece)) {
	if s.started && s.fin && !s.ended && s.finSeq == s.next {
		s.ended, s.waiting, s.held = true, nil, 0
		give(Piece{Lost: s.cut, EOF: true})
	}
}

// Start makes seq the number of the first byte.
func (s *Stream) Start(seq uint32) { s.next, s.started = seq, true }

// take gives a segment, or keeps it until what is before it comes.
func (s *Stream) take(g segment, c *Counts, give func(Piece)) {
	if int32(g.seq-s.next) > 0 {
		s.wait(g)
		for s.held > MaxBytes || len(s.waiting) > MaxSegments {
			c.Gaps++
			c.Overflow++
			s.skip(give)
		}
		return
	}
	s.give(g, 0, give)
	s.drain(give)
}

// give gives what is new of a segment that begins at next or before it.
func (s *Stream) give(g segment, lost int, give func(Piece)) {
	seen := s.next - g.seq
	if seen >= g.wire {
		return
	}
	end := g.seq + g.wire
	fresh := g.data[min(int(seen), len(g.data)):]
	missing := int(end-s.next) - len(fresh)
	s.next = end
	lost += s.cut
	s.cut = missing
	if len(fresh) == 0 {
		s.cut += lost
		return
	}
	give(Piece{Bytes: fresh, Lost: lost})
}

// drain gives what waits and is in order now.
func (s *Stream) drain(give func(Piece)) {
	n := 0
	for ; n < len(s.waiting) && int32(s.waiting[n].seq-s.next) <= 0; n++ {
		s.give(s.waiting[n], 0, give)
		s.held -= len(s.waiting[n].data)
		s.waiting[n].data = nil
	}
	s.waiting = s.waiting[:copy(s.waiting, s.waiting[n:])]
}

// wait keeps a copy of a segment, by sequence number; of those with the same
// one the first to arrive is first.
func (s *Stream) wait(g segment) {
	i := len(s.waiting)
	for i > 0 && int32(s.waiting[i-1].seq-g.seq) > 0 {
		i--
	}
	if i > 0 && s.waiting[i-1].seq == g.seq && s.waiting[i-1].wire >= g.wire {
		return
	}
	g.data = append([]byte(nil), g.data...)
	s.held += len(g.data)
	s.waiting = append(s.waiting, segment{})
	copy(s.waiting[i+1:], s.waiting[i:])
	s.waiting[i] = g
}

// skip gives up what is missing before the first segment that waits.
func (s *Stream) skip(give func(Piece)) {
	g := s.waiting[0]
	lost := int(g.seq - s.next)
	s.next = g.seq
	s.waiting = s.waiting[:copy(s.waiting, s.waiting[1:])]
	s.held -= len(g.data)
	s.give(g, lost, give)
	s.drain(give)
}

// Acked tells that the other side has acknowledged all numbers before ack.
// What is missing there was received, so it was not captured and will not
// come.
func (s *Stream) Acked(ack uint32, c *Counts, give func(Piece)) {
	for len(s.waiting) > 0 && int32(ack-s.waiting[0].seq) > 0 {
		c.Gaps++
		s.skip(give)
	}
	s.end(give)
}

// Waits reports whether segments wait for a missing one.
func (s *Stream) Waits() bool { return len(s.waiting) > 0 }

// Held is the memory of what waits, in bytes.
func (s *Stream) Held() int { return s.held }

// Flush gives up all that is missing, at the end of a flow.
func (s *Stream) Flush(c *Counts, give func(Piece)) {
	for len(s.waiting) > 0 {
		c.Gaps++
		s.skip(give)
	}
	if lost := int32(s.finSeq - s.next); s.started && s.fin && !s.ended && lost > 0 && lost <= maxWindow {
		c.Gaps++
		s.cut += int(lost)
		s.next = s.finSeq
	}
	s.end(give)
}
