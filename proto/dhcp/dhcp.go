// Package dhcp reads the messages of DHCP and BOOTP (RFC 951, 2131, 2132): the
// header, all options, also those in the fields file and sname (option
// overload), and long options that were split (RFC 3396).
//
// A parser only keeps the bytes of the messages. They are decoded when a record
// wants them.
package dhcp

import (
	"encoding/binary"

	"joy/feature"
	"joy/proto/kept"
)

// Bounds, beside those of package kept. What they cut off is counted in
// Message.MoreOptions.
const (
	maxOptions = 255      // of a message, and of a relay agent option
	maxIdle    = 16 << 10 // bytes that Cut and Reset leave unused
)

// Module is DHCP over IPv4, on any port: relays, PXE servers and lease queries
// have their own.
var Module = feature.Module{
	Key:   "dhcp",
	Doc:   "DHCP and BOOTP: headers and options of all messages",
	Over:  feature.UDP,
	Ports: []uint16{67, 68, 4011},
	Match: Match,
	New:   func(s *feature.Settings) feature.Parser { return &Parser{decoder: decoder{set: s}} },
}

// Places in a message (RFC 2131 section 2).
const (
	atXID    = 4
	atSecs   = 8
	atFlags  = 10
	atCiaddr = 12
	atYiaddr = 16
	atSiaddr = 20
	atGiaddr = 24
	atChaddr = 28
	atSname  = 44
	atFile   = 108
	atCookie = 236 // the vendor area of BOOTP
	atOption = 240
	minBOOTP = 300 // bytes of a message of BOOTP (RFC 951 section 3)
)

// cookie is the magic cookie before the options (RFC 2132 section 2).
const cookie = 0x63825363

// Match wants the magic cookie, or a header of Ethernet in which much is zero:
// of BOOTP, or of a message that is cut off before the cookie.
func Match(c *feature.Chunk) feature.Guess {
	if isMessage(c.Bytes) {
		return feature.Yes
	}
	return feature.No
}

func isMessage(b []byte) bool {
	if len(b) < atSname || b[0] != 1 && b[0] != 2 {
		return false
	}
	return hasCookie(b) || isEthernet(b) && (len(b) < atOption || len(b) >= minBOOTP && isString(b[atSname:atFile]) && isString(b[atFile:atCookie]))
}

func hasCookie(b []byte) bool {
	return len(b) >= atOption && binary.BigEndian.Uint32(b[atCookie:]) == cookie
}

func isEthernet(b []byte) bool {
	if b[1] != 1 || b[2] != 6 || b[3] > 16 {
		return false
	}
	zero := b[atFlags]&0x7f | b[atFlags+1]
	for _, c := range b[atChaddr+6 : atSname] {
		zero |= c
	}
	return zero == 0
}

// isString reports whether a field is text and then zeros.
func isString(b []byte) bool {
	text := true
	for _, c := range b {
		if c == 0 {
			text = false
		} else if !text || c < ' ' || c == 0x7f {
			return false
		}
	}
	return !text
}

// A Parser keeps the messages of one flow.
type Parser struct {
	kept    kept.Messages
	decoder decoder // holds what Info gave out
}

// Data keeps a message. What is none is passed over.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if isMessage(c.Bytes) {
		p.kept.Keep(c)
	}
	return len(c.Bytes), feature.More
}

// Info decodes what belongs into a view; it is valid until the next call.
func (p *Parser) Info(v feature.View) Info {
	d := &p.decoder
	d.reset()
	p.kept.Each(v, d.message)
	if len(d.list) == 0 {
		return nil
	}
	d.list[len(d.list)-1].More = p.kept.More(v)
	return d.list
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.kept.Forget()
	if p.decoder.size() > maxIdle {
		p.decoder = decoder{set: p.decoder.set}
	}
}

// Held implements feature.Holder. What Info gave out is used no more when the
// next message comes.
func (p *Parser) Held() int { return p.kept.Held() }

// Reset forgets all, and keeps memory for the next flow unless it is much.
func (p *Parser) Reset() { p.Cut() }
