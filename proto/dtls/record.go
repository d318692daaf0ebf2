package dtls

import (
	"joy/feature"
	"joy/wire"
)

// record reads one record, and returns its length with its header; 0 when there
// is none.
func (p *Parser) record(c *feature.Chunk, b []byte) int {
	if b[0]>>5 == 1 {
		return p.unified(c, b)
	}
	s := &p.sides[c.Dir]
	h, ok := parse(b)
	if b[0] == typeCID && len(b) > headerLen && isVersion(b[1], b[2]) {
		// The length stands behind a connection id of unknown length: the record is
		// taken to fill the datagram.
		s.found.CID = true
		h.epoch = uint16(b[3])<<8 | uint16(b[4])
		p.list(c, typeCID, len(b)-headerLen, h.epoch)
		return len(b)
	}
	if !ok {
		return 0
	}
	p.list(c, h.typ, h.size, h.epoch)
	body := b[headerLen : headerLen+h.size]
	switch {
	case h.epoch > 0:
	case h.typ == typeHandshake:
		p.handshake(c.Dir, body)
	case h.typ == typeAlert && len(body) == 2 && (body[0] == 1 || body[0] == 2):
		p.hs.Alert(c.Dir, body[0], body[1])
	}
	return headerLen + h.size
}

// unified reads an encrypted record of DTLS 1.3 (RFC 9147 4): its first byte is
// 001CSLEE, for connection id, length of the sequence number, whether there is
// a length, and the low bits of the epoch.
func (p *Parser) unified(c *feature.Chunk, b []byte) int {
	s := &p.sides[c.Dir]
	if !p.any {
		return 0
	}
	head, size := 2+int(b[0]>>3&1), 0
	switch {
	case b[0]&0x10 != 0: // a connection id of unknown length comes first
		s.found.CID = true
		size = len(b) - head
	case b[0]&0x04 == 0:
		size = len(b) - head
	case len(b) >= head+2:
		size = int(b[head])<<8 | int(b[head+1])
		head += 2
	}
	if size <= 0 || size > len(b)-head {
		return 0
	}
	s.found.Unified = true
	p.list(c, typeData, size, uint16(b[0]&3))
	return head + size
}

// list notes a record.
func (p *Parser) list(c *feature.Chunk, typ uint8, size int, epoch uint16) {
	s := &p.sides[c.Dir]
	s.found.Epoch = max(s.found.Epoch, epoch)
	s.secret = s.secret || epoch > 0 || typ == typeCID
	s.records = min(s.records+1, maxRecords)
	p.hs.Record(c.Dir, c.Time, typ, uint16(min(size, 1<<16-1)))
}

const (
	typeHelloVerify = 3
	maxType         = 0x7f // of handshake messages
)

// handshake reads the fragments in a clear record.
func (p *Parser) handshake(d feature.Dir, b []byte) {
	s := &p.sides[d]
	for len(b) >= messageLen {
		f, rest, ok := fragment(b)
		if !ok {
			return
		}
		b = rest
		if !s.fragments.isNew(&f) {
			s.found.Retransmitted++
			continue
		}
		if f.typ > maxType {
			return
		}
		if f.typ == typeHelloVerify && len(f.data) == f.size {
			s.helloVerify(f.data)
		}
		s.fragments.add(&f, d, &p.hs)
	}
}

// helloVerify reads a HelloVerifyRequest (RFC 6347 4.2.1).
func (s *side) helloVerify(body []byte) {
	s.found.HelloVerify = true
	r := wire.NewReader(body)
	r.Skip(2)
	cookie := r.Sub8()
	s.cookie = append(s.cookie[:0], cookie.Rest()...)
}
