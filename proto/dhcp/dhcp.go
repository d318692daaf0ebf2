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
)

// Bounds. What they cut off is counted in Message.More and Message.MoreOptions,
// or marked with Message.Truncated.
const (
	maxMessages = 64       // of a record
	maxMessage  = 4096     // bytes of a message that are kept
	maxKept     = 64 << 10 // bytes of messages that are kept
	maxOptions  = 255      // of a message, and of a relay agent option
	maxIdle     = 16 << 10 // bytes that Cut and Reset leave unused
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

// A Parser keeps the messages of one flow: at most 64 KiB of bytes, each
// message behind a head.
type Parser struct {
	kept     []byte
	messages int
	more     [2]uint32 // messages of each side that were not kept
	decoder  decoder   // holds what Info gave out
}

// A head is a byte with marks, and two with the length of the message.
const headSize = 3

const (
	markIn  = 1 << iota // sent by the side that did not open the flow
	markCut             // longer than maxMessage
)

// Data keeps a message. What is none is passed over.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	b := c.Bytes
	if !isMessage(b) {
		return len(b), feature.More
	}
	n := min(len(b), maxMessage)
	if p.messages == maxMessages || len(p.kept)+headSize+n > maxKept {
		p.more[c.Dir]++
		return len(b), feature.More
	}
	marks := byte(0)
	if c.Dir == feature.In {
		marks |= markIn
	}
	if n < len(b) {
		marks |= markCut
	}
	p.messages++
	p.kept = append(p.kept, marks, byte(n>>8), byte(n))
	p.kept = append(p.kept, b[:n]...)
	return len(b), feature.More
}

// Info decodes what belongs into a view; it is valid until the next call.
func (p *Parser) Info(v feature.View) Info {
	d := &p.decoder
	d.reset()
	for b := p.kept; len(b) > 0; {
		n := headSize + int(binary.BigEndian.Uint16(b[1:]))
		dir := feature.Out
		if b[0]&markIn != 0 {
			dir = feature.In
		}
		if v.Has(dir) {
			d.message(b[headSize:n], b[0]&markCut != 0)
		}
		b = b[n:]
	}
	if len(d.list) == 0 {
		return nil
	}
	last := &d.list[len(d.list)-1]
	for dir, n := range p.more {
		if v.Has(feature.Dir(dir)) {
			last.More += n
		}
	}
	return d.list
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.kept, p.messages, p.more = p.kept[:0], 0, [2]uint32{}
	if cap(p.kept) > maxIdle || p.decoder.size() > maxIdle {
		*p = Parser{decoder: decoder{set: p.decoder.set}}
	}
}

// Held implements feature.Holder. What Info gave out is used no more when the
// next message comes.
func (p *Parser) Held() int { return len(p.kept) }

// Reset forgets all, and keeps memory for the next flow unless it is much.
func (p *Parser) Reset() { p.Cut() }
