// Package radius reads RADIUS (RFC 2865, RFC 2866, RFC 5176): who asks which
// server for whom, and the answer.
//
// A parser keeps the first message of each side, in about 900 bytes and its
// text.
package radius

import (
	"encoding/binary"
	"net/netip"

	"joy/feature"
)

// Module is RADIUS, on any port.
var Module = feature.Module{
	Key:   "radius",
	Doc:   "RADIUS: code, user, NAS, stations and session of both sides",
	Over:  feature.UDP,
	Ports: []uint16{1812, 1813, 1645, 1646, 3799},
	Match: Match,
	New:   func(s *feature.Settings) feature.Parser { return &Parser{set: s} },
}

const (
	head     = 20
	maxSize  = 4096 // bytes of a message (RFC 2865 section 3)
	maxAlone = 16   // messages of one side without any of the other
)

// Match wants the length of the message to be that of the datagram, and
// attributes that fill it.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) < head || codeName(b[0]) == "" || int(binary.BigEndian.Uint16(b[2:])) != len(b) || len(b) > maxSize {
		return feature.No
	}
	if len(b) == head && isRequest(b[0]) {
		return feature.No
	}
	for rest := b[head:]; len(rest) > 0; {
		if len(rest) < 2 || rest[0] == 0 || rest[1] < 2 || int(rest[1]) > len(rest) {
			return feature.No
		}
		rest = rest[rest[1]:]
	}
	return feature.Yes
}

// isRequest: one that has to have attributes.
func isRequest(code byte) bool {
	return code == 1 || code == 4 || code == 11 || code == 40 || code == 43
}

func codeName(c byte) string {
	if int(c) < len(codes) {
		return codes[c]
	}
	return ""
}

var codes = [...]string{
	1: "Access-Request", 2: "Access-Accept", 3: "Access-Reject", 4: "Accounting-Request", 5: "Accounting-Response",
	11: "Access-Challenge", 12: "Status-Server", 13: "Status-Client",
	40: "Disconnect-Request", 41: "Disconnect-ACK", 42: "Disconnect-NAK", 43: "CoA-Request", 44: "CoA-ACK", 45: "CoA-NAK",
}

var statuses = [...]string{1: "Start", 2: "Stop", 3: "Interim-Update", 7: "Accounting-On", 8: "Accounting-Off", 15: "Failed"}

// A Parser keeps the first message of each side.
type Parser struct {
	set   *feature.Settings
	sides [2]Message
	seen  [2]uint8
	text  []byte
	info  Info
}

// Data keeps a message if it is the first of its side.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if Match(c) != feature.Yes {
		return len(c.Bytes), feature.More
	}
	if p.seen[c.Dir] == 0 {
		p.read(&p.sides[c.Dir], c.Bytes)
	}
	p.seen[c.Dir]++
	if p.seen[0] > 0 && p.seen[1] > 0 || p.seen[c.Dir] == maxAlone {
		return len(c.Bytes), feature.Done
	}
	return len(c.Bytes), feature.More
}

func (p *Parser) read(m *Message, b []byte) {
	m.Code, m.ID = codeName(b[0]), b[1]
	for b = b[head:]; len(b) > 0; b = b[b[1]:] {
		p.attribute(m, b[0], b[2:b[1]])
	}
}

// attribute keeps the first of each (RFC 2865 section 5, RFC 2866 section 5).
func (p *Parser) attribute(m *Message, kind byte, v []byte) {
	switch kind {
	case 1:
		if m.User == nil {
			m.User = p.secret(v)
		}
	case 2:
		m.Password = true
	case 3:
		m.CHAP = true
	case 4:
		setAddr(&m.NASIP, v)
	case 8:
		setAddr(&m.FramedIP, v)
	case 95:
		setAddr(&m.NASIPv6, v)
	case 18:
		p.first(&m.Reply, v)
	case 30:
		p.first(&m.Called, v)
	case 31:
		p.first(&m.Calling, v)
	case 32:
		p.first(&m.NASID, v)
	case 40:
		if len(v) == 4 && int(binary.BigEndian.Uint32(v)) < len(statuses) {
			m.Status = statuses[binary.BigEndian.Uint32(v)]
		}
	case 44:
		p.first(&m.Session, v)
	case 79:
		m.EAP = true
	}
}

func setAddr(a *feature.Addr, b []byte) {
	if ip, ok := netip.AddrFromSlice(b); ok && a.IsZero() {
		a.IP = ip
	}
}

func (p *Parser) first(t *feature.Text, v []byte) {
	if *t == nil {
		*t = p.keep(v)
	}
}

func (p *Parser) secret(b []byte) feature.Text {
	if p.set.Secrets || len(b) == 0 {
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
	if v.Has(feature.Out) && p.seen[0] > 0 {
		p.info.Out = &p.sides[0]
	}
	if v.Has(feature.In) && p.seen[1] > 0 {
		p.info.In = &p.sides[1]
	}
	if p.info == (Info{}) {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() { p.Reset() }

// Held implements feature.Holder.
func (p *Parser) Held() int { return len(p.text) }

// Reset forgets all and keeps the memory for text, which is little.
func (p *Parser) Reset() { *p = Parser{set: p.set, text: p.text[:0]} }
