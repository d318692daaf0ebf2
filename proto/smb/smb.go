// Package smb reads how sessions of SMB begin: the negotiation of SMB 1
// ([MS-CIFS], [MS-SMB]) and of SMB 2 and 3 ([MS-SMB2]), session setup with NTLM
// ([MS-NLMP]) or Kerberos, and the shares that are connected, over TCP and the
// NetBIOS session service (RFC 1002 section 4.3).
//
// Of a message at most its first 4 KiB are looked at, and of a flow at most 128
// messages of each side. A parser is about 1.2 KiB, with at most 8 KiB of text.
package smb

import (
	"encoding/binary"

	"joy/feature"
)

// Module is SMB, on any port.
var Module = feature.Module{
	Key:   "smb",
	Doc:   "SMB: dialects, capabilities, signing, ciphers, user and host names, shares",
	Over:  feature.TCP,
	Ports: []uint16{445, 139},
	Match: Match,
	Keep:  maxHead,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

const (
	maxHead     = 4096 // bytes of a message that are looked at, with the frame around it
	maxMessages = 128  // messages of a side
	maxText     = 8 << 10
	maxName     = 512 // bytes of a name
	maxShares   = 16
	maxDialects = 16
	frame       = 4 // bytes of the session service in front
	head1       = 32
	head2       = 64 // bytes of the headers of SMB 1 and 2
)

// Types of the session service.
const (
	sessionMessage = 0x00
	sessionRequest = 0x81
)

// What messages begin with.
const (
	magic1    = "\xffSMB"
	magic2    = "\xfeSMB"
	encrypted = "\xfdSMB"
	squeezed  = "\xfcSMB"
)

// Match wants a message of SMB in the frame of the session service, or a
// session request with NetBIOS names.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	switch {
	case len(b) == 0:
		return unlessEnd(c)
	case b[0] == sessionRequest:
		return isSessionRequest(c)
	case b[0] != sessionMessage || len(b) > 5 && b[5] != 'S':
		return feature.No
	case len(b) < frame+4:
		return unlessEnd(c)
	}
	n := int(binary.BigEndian.Uint32(b))
	switch string(b[frame:][:4]) {
	case magic1:
		if n > head1 {
			return feature.Yes
		}
	case magic2, encrypted:
		if n >= head2-12 {
			return feature.Yes
		}
	}
	return feature.No
}

func unlessEnd(c *feature.Chunk) feature.Guess {
	if c.EOF {
		return feature.No
	}
	return feature.Maybe
}

// isSessionRequest: two names of 32 letters (RFC 1002 section 4.3.2), without a
// scope.
func isSessionRequest(c *feature.Chunk) feature.Guess {
	b := c.Bytes[:min(len(c.Bytes), frame+2*34)]
	for i, x := range b {
		fits := true
		switch {
		case i == 1 || i == 2 || i == frame+33 || i == frame+67:
			fits = x == 0
		case i == 3:
			fits = x == 2*34
		case i == frame || i == frame+34:
			fits = x == 32
		case i > frame:
			fits = x >= 'A' && x <= 'P'
		}
		if !fits {
			return feature.No
		}
	}
	if len(b) < frame+2*34 {
		return unlessEnd(c)
	}
	return feature.Yes
}

// A Parser follows the begin of a session.
type Parser struct {
	streams  [2]stream
	cli      half
	srv      half
	dialects []span
	shares   []share
	version  [2]uint8 // of the messages, by direction; 0 when none was seen
	more     uint32   // shares that are not in the list
	short    bool     // a bound cut something off
	lost     bool
	sealed   bool
	text     []byte
	info     Info
	views    views
}

// A stream is one direction.
type stream struct {
	skip     int // bytes to pass over
	messages uint8
	resync   bool // behind a gap a message has to begin
	over     bool
}

