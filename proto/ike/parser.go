package ike

import (
	"encoding/binary"

	"joy/feature"
)

// Bounds of what a parser keeps. A parser holds at most maxRaw bytes of
// messages, 2*maxMessages entries of 28 bytes and headers, and with IKEv1's
// fragments an assembly for each direction.
const (
	maxMessages = 64       // of a direction; more are counted
	maxMessage  = 16 << 10 // bytes of one message
	maxRaw      = 64 << 10 // bytes of all messages; of more only the header
)

// A Parser follows IKE in one flow.
type Parser struct {
	settings *feature.Settings
	raw      []byte // of the messages
	messages []message
	sides    [2]side
	marked   bool // a message had the non-ESP marker: what has none is ESP
}

// A side counts what a direction sent.
type side struct {
	messages   int
	more       uint32
	keepalives uint32
	esp        uint32
	other      uint32
	parts      *assembly // of a message of IKEv1; nil when there is none
}

// A span is a part of Parser.raw.
type span struct{ off, len uint32 }

// A message is what is kept of one.
type message struct {
	span        // from the header on; what is encrypted is left out
	whole  span // the message that this fragment completes
	size   uint32
	dir    feature.Dir
	marked bool
	cut    bool // a bound of ours cut it
}

// Data looks at one datagram.
func (p *Parser) Data(c *feature.Chunk) (int, feature.Verdict) {
	s := &p.sides[c.Dir]
	switch m, marked := find(c.Bytes); {
	case m != nil && (marked || !p.marked):
		p.marked = p.marked || marked
		p.keep(c.Dir, m, marked)
	case len(c.Bytes) == 1 && c.Bytes[0] == 0xff: // RFC 3948 section 2.3
		s.keepalives++
	case p.marked:
		s.esp++
	default:
		s.other++
	}
	return len(c.Bytes), feature.More
}

// keep stores what is worth keeping of a message.
func (p *Parser) keep(dir feature.Dir, b []byte, marked bool) {
	s := &p.sides[dir]
	var whole []byte
	if b[17] == 0x10 && b[16] == fragment1 && b[19]&flagEncrypted1 == 0 {
		whole = s.assemble(b)
	}
	if s.messages == maxMessages {
		s.more++
		return
	}
	s.messages++
	m := message{size: uint32(len(b)), dir: dir, marked: marked}
	m.span = p.store(b, &m.cut)
	if whole != nil {
		m.whole = p.store(whole, &m.cut)
	}
	p.messages = append(p.messages, m)
}

// store copies the clear part of a message, or only its header where a bound is
// hit.
func (p *Parser) store(b []byte, cut *bool) span {
	n := clearLen(b)
	if n > maxMessage || len(p.raw)+n > maxRaw {
		*cut = true
		n = headerLen
	}
	off := len(p.raw)
	p.raw = append(p.raw, b[:n]...)
	return span{uint32(off), uint32(n)}
}

// clearLen is the length of the part of a message that is not encrypted: up to
// the body of the payload that holds the rest.
func clearLen(b []byte) int {
	end := min(len(b), int(binary.BigEndian.Uint32(b[24:])))
	version1 := b[17]>>4 == 1
	if version1 && b[19]&flagEncrypted1 != 0 {
		return headerLen
	}
	next := b[16]
	for off := headerLen; next != 0 && end-off >= 4; {
		if sealed(version1, next) {
			return min(end, off+8)
		}
		size := int(binary.BigEndian.Uint16(b[off+2:]))
		if size < 4 {
			break
		}
		next, off = b[off], off+size
	}
	return end
}

// sealed reports whether nothing behind the first 8 bytes of a payload is to be
// read.
func sealed(version1 bool, kind uint8) bool {
	if version1 {
		return kind == fragment1
	}
	return kind == encrypted2 || kind == fragment2
}

// Cut forgets the messages. A message of which some fragments came, and that
// the marker was seen, stay.
func (p *Parser) Cut() {
	p.raw, p.messages = p.raw[:0], p.messages[:0]
	if cap(p.raw) > 8<<10 {
		p.raw = nil
	}
	for d := range p.sides {
		p.sides[d] = side{parts: p.sides[d].parts}
	}
}

// Reset forgets all, and keeps memory for the next flow unless it is much.
func (p *Parser) Reset() {
	p.Cut()
	*p = Parser{settings: p.settings, raw: p.raw, messages: p.messages}
}

// Held implements feature.Holder. An entry of the list has 32 bytes.
func (p *Parser) Held() int {
	return len(p.raw) + 32*len(p.messages) + p.sides[0].parts.held() + p.sides[1].parts.held()
}
