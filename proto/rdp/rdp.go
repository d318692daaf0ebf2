// Package rdp reads how connections of the Remote Desktop Protocol begin
// ([MS-RDPBCGR] sections 2.2.1.1 to 2.2.1.3), in packets of TPKT (RFC 1006) and
// X.224: what the client asks for and what the server takes. TLS, if that is
// taken, begins behind it.
//
// A parser is about 400 bytes with at most 600 bytes of text, and waits for at
// most 4 KiB.
package rdp

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"joy/feature"
)

// Module is RDP, on any port.
var Module = feature.Module{
	Key:     "rdp",
	Doc:     "RDP: cookie, requested and negotiated security, and what a client says of itself in clear",
	Over:    feature.TCP,
	Ports:   []uint16{3389},
	Match:   Match,
	Keep:    maxPacket,
	New:     func(*feature.Settings) feature.Parser { return new(Parser) },
	Carries: true,
}

const (
	maxPacket = 4096
	fixed     = 11  // bytes of TPKT and X.224 in front of what is RDP's own
	longest   = 259 // bytes of the longest packet of X.224 with a connection request
	request   = 0xe0
	confirm   = 0xd0 // types of X.224
)

// Match wants a connection request or confirm of X.224 that has what only RDP
// adds. Without it, which old clients do, the conference must begin behind.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) > 0 && b[0] != 3 || !connects(b) {
		return feature.No
	}
	n := fixed
	if len(b) >= fixed {
		n = int(b[4]) + 5
	}
	if len(b) < n {
		return unlessEnd(c)
	}
	own, ok := readOptions(b[fixed:n])
	switch {
	case !ok:
		return feature.No
	case !own.empty():
		return feature.Yes
	}
	// X.224 data, with MCS's connect-initial or connect-response in it.
	behind := b[n:]
	for i, want := range [...]byte{3, 0, 0, 0, 2, 0xf0, 0x80, 0x7f, 0x65 + (request-b[5])>>4} {
		switch {
		case i >= len(behind):
			return unlessEnd(c)
		case behind[i] != want && i != 2 && i != 3: // the length
			return feature.No
		}
	}
	return feature.Yes
}

func unlessEnd(c *feature.Chunk) feature.Guess {
	if c.EOF {
		return feature.No
	}
	return feature.Maybe
}

// connects reports whether b can be the begin of a connection request or
// confirm: its lengths fit, its class is 0, and a request is for no connection
// that is there.
func connects(b []byte) bool {
	switch {
	case len(b) > 1 && b[1] != 0 || len(b) > 2 && b[2] > longest>>8:
		return false
	case len(b) > 4 && (int(b[2])<<8|int(b[3]) != int(b[4])+5 || int(b[4])+5 < fixed):
		return false
	case len(b) > 5 && b[5] != request && b[5] != confirm:
		return false
	case len(b) >= fixed && (b[10] != 0 || b[5] == request && (b[6] != 0 || b[7] != 0)):
		return false
	}
	return true
}

// A Parser follows the begin of a connection.
type Parser struct {
	opts  [2]options // what the connection request and the confirm say
	kinds [2]byte    // their types, 0 for none
	told  [2]bool    // they were reported
	over  [2]bool
	core  core
	text  []byte
	from  Client
	to    Server
	info  Info
}

// Data reads the first packets of both sides.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if c.Lost > 0 {
		return 0, feature.Done
	}
	for used < len(c.Bytes) && !p.over[c.Dir] {
		n, v := p.packet(c.Dir, c.Bytes[used:])
		used += n
		if v != feature.More {
			return used, v
		}
		if n == 0 {
			return used, feature.More
		}
	}
	if p.over[0] && p.over[1] || c.EOF {
		return len(c.Bytes), feature.Done
	}
	return len(c.Bytes), feature.More
}