// Data reads the messages of a direction.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	s := &p.streams[c.Dir]
	if c.Lost > 0 {
		p.lost = true
		s.resync = c.Lost > s.skip
		s.skip = max(s.skip-c.Lost, 0)
	}
	for used < len(c.Bytes) && !s.over {
		n := p.step(s, c.Dir, c.Bytes[used:])
		if n == 0 {
			return used, feature.More
		}
		used += n
	}
	s.over = s.over || c.EOF
	if p.streams[0].over && p.streams[1].over {
		return len(c.Bytes), feature.Done
	}
	return len(c.Bytes), feature.More
}

// step reads a message as far as it matters, or passes over bytes; 0 is for
// more of them.
func (p *Parser) step(s *stream, dir feature.Dir, b []byte) int {
	if s.skip > 0 {
		n := min(s.skip, len(b))
		s.skip -= n
		return n
	}
	if len(b) < frame {
		return 0
	}
	if s.resync {
		if len(b) < frame+4 {
			return 0
		}
		if s.resync = false; Match(&feature.Chunk{Bytes: b}) != feature.Yes {
			s.over = true
			return len(b)
		}
	}
	n := frame + int(binary.BigEndian.Uint32(b)&0xffffff)
	want := min(n, frame+head2)
	if len(b) < want {
		return 0
	}
	if p.matters(dir, b[:want]) {
		if want = min(n, maxHead); len(b) < want {
			return 0
		}
		p.message(dir, b[:want], n > want)
	}
	if s.messages++; s.messages == maxMessages {
		s.over = true
	}
	s.skip = n - want
	return want
}

// matters looks at the frame and the header of a message.
func (p *Parser) matters(dir feature.Dir, b []byte) bool {
	if b[0] == sessionRequest {
		return true
	}
	if b[0] != sessionMessage || len(b) < frame+head1 {
		return false
	}
	m := b[frame:]
	switch string(m[:4]) {
	case magic1:
		p.version[dir] = 1
		return m[4] == negotiate1 || m[4] == sessionSetup1 || m[4] == treeConnect1
	case magic2:
		p.version[dir] = 2
		return len(m) == head2 && (le16(m[12:]) <= treeConnect2 || le32(m[20:]) != 0)
	case encrypted:
		p.sealed = true
		p.streams[0].over, p.streams[1].over = true, true
	}
	return false
}

// message reads one of which the first bytes are there.
func (p *Parser) message(dir feature.Dir, b []byte, cut bool) {
	if b[0] == sessionRequest {
		p.names(dir, b[frame:])
		return
	}
	p.short = p.short || cut
	m := b[frame:]
	if string(m[:4]) == magic1 {
		p.message1(dir, m)
		return
	}
	for len(m) >= head2 { // messages may be chained
		p.message2(dir, m)
		next := int(le32(m[20:]))
		if next < head2 || next > len(m) {
			return
		}
		m = m[next:]
	}
}

// names reads the names of a session request.
func (p *Parser) names(dir feature.Dir, b []byte) {
	if len(b) < 2*34 || p.cli.called.len > 0 {
		return
	}
	p.cli.saw(dir)
	p.cli.called, p.cli.calling = p.netbios(b[1:33]), p.netbios(b[35:67])
}

// netbios keeps a name without the spaces at its end and the type behind them
// (RFC 1001 section 14.1).
func (p *Parser) netbios(b []byte) span {
	var name [16]byte
	for i := range name {
		name[i] = (b[2*i]-'A')<<4 | (b[2*i+1]-'A')&15
	}
	n := 15
	for n > 0 && (name[n-1] == ' ' || name[n-1] == 0) {
		n--
	}
	return p.keep(name[:n])
}

func le16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// Cut forgets what was reported; where the streams are stays.
func (p *Parser) Cut() {
	streams := p.streams
	p.Reset()
	p.streams = streams
}

// Held implements feature.Holder. A share has 48 bytes.
func (p *Parser) Held() int { return len(p.text) + 4*len(p.dialects) + 48*len(p.shares) }

// Reset forgets all, and keeps the memory, which is bounded.
func (p *Parser) Reset() {
	*p = Parser{dialects: p.dialects[:0], shares: p.shares[:0], text: p.text[:0], views: p.views.reset()}
}
