// Package sip reads the messages of SIP over UDP and TCP (RFC 3261): start
// lines, who calls whom, and with what.
//
// A parser keeps at most 32 messages of a record with at most 16 KiB of text. An
// idle one takes about 150 bytes beside what it reports.
package sip

import (
	"bytes"

	"joy/feature"
)

// Module is SIP, on any port.
var Module = feature.Module{
	Key:   "sip",
	Doc:   "SIP: requests and responses with their parties, call and software",
	Over:  feature.UDP | feature.TCP,
	Ports: []uint16{5060},
	Match: Match,
	Keep:  maxHead,
	New:   func(s *feature.Settings) feature.Parser { return &Parser{set: s} },
}

const (
	maxHead     = 16 << 10 // bytes of a message before its body
	maxMessages = 32       // of a record
	maxText     = 16 << 10 // bytes of text of a record
	maxValue    = 256      // bytes of a value
	maxOne      = 4 << 10  // bytes of text of a message: all its values
	version     = "SIP/2.0"
)

var methods = [...]string{
	"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "SUBSCRIBE", "NOTIFY", "PUBLISH", "INFO", "REFER", "MESSAGE", "UPDATE",
}

// Match wants a start line: its version is what HTTP and RTSP have not.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if n := min(len(b), len(version)); string(b[:n]) == version[:n] {
		switch {
		case n < len(version):
			return maybe(c)
		case len(b) > n && b[n] != ' ':
			return feature.No
		}
		return feature.Yes
	}
	if b[0] < 'A' || b[0] > 'U' {
		return feature.No
	}
	method := false
	for _, m := range methods {
		if b[0] != m[0] {
			continue
		}
		n := min(len(b), len(m))
		method = method || string(b[:n]) == m[:n] && (len(b) == n || b[n] == ' ')
	}
	if !method {
		return feature.No
	}
	line, _, whole := bytes.Cut(b[:min(len(b), 1024)], []byte("\n"))
	switch {
	case whole && bytes.HasSuffix(bytes.TrimRight(line, "\r"), []byte(" "+version)):
		return feature.Yes
	case whole || len(b) >= 1024:
		return feature.No
	}
	return maybe(c)
}

func maybe(c *feature.Chunk) feature.Guess {
	if c.EOF {
		return feature.No
	}
	return feature.Maybe
}

// A Parser lists messages.
type Parser struct {
	set  *feature.Settings
	list []Message
	text []byte
	body [2]uint32 // bytes of a body that are still to come
	more [2]uint32
	info Info
}

// Data reads messages; over TCP they follow one another, with line ends between.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if c.Lost > 0 {
		if uint32(c.Lost) > p.body[c.Dir] {
			return len(c.Bytes), feature.Done // where the next message begins is not known
		}
		p.body[c.Dir] -= uint32(c.Lost)
	}
	for used < len(c.Bytes) {
		b := c.Bytes[used:]
		if n := min(int(p.body[c.Dir]), len(b)); n > 0 {
			p.body[c.Dir] -= uint32(n)
			used += n
			continue
		}
		if b[0] == '\r' || b[0] == '\n' || b[0] == 0 {
			used++
			continue
		}
		head, _, whole := bytes.Cut(b, []byte("\r\n\r\n"))
		m := feature.Chunk{Bytes: b, EOF: c.EOF}
		switch guess := Match(&m); {
		case guess == feature.No:
			return len(c.Bytes), feature.More // a keep-alive, or another protocol
		case !whole:
			return used, feature.More
		}
		p.read(c.Dir, head)
		used += len(head) + 4
	}
	return used, feature.More
}

// read lists a message.
func (p *Parser) read(dir feature.Dir, head []byte) {
	line, rest := nextLine(head)
	if len(p.list) == maxMessages || len(p.text) > maxText-maxOne {
		p.more[dir]++
		p.headers(nil, dir, rest)
		return
	}
	p.list = append(p.list, Message{dir: dir})
	m := &p.list[len(p.list)-1]
	if first, second, _ := bytes.Cut(line, []byte(" ")); string(first) == version {
		code, reason, _ := bytes.Cut(second, []byte(" "))
		for _, c := range code[:min(len(code), 3)] {
			m.Status = 10*m.Status + uint16(c-'0')%10
		}
		m.Reason = p.keep(reason)
	} else {
		uri, _, _ := bytes.Cut(second, []byte(" "))
		m.Method, m.URI = p.keep(first), p.keep(uri)
	}
	p.headers(m, dir, rest)
}

// headers reads what is wanted; without a message only the length of the body.
func (p *Parser) headers(m *Message, dir feature.Dir, b []byte) {
	p.body[dir] = 0
	for len(b) > 0 {
		var line []byte
		line, b = nextLine(b)
		name, value, _ := bytes.Cut(line, []byte(":"))
		name, value = bytes.TrimRight(name, " \t"), bytes.TrimSpace(value)
		field := fieldOf(name)
		if field == contentLength {
			p.body[dir] = number(value)
		}
		if m != nil {
			p.first(m, field, value)
		}
	}
}

// number reads a length; one that is not possible is 0.
func number(b []byte) (n uint32) {
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<24 {
			return 0
		}
		n = 10*n + uint32(c-'0')
	}
	return n
}

func nextLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\r\n"))
	return line, rest
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	*p = Parser{set: p.set, list: p.list[:0], text: p.text[:0], body: p.body}
}

// Held implements feature.Holder. A message has about 300 bytes beside its text.
func (p *Parser) Held() int { return len(p.text) + 300*len(p.list) }

// Reset forgets all and keeps the memory, which is bounded.
func (p *Parser) Reset() {
	*p = Parser{set: p.set, list: p.list[:0], text: p.text[:0], info: p.info[:0]}
}
