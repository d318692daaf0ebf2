// Package stun reads STUN (RFC 8489), its older form without a magic cookie
// (RFC 3489), and TURN (RFC 8656).
//
// A parser keeps one summary of each side, in about 900 bytes, its text, and the
// first request of each side, at most 2 KiB. In many flows another protocol
// shares the ports with STUN (RFC 7983): the first datagram that is none is left
// to it.
package stun

import (
	"encoding/binary"

	"joy/feature"
)

// Module is STUN over UDP and TCP, on any port.
var Module = feature.Module{
	Key:   "stun",
	Doc:   "STUN and TURN: methods, addresses, software, realm and user of both sides",
	Over:  feature.UDP | feature.TCP,
	Ports: []uint16{3478, 5349, 19302},
	Match: Match,
	Keep:  maxMessage,
	New:   func(s *feature.Settings) feature.Parser { return &Parser{set: s} },
}

const (
	head       = 20
	cookie     = 0x2112a442
	maxMessage = 2048 // bytes of a message that is read
	maxCount   = 32   // messages that are looked at
	maxText    = 128  // bytes of a text that are reported

	success = 2 // class: those below are requests and indications, the others answers
)

// Match wants the magic cookie, or a message of the older form that is as long
// as its datagram.
func Match(c *feature.Chunk) feature.Guess {
	switch _, guess := frame(c.Bytes); {
	case guess == feature.Maybe && c.EOF:
		return feature.No
	default:
		return guess
	}
}

// frame looks for a message at the start of b, or behind its length (RFC 4571,
// as ICE has it over TCP), and returns where it is.
func frame(b []byte) (at int, g feature.Guess) {
	switch {
	case len(b) > 0 && b[0]&0xc0 != 0:
		return 0, feature.No
	case len(b) < 10:
		return 0, feature.Maybe
	case binary.BigEndian.Uint32(b[4:]) == cookie:
		if n := size(b); n&3 != 0 && n != len(b) {
			return 0, feature.No
		}
		return 0, feature.Yes
	case binary.BigEndian.Uint32(b[6:]) == cookie && b[2]&0xc0 == 0 && int(binary.BigEndian.Uint16(b)) == size(b[2:]):
		return 2, feature.Yes
	case len(b) >= head && isClassic(b):
		return 0, feature.Yes
	}
	return 0, feature.No
}

// size is the size of a message with its header.
func size(b []byte) int { return head + int(binary.BigEndian.Uint16(b[2:])) }

// isClassic: the messages of RFC 3489 section 11.1, with attributes that fill
// them.
func isClassic(b []byte) bool {
	if b[0] > 1 || b[1]&0xef != 1 && b[1]&0xef != 2 || size(b) != len(b) {
		return false
	}
	for b = b[head:]; len(b) > 0; {
		if len(b) < 4 {
			return false
		}
		kind, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if kind == 0 || kind >= 0x0200 && kind < 0x8000 || 4+n > len(b) {
			return false
		}
		b = b[4+n:]
	}
	return true
}

// A Parser keeps a summary of each side.
type Parser struct {
	set   *feature.Settings
	sides [2]Side
	count uint8
	text  []byte
	info  Info
}

// Data reads messages.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	for used < len(c.Bytes) {
		at, guess := frame(c.Bytes[used:])
		b := c.Bytes[used+at:]
		switch {
		case guess == feature.Maybe || guess == feature.Yes && len(b) < head:
			return used, feature.More
		case guess == feature.No:
			return used, p.other(b)
		case size(b) > maxMessage:
			return used, feature.Done
		case size(b) > len(b):
			return used, feature.More
		}
		n := size(b)
		p.read(&p.sides[c.Dir], b[:n])
		used += at + n
		if p.count++; p.count == maxCount {
			return used, feature.Done
		}
	}
	return used, feature.More
}

// other decides what follows messages of STUN: TURN's channels (0x40 to 0x4f in
// front) are its own, anything else is not.
func (p *Parser) other(b []byte) feature.Verdict {
	if b[0]&0xf0 == 0x40 || p.count == 0 {
		return feature.Done
	}
	return feature.Switch
}

// read adds a message to the summary of its side.
func (p *Parser) read(s *Side, b []byte) {
	t := binary.BigEndian.Uint16(b)
	class := t>>7&2 | t>>4&1
	method := t&0xf | t>>1&0x70 | t>>2&0xf80
	s.Classic = binary.BigEndian.Uint32(b[4:]) != cookie
	s.add(method, class)
	if s.Request == nil && class < success {
		s.Request = p.keep(b)
	}
	id := b[4:head]
	for b = b[head:]; len(b) >= 4; {
		kind, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if 4+n > len(b) {
			return
		}
		p.attribute(s, kind, b[4:4+n], id)
		b = b[min(len(b), 4+(n+3)&^3):]
	}
}

// attribute keeps the first of each (RFC 8489 section 14, RFC 8656 section 18).
func (p *Parser) attribute(s *Side, kind uint16, v, id []byte) {
	switch kind {
	case 0x0001:
		setAddress(&s.Mapped, v, nil)
	case 0x0020, 0x8020:
		setAddress(&s.Mapped, v, id)
	case 0x0012:
		setAddress(&s.Peer, v, id)
	case 0x0016:
		setAddress(&s.Relayed, v, id)
	case 0x0006:
		if s.User == nil && len(v) > 0 {
			s.User = p.secret(v)
		}
	case 0x0014:
		p.first(&s.Realm, v)
	case 0x8022:
		p.first(&s.Software, v)
	case 0x0009:
		if len(v) >= 4 && s.Error == 0 {
			s.Error = uint16(v[2]&7)*100 + uint16(v[3]%100)
		}
	case 0x0025:
		s.UseCandidate = true
	case 0x8029:
		s.Controlled = true
	case 0x802a:
		s.Controlling = true
	}
}

func (p *Parser) first(t *feature.Text, v []byte) {
	if *t == nil && len(v) > 0 {
		*t = p.keep(v[:min(len(v), maxText)])
	}
}

func (p *Parser) secret(b []byte) feature.Text {
	if p.set.Secrets {
		return p.keep(b)
	}
	return p.keep([]byte(p.set.Digest(b)))
}

func (p *Parser) keep(b []byte) []byte {
	start := len(p.text)
	p.text = append(p.text, b...)
	return p.text[start:len(p.text):len(p.text)]
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	if v.Has(feature.Out) && len(p.sides[0].Methods) > 0 {
		p.info.Out = &p.sides[0]
	}
	if v.Has(feature.In) && len(p.sides[1].Methods) > 0 {
		p.info.In = &p.sides[1]
	}
	if p.info == (Info{}) {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	count := p.count
	p.Reset()
	p.count = count
}

// Held implements feature.Holder.
func (p *Parser) Held() int { return len(p.text) }

// Reset forgets all and keeps the memory for text, which is little.
func (p *Parser) Reset() {
	*p = Parser{set: p.set, text: p.text[:0], sides: [2]Side{{Methods: p.sides[0].Methods[:0]}, {Methods: p.sides[1].Methods[:0]}}}
}
