// Package ntp reads the Network Time Protocol (RFC 5905, RFC 1305), its control
// messages (RFC 9327) and the private ones of ntpd (mode 7).
//
// A parser keeps the first message of each side, in about 200 bytes.
package ntp

import (
	"encoding/binary"

	"joy/feature"
	"joy/wire"
)

// Module is NTP, on any port.
var Module = feature.Module{
	Key:   "ntp",
	Doc:   "NTP: version, mode, stratum and reference of both sides",
	Over:  feature.UDP,
	Ports: []uint16{123},
	Match: Match,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

const (
	size     = 48 // bytes of a message without extensions and authenticator
	control  = 6  // modes
	private  = 7
	maxAlone = 16 // messages of one side without any of the other
)

var modes = [...]string{"reserved", "symmetric_active", "symmetric_passive", "client", "server", "broadcast", "control", "private"}

// Match asks for more than the header, in which nearly everything is possible:
// times have to be near each other, or absent.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) < 8 || b[0]>>3&7 > 4 || b[0]>>3&7 == 0 {
		return feature.No
	}
	yes := false
	switch b[0] & 7 {
	case 0:
	case control:
		yes = isControl(b)
	case private:
		yes = isPrivate(b)
	default:
		yes = len(b) >= size && b[1] <= 16 && isTail(b[size:]) && timesFit(b)
	}
	if yes {
		return feature.Yes
	}
	return feature.No
}

// isControl: an operation that there is, and the length of the data is right, as
// it is or with padding and an authenticator (RFC 9327 section 2).
func isControl(b []byte) bool {
	const last, unsetTrap = 12, 31
	if len(b) < 12 || b[0]>>6 != 0 {
		return false
	}
	if op := b[1] & 0x1f; op == 0 || op > last && op != unsetTrap {
		return false
	}
	rest, n := len(b)-12, int(binary.BigEndian.Uint16(b[10:]))
	tail := rest - (n+3)&^3
	request := b[1]&0x80 == 0
	return (rest == n || tail == 0 || tail == 20 || tail == 24) && (!request || b[4]|b[5]|b[8]|b[9] == 0)
}

// isPrivate: implementation 2 or 3 and items that fit.
func isPrivate(b []byte) bool {
	items, each := int(b[4]&15)<<8|int(b[5]), int(b[6]&15)<<8|int(b[7])
	request := b[0]&0x80 == 0
	return b[0]>>3&7 == 2 && (b[2] == 2 || b[2] == 3) && b[3] < 64 && b[6]>>4 == 0 &&
		items*each <= len(b)-8 && (!request || b[1] == 0 && b[4]>>4 == 0)
}

// isTail reports whether b can be extension fields and an authenticator (RFC
// 7822).
func isTail(b []byte) bool {
	const maxMAC = 68
	for len(b) > 24 {
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 16 || n%4 != 0 || n > len(b) {
			return len(b) <= maxMAC && len(b)%4 == 0
		}
		b = b[n:]
	}
	return len(b)%4 == 0
}

// timesFit looks at the whole seconds of the times of the reference, of the last
// message of the other side, of its receipt, and of sending.
func timesFit(b []byte) bool {
	r := wire.NewReader(b[16:size])
	reference, origin, receive, transmit := r.Uint64()>>32, r.Uint64(), r.Uint64()>>32, r.Uint64()>>32
	near := func(a, b, within uint64) bool { return a-b+within <= 2*within }
	const day = 24 * 3600
	switch {
	case reference == 0 && origin == 0 && receive == 0:
		// A simple client: mostly zeros.
		return b[0]&7 == 3 && binary.BigEndian.Uint32(b[4:]) < 1<<24 && binary.BigEndian.Uint32(b[8:]) < 1<<24
	case receive == 0 && origin == 0:
		return near(transmit, reference, 40*day)
	case b[0]&7 == 4:
		return near(transmit, receive, 60)
	}
	return near(transmit, receive, 40*day) && (reference == 0 || near(transmit, reference, 40*day))
}

// A Parser keeps the first message of each side.
type Parser struct {
	sides [2]Message
	seen  [2]uint8
	refs  [2][4]byte
	info  Info
}

// Data keeps a message if it is the first of its side.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	b := c.Bytes
	if Match(c) != feature.Yes {
		return len(b), feature.More
	}
	if p.seen[c.Dir] == 0 {
		p.read(c.Dir, b)
	}
	p.seen[c.Dir]++
	if p.seen[0] > 0 && p.seen[1] > 0 || p.seen[c.Dir] == maxAlone {
		return len(b), feature.Done
	}
	return len(b), feature.More
}

func (p *Parser) read(dir feature.Dir, b []byte) {
	m := Message{Version: b[0] >> 3 & 7, Mode: modes[b[0]&7]}
	switch {
	case b[0]&7 == control:
		m.Code, m.HasCode = b[1]&0x1f, true
	case b[0]&7 == private:
		m.Code, m.HasCode = b[3], true
	case len(b) >= size:
		m.HasTime = true
		m.Leap, m.Stratum, m.Poll, m.Precision = b[0]>>6, b[1], int8(b[2]), int8(b[3])
		copy(p.refs[dir][:], b[12:16])
		m.reference(p.refs[dir][:])
		m.Extra = uint32(len(b) - size)
	}
	p.sides[dir] = m
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

// Reset forgets all.
func (p *Parser) Reset() { *p = Parser{} }
