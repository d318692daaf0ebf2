// Package kerberos reads the messages of Kerberos 5 (RFC 4120) between clients
// and key distribution centers, over UDP and TCP, and those between clients and
// services (AP-REQ, AP-REP).
//
// A parser reports up to 16 messages with at most 8 KiB of text in all. Over
// TCP messages of up to 64 KiB are read, longer ones are passed over.
package kerberos

import (
	"encoding/binary"

	"joy/feature"
)

// Module is Kerberos, on any port.
var Module = feature.Module{
	Key:   "kerberos",
	Doc:   "Kerberos: realms, principals, encryption types, pre-authentication and errors",
	Over:  feature.UDP | feature.TCP,
	Ports: []uint16{88},
	Match: Match,
	Keep:  4 + maxMessage,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

const (
	maxMessage  = 64 << 10 // bytes of a message that is read, over TCP
	maxMessages = 16       // that are reported
	maxLooked   = 64       // that are looked at
	maxText     = 8 << 10  // bytes of all names
	maxName     = 512      // bytes of a name
	maxList     = 32       // entries of a list
	maxKept     = 16 << 10 // memory for text that is kept for the next flow
)

// Match wants the tag of a message, its version 5, and its type again.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if c.Over == feature.TCP {
		switch {
		case len(b) > 0 && b[0] != 0 || len(b) > 1 && b[1] > maxMessage>>16:
			return feature.No
		case len(b) < 5:
			return unlessEnd(c)
		}
		b = b[4:]
	}
	if len(b) == 0 || b[0]>>5 != application>>5 || kinds[b[0]&31] == "" {
		return feature.No
	}
	_, _, ok, short := open(b)
	switch {
	case ok:
		return feature.Yes
	case short && c.Over == feature.TCP:
		return unlessEnd(c)
	}
	return feature.No
}

func unlessEnd(c *feature.Chunk) feature.Guess {
	if c.EOF {
		return feature.No
	}
	return feature.Maybe
}

// open reads the begin of a message: its tag, its version and its type. short
// says that it was not all there.
func open(b []byte) (kind byte, rest reader, ok, short bool) {
	r := reader{b: b}
	tag, body := r.next()
	kind = tag & 31
	r = reader{b: body, cut: r.cut}
	if tag, body = r.next(); tag != tagSequence {
		return 0, r, false, r.cut && tag == 0
	}
	r = reader{b: body, cut: r.cut}
	field := byte(context)
	if kind == asReq || kind == tgsReq {
		field++ // RFC 4120 section 5.4.1 counts from 1
	}
	for _, want := range [2]byte{5, kind} {
		tag, v := r.next()
		n := reader{b: v, cut: r.cut}
		if number, whole := n.integer(); tag != field || !whole || number != int32(want) {
			return 0, r, false, r.cut && (tag == 0 || tag == field && !whole)
		}
		field++
	}
	return kind, r, true, false
}

// A Parser follows the messages of a flow.
type Parser struct {
	messages []Message
	more     uint32
	skip     [2]uint64 // bytes to pass over, by direction
	looked   uint8
	lost     bool
	short    bool // a name was cut off
	text     []byte
	view     []Message
	info     Info
}

// Data reads messages.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if c.Over == feature.UDP {
		p.message(c.Dir, c.Bytes)
		return len(c.Bytes), p.verdict()
	}
	if c.Lost > 0 {
		p.lost = true
		if uint64(c.Lost) > p.skip[c.Dir] {
			return len(c.Bytes), feature.Done // where the next message begins is not known
		}
		p.skip[c.Dir] -= uint64(c.Lost)
	}
	for used < len(c.Bytes) {
		n := p.step(c, c.Bytes[used:])
		if n == 0 {
			break
		}
		if used += n; p.verdict() == feature.Done {
			return used, feature.Done
		}
	}
	return used, feature.More
}

// step reads a message, or passes over one; 0 is for more bytes.
func (p *Parser) step(c *feature.Chunk, b []byte) int {
	if skip := &p.skip[c.Dir]; *skip > 0 {
		n := min(*skip, uint64(len(b)))
		*skip -= n
		return int(n)
	}
	if len(b) < 4 {
		return 0
	}
	n := int(binary.BigEndian.Uint32(b))
	switch {
	case n > maxMessage:
		p.more++
		p.looked++
		p.skip[c.Dir] = uint64(n)
		return 4
	case len(b) < 4+n:
		return 0
	}
	p.message(c.Dir, b[4:4+n])
	return 4 + n
}

func (p *Parser) verdict() feature.Verdict {
	if p.looked >= maxLooked {
		return feature.Done
	}
	return feature.More
}

// message reports a message, or counts it.
func (p *Parser) message(dir feature.Dir, b []byte) {
	p.looked++
	kind, r, ok, _ := open(b)
	if !ok {
		return
	}
	if len(p.messages) == maxMessages {
		p.more++
		return
	}
	p.short = false
	m := p.next()
	m.Kind, m.Dir, m.dir = kinds[kind], dirs[dir], dir
	p.read(m, kind, &r)
}

// next is a message at the end of the list, with the memory of an earlier one.
func (p *Parser) next() *Message {
	n := len(p.messages)
	if n == cap(p.messages) {
		p.messages = append(p.messages, Message{})
	}
	p.messages = p.messages[:n+1]
	m := &p.messages[n]
	*m = Message{Etypes: m.Etypes[:0], Preauth: m.Preauth[:0]}
	return m
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.view = p.view[:0]
	for i := range p.messages {
		if v.Has(p.messages[i].dir) {
			p.view = append(p.view, p.messages[i])
		}
	}
	if len(p.view) == 0 {
		return nil
	}
	p.info = Info{Messages: p.view, More: p.more, Gap: p.lost}
	return &p.info
}

// Cut forgets what was reported, and goes on in the streams.
func (p *Parser) Cut() {
	looked, skip := p.looked, p.skip
	p.Reset()
	p.looked, p.skip = looked, skip
}

// Held implements feature.Holder. A message has about 300 bytes, and up to as
// many in its lists.
func (p *Parser) Held() int { return len(p.text) + 512*len(p.messages) }

// Reset forgets all, and keeps memory for the next flow.
func (p *Parser) Reset() {
	text := p.text[:0]
	if cap(text) > maxKept {
		text = nil
	}
	*p = Parser{messages: p.messages[:0], text: text, view: p.view[:0]}
}
