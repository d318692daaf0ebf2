package quic

import "slices"

// Bounds of what waits for missing bytes, of one direction.
const (
	maxWindow = 16 << 10 // bytes beyond what is there without a gap
	maxParts  = 64
	maxStream = 1 << 20 // bytes of a stream after which no more are taken
	keepBytes = 4 << 10 // bytes of memory that are kept for nothing
)

// A stream puts the CRYPTO frames of a direction in order (RFC 9000 19.6). Of
// what comes twice the first one counts. The zero value is ready.
type stream struct {
	gaps    *gaps  // nil as long as all comes in order
	next    uint32 // where the bytes begin that are missing
	dropped bool   // something was for want of room
}

// gaps hold what came before its time.
type gaps struct {
	parts []part // apart from each other and in order
	buf   []byte // the bytes from the stream's next on, as far as there are parts
	taken uint32 // bytes of it that were given out by the last call
}

// A part is bytes that are there; both ends are counted from the stream's next.
type part struct{ from, to uint32 }

// add takes bytes from an offset on. What can be read now is returned; it is
// borrowed until the next call, from b or from the stream.
func (s *stream) add(offset uint64, b []byte) []byte {
	s.settle()
	next := uint64(s.next)
	if offset < next {
		b = b[min(next-offset, uint64(len(b))):]
		offset = next
	}
	switch {
	case len(b) == 0:
		return nil
	case offset == next && !s.waits() && next < maxStream:
		s.next += uint32(len(b))
		return b
	case offset-next > maxWindow, int(offset-next)+len(b) > maxWindow, next >= maxStream:
		s.dropped = true
		return nil
	}
	if s.gaps == nil {
		s.gaps = new(gaps)
	}
	from := uint32(offset - next)
	if !s.gaps.insert(part{from, from + uint32(len(b))}, b) {
		s.dropped = true
		return nil
	}
	return s.gaps.take()
}

// insert copies what is new of a part into the buffer, and joins it with its
// neighbours.
func (g *gaps) insert(p part, b []byte) bool {
	i := 0
	for i < len(g.parts) && g.parts[i].to < p.from {
		i++
	}
	j := i
	for j < len(g.parts) && g.parts[j].from <= p.to {
		j++
	}
	if i == j && len(g.parts) == maxParts {
		return false
	}
	if n := int(p.to) - len(g.buf); n > 0 {
		g.buf = append(g.buf, make([]byte, n)...)
	}
	at := p.from
	for _, old := range g.parts[i:j] {
		if at < old.from {
			copy(g.buf[at:old.from], b[at-p.from:])
		}
		at = max(at, old.to)
	}
	if at < p.to {
		copy(g.buf[at:p.to], b[at-p.from:])
	}
	if i < j {
		p.from, p.to = min(p.from, g.parts[i].from), max(p.to, g.parts[j-1].to)
	}
	g.parts = slices.Replace(g.parts, i, j, p)
	return true
}

// take gives what is there without a gap.
func (g *gaps) take() []byte {
	if g.parts[0].from > 0 {
		return nil
	}
	g.taken = g.parts[0].to
	return g.buf[:g.taken]
}

// settle forgets what was taken.
func (s *stream) settle() {
	g := s.gaps
	if g == nil || g.taken == 0 {
		return
	}
	g.buf = g.buf[:copy(g.buf, g.buf[g.taken:])]
	g.parts = slices.Delete(g.parts, 0, 1)
	for i := range g.parts {
		g.parts[i].from -= g.taken
		g.parts[i].to -= g.taken
	}
	s.next += g.taken
	g.taken = 0
	if len(g.buf) == 0 && cap(g.buf) > keepBytes {
		g.buf = nil
	}
}

// waits reports whether bytes are missing before others that are there.
func (s *stream) waits() bool {
	g := s.gaps
	return g != nil && len(g.parts) > 0 && g.taken < g.parts[len(g.parts)-1].to
}

// incomplete reports whether bytes of the stream were seen in vain.
func (s *stream) incomplete() bool { return s.waits() || s.dropped }

// finish gives back the memory that nobody needs any more.
func (s *stream) finish() {
	if s.settle(); !s.waits() {
		s.gaps = nil
	}
}

// held is how many bytes wait, with 8 for each part.
func (s *stream) held() int {
	if s.gaps == nil {
		return 0
	}
	return len(s.gaps.buf) + 8*len(s.gaps.parts)
}

// reset forgets all.
func (s *stream) reset() {
	g := s.gaps
	if g != nil && cap(g.buf) > keepBytes {
		g = nil
	}
	if g != nil {
		*g = gaps{parts: g.parts[:0], buf: g.buf[:0]}
	}
	*s = stream{gaps: g}
}