// packet reads a packet. What is none, behind a request, is TLS: its confirm
// was not seen.
func (p *Parser) packet(dir feature.Dir, b []byte) (n int, v feature.Verdict) {
	if b[0] != 3 && p.kinds[dir] == request {
		return 0, feature.Switch
	}
	if len(b) < 7 {
		return 0, feature.More
	}
	n = int(binary.BigEndian.Uint16(b[2:]))
	if b[0] != 3 || n < 7 || n > maxPacket {
		p.over[dir] = true
		return len(b), feature.More
	}
	if len(b) < n {
		return 0, feature.More
	}
	if p.kinds[dir] != 0 || n < fixed || !connects(b[:n]) {
		p.over[dir] = true
		p.core.read(b[7:n], dir)
		return n, feature.More
	}
	p.connection(dir, b[:n])
	if p.opts[dir].kind == response && p.opts[dir].value != 0 {
		return n, feature.Switch
	}
	return n, feature.More
}

// connection reads a connection request or confirm. Behind the latter the
// server has nothing to tell.
func (p *Parser) connection(dir feature.Dir, b []byte) {
	p.kinds[dir] = b[5]
	p.over[dir] = b[5] == confirm
	o, _ := readOptions(b[fixed:])
	o.cookie, o.token = p.keep(o.cookie), p.keep(o.token)
	p.opts[dir] = o
}

func (p *Parser) keep(b []byte) []byte {
	start := len(p.text)
	p.text = append(p.text, b...)
	return p.text[start:len(p.text):len(p.text)]
}

// options are what RDP adds to a connection request or confirm.
type options struct {
	cookie []byte // user, or what stands for it
	token  []byte // any other line
	value  uint32 // protocols, or why it failed
	kind   byte   // 0 for none
	flags  byte
}

const response, failure = 2, 3 // kinds of options; 1 is a request

func (o *options) empty() bool { return o.kind == 0 && o.cookie == nil && o.token == nil }

// readOptions reads a line and a structure, both optional. ok is false when
// there is something else.
func readOptions(b []byte) (o options, ok bool) {
	if i := bytes.Index(b, []byte("\r\n")); i > 0 && b[0] >= ' ' {
		if user, is := bytes.CutPrefix(b[:i], []byte("Cookie: mstshash=")); is {
			o.cookie = user
		} else {
			o.token = b[:i]
		}
		b = b[i+2:]
	}
	if len(b) == 0 {
		return o, true
	}
	if len(b) < 8 || b[0] == 0 || b[0] > failure || b[2] != 8 || b[3] != 0 {
		return o, false
	}
	o.kind, o.flags, o.value = b[0], b[1], binary.LittleEndian.Uint32(b[4:])
	return o, true
}

// core is what a client says of itself in the conference's core data
// ([MS-RDPBCGR] section 2.2.1.3.2).
type core struct {
	name          [15 * utf8.UTFMax]byte
	nameLen       uint8
	build         uint32
	keyboard      uint32
	width, height uint16
	dir           feature.Dir
	has           bool
}

// read finds the core data behind the client's key ([T.124] section 8.7).
func (c *core) read(b []byte, dir feature.Dir) {
	i := bytes.Index(b, []byte("Duca"))
	if i < 0 {
		return
	}
	b = b[i+4:]
	i = bytes.Index(b, []byte{0x01, 0xc0})
	if i < 0 || i > 2 || len(b) < i+24+32 {
		return
	}
	b = b[i:]
	c.has, c.dir = true, dir
	c.width, c.height = binary.LittleEndian.Uint16(b[8:]), binary.LittleEndian.Uint16(b[10:])
	c.keyboard, c.build = binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint32(b[20:])
	name := c.name[:0]
	for at := 24; at < 24+30; at += 2 {
		r := rune(binary.LittleEndian.Uint16(b[at:]))
		if r == 0 {
			break
		}
		if utf16.IsSurrogate(r) {
			r = utf8.RuneError
		}
		name = utf8.AppendRune(name, r)
	}
	c.nameLen = uint8(len(name))
}

// Cut forgets what was reported; what comes later is another protocol.
func (p *Parser) Cut() {
	kinds, over := p.kinds, p.over
	p.Reset()
	p.kinds, p.over = kinds, over
	p.told = [2]bool{kinds[0] != 0, kinds[1] != 0}
}

// Reset forgets all.
func (p *Parser) Reset() { *p = Parser{text: p.text[:0]} }
