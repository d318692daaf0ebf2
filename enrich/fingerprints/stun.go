package fingerprints

import (
	"encoding/binary"

	"joy/proto/stun"
	"joy/record"
)

// What a STUN message has before its attributes (RFC 8489 section 5).
const (
	stunHead   = 20
	stunCookie = 0x2112a442
)

// stun makes those of the first request or indication of each side.
func (s *stage) stun(r *record.Record) {
	if r.STUN == nil {
		return
	}
	s.stunSide(r.STUN.Out, 0)
	s.stunSide(r.STUN.In, server(r, false))
}

// stunSide appends (class)(method)(01 with a magic cookie)((attribute)...).
func (s *stage) stunSide(i *stun.Side, side int) {
	if i == nil || len(i.Request) < stunHead {
		return
	}
	b := i.Request
	at := len(s.text)
	t := binary.BigEndian.Uint16(b)
	s.text = append(s.text, "stun/1/"...)
	s.bytes([]byte{byte(t>>7&2 | t>>4&1)})
	s.text = append(s.text, '(')
	s.code(t&0xf | t>>1&0x70 | t>>2&0xf80)
	s.text = append(s.text, ")("...)
	if binary.BigEndian.Uint32(b[4:]) == stunCookie {
		s.text = append(s.text, "01)("...)
	} else {
		s.text = append(s.text, "00)("...)
	}
	for b = b[stunHead:]; len(b) >= 4; {
		n := 4 + int(binary.BigEndian.Uint16(b[2:]))
		padded := (n + 3) &^ 3
		if padded > len(b) {
			break
		}
		s.stunAttribute(b[:n])
		b = b[padded:]
	}
	s.text = append(s.text, ')')
	s.end(side, at, isNPF)
}

// stunAttribute appends those that tell of software; with their values what
// Microsoft's say of application (0x8037) and implementation (0x8070).
func (s *stage) stunAttribute(b []byte) {
	switch binary.BigEndian.Uint16(b) {
	case 0x0006, 0x0008, 0x0020, 0x8007, 0x8008, 0x8022, 0x8028, 0xc003, 0xc057, 0xdaba:
		s.bytes(b[:2])
	case 0x8037, 0x8070:
		s.bytes(b)
	}
}
