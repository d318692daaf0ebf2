package http

import (
	"bytes"

	"joy/feature"
)

// A Parser follows a connection, or the datagrams of a flow. Either side may
// send requests.
type Parser struct {
	set       *feature.Settings
	datagrams bool // each Chunk is a message
	found     bool // a message, since Reset
	sides     [2]side
	pending   [2][]request // that a side has sent and that have no final response
	exchanges []exchange
	scratch   []byte // for unfolding
	info      Info
}

// A side is what one side sends.
type side struct {
	store
	message reading
	left    int64 // bytes of the body or chunk that are still to come
	state   state
	skip    bool // up to the end of a line that was cut
	unsure  bool // responses were lost: the next one answers the latest request
	seen    bool // a message of this side, since Reset
}

type state uint8

const (
	atStart   state = iota // a message begins, or an empty line
	inHeaders              // behind the start line
	inBody                 // of known length
	atChunk                // a chunk header, after the line end of the chunk before
	inChunk
	inTrailer
	toEnd // the body lasts until the connection ends
	lost  // somewhere: a start line is looked for
	held  // behind a CONNECT request: the response tells what comes
)

const wait = -1 // instead of a number of bytes: more are needed

// Data reads messages. It stops at the byte behind a switch of protocols.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	s := &p.sides[c.Dir]
	if c.Lost > 0 {
		s.gap(c.Lost)
	}
	if p.datagrams {
		s.state, s.skip = atStart, false
	}
	for used < len(c.Bytes) {
		n, v := p.step(c.Dir, c.Bytes[used:], c.EOF || p.datagrams)
		if n == wait {
			break
		}
		used += n
		if v != feature.More {
			return used, v
		}
	}
	return used, feature.More
}

// step takes something from the start of b, which is not empty, or changes
// the state.
func (p *Parser) step(d feature.Dir, b []byte, eof bool) (n int, v feature.Verdict) {
	s := &p.sides[d]
	switch s.state {
	case atStart:
		return p.start(d, b, eof)
	case inHeaders, inTrailer:
		return p.headers(d, b, eof)
	case inBody:
		n = s.takeBody(b, p.set.Body)
		if s.left == 0 {
			s.state = atStart
		}
		return n, feature.More
	case atChunk:
		return s.chunk(b, eof), feature.More
	case inChunk:
		n = s.takeBody(b, p.set.Body)
		if s.left == 0 {
			s.state = atChunk
		}
		return n, feature.More
	case toEnd:
		return p.toEnd(d, b, eof)
	case lost:
		at, found := find(b, s.seen && !s.message.request, eof)
		return s.found(at, found), feature.More
	}
	return wait, feature.More
}

// start reads a start line.
func (p *Parser) start(d feature.Dir, b []byte, eof bool) (int, feature.Verdict) {
	s := &p.sides[d]
	if len(b) > maxLine {
		b, eof = b[:maxLine], false
	}
	if n := len(b) - len(bytes.TrimLeft(b, "\r\n")); n > 0 {
		return n, feature.More
	}
	l, g := startLine(b, eof)
	switch {
	case g == feature.Maybe && len(b) < maxLine:
		return wait, feature.More
	case g == feature.Maybe && (l.response || l.method > 0 && webMethod(b[:l.method])):
		l.cutAt(b)
	case g != feature.Yes:
		return p.junk(s, b)
	}
	p.begin(d, &l, b)
	if s.skip = l.cut; s.skip {
		s.message.cut = true
	}
	return l.size, feature.More
}

// junk is what does not begin as a message has to.
func (p *Parser) junk(s *side, b []byte) (int, feature.Verdict) {
	if !p.found {
		return 0, feature.Reject
	}
	s.mark(Junk)
	if p.datagrams {
		return len(b), feature.More
	}
	s.state = lost
	return 0, feature.More
}

// headers reads a line of a header block or trailer.
func (p *Parser) headers(d feature.Dir, b []byte, eof bool) (int, feature.Verdict) {
	s := &p.sides[d]
	if s.skip {
		n, ended := restOfLine(b, eof)
		s.skip = !ended
		if n == 0 {
			return wait, feature.More
		}
		return n, feature.More
	}
	h, ok := nextHeader(b, eof)
	if !ok {
		return wait, feature.More
	}
	line := b[:h.size]
	if line[0] == '\n' || h.size == 2 && line[0] == '\r' && line[1] == '\n' {
		return h.size, p.endOfHeaders(d)
	}
	if h.cut {
		s.skip, s.message.cut = true, true
	}
	p.header(d, line, h.folded)
	return h.size, feature.More
}

// gap goes over bytes that are missing: inside of a body if its length says
// so, or else to wherever a start line is found.
func (s *side) gap(n int) {
	s.mark(Gap)
	s.message.bodyEnded = true
	switch {
	case (s.state == inBody || s.state == inChunk) && int64(n) <= s.left:
		s.left -= int64(n)
		if s.left == 0 && s.state == inBody {
			s.state = atStart
		} else if s.left == 0 {
			s.state = atChunk
		}
	case s.state != toEnd && s.state != held:
		s.state, s.skip, s.unsure = lost, false, true
	}
}

// Cut forgets the messages that were reported. One whose header block is
// being read goes on in the next record.
func (p *Parser) Cut() {
	for d := range p.sides {
		s := &p.sides[d]
		s.message.continued = s.message.stored && (s.state == inHeaders || s.state == inTrailer)
		s.message.stored = false
		s.store.reset()
		s.Trim()
		for i := range p.pending[d] {
			p.pending[d][i].exchange = none
		}
	}
	p.exchanges = p.exchanges[:0]
	p.info = trimmed(p.info, keptInfo)
}

// Held implements feature.Holder. The lists have 20, 6 and 4 bytes an entry.
func (p *Parser) Held() int {
	n := len(p.scratch) + 6*len(p.exchanges)
	for d := range p.sides {
		n += p.sides[d].Held() + 20*len(p.sides[d].messages) + 4*len(p.pending[d])
	}
	return n
}

// Reset makes the parser as new.
func (p *Parser) Reset() {
	for d := range p.sides {
		s := &p.sides[d]
		s.store.reset()
		s.Trim()
		*s = side{store: store{Elements: s.Elements, messages: s.messages}}
		p.pending[d] = p.pending[d][:0]
	}
	p.exchanges = p.exchanges[:0]
	p.scratch = trimmed(p.scratch, keptText)
	p.info = trimmed(p.info, keptInfo)
	p.found = false
}
