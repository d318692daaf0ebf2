// Package syslog reads the head of messages of syslog: RFC 5424, and the older
// form of RFC 3164, over UDP (RFC 5426) and over TCP with and without the
// length before a message (RFC 6587).
//
// A parser keeps the first message of a flow that has a head, in about 200 bytes
// and its text.
package syslog

import (
	"bytes"

	"joy/feature"
)

// Module is syslog, on any port.
var Module = feature.Module{
	Key:   "syslog",
	Doc:   "syslog: facility, severity, host and program of the first message",
	Over:  feature.UDP | feature.TCP,
	Ports: []uint16{514, 601},
	Match: Match,
	Keep:  maxHead,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

const (
	maxHead = 512 // bytes of a message that are looked at
	maxPRI  = 191 // facility 23, severity 7
)

// Match wants <PRI>, with or without a length before it, and a text behind it.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) == 0 {
		return feature.Maybe
	}
	if b[0] != '<' && (b[0] < '1' || b[0] > '9') {
		return feature.No
	}
	b, guess := framed(b)
	if guess != feature.Yes {
		return guess
	}
	_, rest, guess := priority(b)
	switch {
	case guess != feature.Yes:
		return guess
	case len(rest) < 2:
		return feature.Maybe
	case rest[0] < ' ' || rest[0] > '~' || rest[0] == '<' || rest[1] < ' ' && rest[1] != '\n':
		return feature.No
	}
	return feature.Yes
}

// framed passes over a length and a space.
func framed(b []byte) ([]byte, feature.Guess) {
	if b[0] == '<' {
		return b, feature.Yes
	}
	for i, c := range b[:min(len(b), 6)] {
		switch {
		case c == ' ' && i > 1:
			if len(b) == i+1 {
				return nil, feature.Maybe
			}
			return b[i+1:], feature.Yes
		case c < '0' || c > '9':
			return nil, feature.No
		}
	}
	if len(b) > 5 {
		return nil, feature.No
	}
	return nil, feature.Maybe
}

// priority reads <PRI>, which has no zeros before it (RFC 5424 section 6.2.1).
func priority(b []byte) (n int, rest []byte, g feature.Guess) {
	if b[0] != '<' {
		return 0, nil, feature.No
	}
	for i, c := range b[1:min(len(b), 5)] {
		switch {
		case c == '>' && i > 0 && n <= maxPRI && (b[1] != '0' || i == 1):
			return n, b[i+2:], feature.Yes
		case c < '0' || c > '9':
			return 0, nil, feature.No
		}
		n = 10*n + int(c-'0')
	}
	if len(b) > 4 {
		return 0, nil, feature.No
	}
	return 0, nil, feature.Maybe
}

// A Parser keeps the head of the first message.
type Parser struct {
	message Message
	dir     feature.Dir
	found   bool
	text    []byte
}

// Data reads the first message once its head is there.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if Match(c) == feature.Maybe && !c.EOF {
		return 0, feature.More
	}
	if Match(c) != feature.Yes {
		return len(c.Bytes), feature.Done
	}
	b, _ := framed(c.Bytes)
	n, rest, _ := priority(b)
	if p.found && (p.dir != c.Dir || !bytes.HasPrefix(rest, p.text)) {
		return len(c.Bytes), feature.Done // a second datagram
	}
	end := bytes.IndexAny(rest, "\n\x00")
	if end < 0 && len(c.Bytes) < maxHead && !c.EOF {
		// A datagram does not come again, so what there is of it is read now.
		p.read(c.Dir, n, rest)
		return 0, feature.More
	}
	if end >= 0 {
		rest = rest[:end]
	}
	p.read(c.Dir, n, rest[:min(len(rest), maxHead-16)])
	return len(c.Bytes), feature.Done
}

func (p *Parser) read(dir feature.Dir, pri int, b []byte) {
	*p = Parser{dir: dir, found: true, text: append(p.text[:0], b...)}
	p.message = Message{Facility: facilities[pri>>3], Severity: severities[pri&7]}
	p.message.head(p.text)
}

// Info is the message, nil for none.
func (p *Parser) Info(v feature.View) *Message {
	if !p.found || !v.Has(p.dir) {
		return nil
	}
	return &p.message
}

// Cut forgets what was reported.
func (p *Parser) Cut() { p.Reset() }

// Reset forgets all and keeps the memory for text, which is little.
func (p *Parser) Reset() { *p = Parser{text: p.text[:0]} }
