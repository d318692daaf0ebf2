package tls

import "joy/feature"

// maxWait is the number of bytes that one direction may send while the other one
// has given all that is wanted, before the Parser has enough.
const maxWait = 8 << 20

// Parser follows the records of TLS over TCP.
type Parser struct {
	hs      Handshake
	streams [2]stream
	waited  uint32 // bytes that came while the other direction was over
}

// A stream is the record layer of one direction.
type stream struct {
	at     int64 // when the header of the record began
	head   [headerLen]byte
	nhead  uint8
	typ    uint8   // of the record that is being read
	left   uint16  // bytes of its body to come
	body   [2]byte // of an alert
	nbody  uint8   //
	minor  uint8   // of the version of the records
	skip   bool    // the body is not looked at
	any    bool    // a record was seen
	secret bool    // what follows is encrypted
	resync bool    // bytes are missing: the next header has to look like those before
	over   bool    // nothing more is read
}

// Data never leaves bytes unused.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	s := &p.streams[c.Dir]
	if c.Lost > 0 && !s.over {
		p.lose(c.Dir, c.Lost)
	}
	for b := c.Bytes; len(b) > 0 && !s.over; {
		if s.left == 0 {
			b = p.header(c, b)
		} else {
			b = p.body(c.Dir, b)
		}
	}
	if c.EOF {
		s.over = true
	}
	return len(c.Bytes), p.verdict(c)
}

// Cut forgets the records and messages that were reported.
func (p *Parser) Cut() { p.hs.Cut() }

// Held implements feature.Holder.
func (p *Parser) Held() int { return p.hs.Held() }

// Reset makes the Parser as new.
func (p *Parser) Reset() {
	p.hs.Reset()
	*p = Parser{hs: p.hs}
}

// Info is what was found of a View, nil for nothing. It is valid until the next
// Cut or Reset.
func (p *Parser) Info(v feature.View) *Info { return p.hs.Info(v) }

// verdict: enough is when both directions are over or have filled the list.
func (p *Parser) verdict(c *feature.Chunk) feature.Verdict {
	out, in := p.enough(feature.Out), p.enough(feature.In)
	switch {
	case out && in && !p.streams[0].any && !p.streams[1].any:
		return feature.Reject
	case out && in:
		return feature.Done
	case out || in:
		if p.waited += uint32(min(len(c.Bytes), maxWait)); p.waited > maxWait {
			p.hs.records.cut[c.Dir] = true
			return feature.Done
		}
	}
	return feature.More
}

func (p *Parser) enough(d feature.Dir) bool {
	s := &p.streams[d]
	return s.over || s.secret && p.hs.records.n[d] >= maxRecords
}

// lose accounts for n bytes that are missing. Inside of a record its header
// tells where the next one begins.
func (p *Parser) lose(d feature.Dir, n int) {
	s := &p.streams[d]
	p.hs.records.lost[d] = true
	if s.left > 0 && n <= int(s.left) {
		s.left -= uint16(n)
		if s.typ == typeHandshake && !s.skip {
			p.hs.Lose(d, n)
		}
		s.skip = s.skip || s.typ == typeAlert
		return
	}
	s.left, s.nhead, s.resync = 0, 0, true
	if !s.secret {
		p.hs.Lose(d, -1)
	}
}

// header reads bytes of the header of a record.
func (p *Parser) header(c *feature.Chunk, b []byte) []byte {
	s := &p.streams[c.Dir]
	if s.nhead == 0 {
		s.at = c.Time
	}
	n := copy(s.head[s.nhead:], b)
	if s.nhead += uint8(n); s.nhead < headerLen {
		return b[n:]
	}
	s.nhead = 0
	if s.valid() {
		p.begin(c.Dir)
	} else if s.any || !p.beginSSL2(c.Dir) {
		s.over = true
	}
	return b[n:]
}

// valid reports whether the header can be one.
func (s *stream) valid() bool {
	h := s.head
	return h[0] >= typeCCS && h[0] <= typeHeartbeat && h[1] == 3 && h[2] <= 4 &&
		(!s.resync || h[2] == s.minor || !s.any) && int(h[3])<<8|int(h[4]) <= maxRecord
}

// begin starts a record.
func (p *Parser) begin(d feature.Dir) {
	s := &p.streams[d]
	s.typ, s.minor, s.left = s.head[0], s.head[2], uint16(s.head[3])<<8|uint16(s.head[4])
	s.any, s.resync, s.nbody = true, false, 0
	p.hs.Record(d, s.at, s.typ, s.left)
	switch s.typ {
	case typeHandshake:
		// Only TLS 1.3 has clear messages behind a ChangeCipherSpec, when the
		// server has asked for another hello: its encrypted ones have type 23.
		s.skip = s.secret && !p.hs.retried
	case typeAlert:
		s.skip = s.secret || s.left != 2
	case typeCCS, typeApplication:
		s.skip, s.secret = true, true
	default:
		s.skip = true
	}
}

// body reads bytes of the body of a record.
func (p *Parser) body(d feature.Dir, b []byte) []byte {
	s := &p.streams[d]
	n := min(len(b), int(s.left))
	part := b[:n]
	s.left -= uint16(n)
	switch {
	case s.skip:
	case s.typ == typeHandshake:
		p.hs.Write(d, part)
	case s.typ == typeAlert:
		s.nbody += uint8(copy(s.body[s.nbody:], part))
		if s.left == 0 && s.nbody == 2 && (s.body[0] == 1 || s.body[0] == 2) {
			p.hs.Alert(d, s.body[0], s.body[1])
		}
	}
	return b[n:]
}

// beginSSL2 takes the header for one of SSL 2, of two bytes, with the first
// three bytes of a hello behind it. What comes after the hello of a client that
// offers a later version are records of that version.
func (p *Parser) beginSSL2(d feature.Dir) bool {
	s := &p.streams[d]
	h := s.head
	n := uint16(h[0]&0x7f)<<8 | uint16(h[1])
	var typ uint8
	switch {
	case h[0]&0x80 == 0 || n < 11:
		return false
	case h[2] == ssl2ClientHello && (h[3] == 0 && h[4] == 2 || h[3] == 3 && h[4] <= 4):
		typ = typeSSL2ClientHello
	case h[2] == ssl2ServerHello && h[3] <= 1:
		typ = typeSSL2ServerHello
	default:
		return false
	}
	s.any, s.typ, s.skip, s.left = true, typeHandshake, false, n-3
	p.hs.begin(d, typ, uint32(n-1))
	p.hs.Write(d, h[3:])
	return true
}
