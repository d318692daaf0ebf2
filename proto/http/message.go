package http

import (
	"bytes"

	"joy/feature"
)

// reading is what is known of the message that a side is sending.
type reading struct {
	length    int64    // Content-Length, or -1
	headers   uint32   // lines
	block     uint32   // bytes of header lines
	code      int16    // of a response
	exchange  int16    // where the message is
	request   bool     //
	stored    bool     // it is the last one of the store
	continued bool     // its first headers were reported in the record before
	cut       bool     // a line of it was cut
	bodyEnded bool     // no more of the body is kept
	chunked   bool     //
	close     bool     // the connection ends behind the response
	upgrade   switched // named by Upgrade
	method    method   // of the request, or of that which a response answers
}

type method uint8

const (
	other method = iota
	unknown
	head
	connect
)

type switched uint8

const (
	notSwitched switched = iota
	toOther
	toWebSocket
	toHTTP2
	toTunnel
)

func (s switched) String() string {
	return [...]string{"", "other", "websocket", "h2c", "tunnel"}[s]
}

// begin starts a message whose start line is l, at the start of b.
func (p *Parser) begin(d feature.Dir, l *start, b []byte) {
	s := &p.sides[d]
	p.found, s.seen, s.state = true, true, inHeaders
	s.message = reading{request: !l.response, length: -1}
	m := &s.message
	if l.response {
		m.code = int16(l.code[0]-'0')*100 + int16(l.code[1]-'0')*10 + int16(l.code[2]-'0')
		m.close = l.version[7] == '0'
		p.answer(d)
	} else {
		p.ask(d, methodOf(b[:l.method]))
	}
	if !m.stored {
		return
	}
	if l.response {
		s.addPart("version", l.version, Open, p.set)
		s.addPart("code", l.code, Open, p.set)
		if len(l.reason) > 0 {
			s.addPart("reason", l.reason, Open, p.set)
		}
		return
	}
	s.addPart("method", b[:l.method], Open, p.set)
	s.addPart("uri", l.uri, URL, p.set)
	if len(l.version) > 0 {
		s.addPart("version", l.version, Open, p.set)
	}
}

func methodOf(m []byte) method {
	switch string(m) {
	case "HEAD":
		return head
	case "CONNECT":
		return connect
	}
	return other
}

// header reads a line with those that are folded into it.
func (p *Parser) header(d feature.Dir, line []byte, folded bool) {
	s := &p.sides[d]
	m := &s.message
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		if l, g := startLine(line, true); g == feature.Yes {
			p.begin(d, &l, line) // the end of the block before was lost
			return
		}
	}
	m.headers++
	m.block += uint32(len(line))
	if m.continued {
		m.continued, m.cut = false, true
		p.stand(d)
	}
	name := trim(line[:max(colon, 0)])
	if len(name) == 0 || line[0] <= ' ' {
		s.leave()
		return
	}
	value := trim(line[colon+1:])
	if folded {
		value = p.unfold(value)
	}
	if s.state == inHeaders {
		m.framing(name, value)
	}
	if m.headers > maxHeaders || m.block > maxBlock {
		s.leave()
		return
	}
	m.cut = m.cut || len(name) > maxName
	if m.stored {
		AddHeader(&s.Elements, name, value, p.set)
	}
}

// unfold puts one space where a line was folded (RFC 9112, section 5.2).
func (p *Parser) unfold(value []byte) []byte {
	p.scratch = p.scratch[:0]
	for len(value) > 0 {
		line, rest := splitAt(value, '\n')
		p.scratch = append(p.scratch, trim(line)...)
		value = trim(rest)
		if len(value) > 0 {
			p.scratch = append(p.scratch, ' ')
		}
	}
	return p.scratch
}

// framing looks for headers that tell where the body ends and what comes
// behind it.
func (m *reading) framing(name, value []byte) {
	switch len(name) {
	case len("Upgrade"):
		if is(name, "Upgrade") {
			m.upgrade = upgradeTo(value)
		}
	case len("Connection"):
		if !is(name, "Connection") {
			return
		}
		if is(value, "close") {
			m.close = true
		} else if is(value, "keep-alive") {
			m.close = false
		}
	case len("Content-Length"):
		if m.length < 0 && is(name, "Content-Length") {
			m.length = decimal(value)
		}
	case len("Transfer-Encoding"):
		if is(name, "Transfer-Encoding") {
			m.chunked = len(value) >= 7 && is(value[len(value)-7:], "chunked")
		}
	}
}

func upgradeTo(value []byte) switched {
	switch {
	case is(value, "websocket"):
		return toWebSocket
	case is(value, "h2c"):
		return toHTTP2
	}
	return toOther
}

// decimal is a number, or -1.
func decimal(b []byte) (n int64) {
	if len(b) == 0 || len(b) > 18 {
		return -1
	}
	for _, c := range b {
		if !digit(c) {
			return -1
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// endOfHeaders tells what is behind a header block (RFC 9112, section 6.3).
func (p *Parser) endOfHeaders(d feature.Dir) feature.Verdict {
	s := &p.sides[d]
	m := &s.message
	m.continued = false
	if m.stored && !m.cut {
		s.messages[len(s.messages)-1].marks &^= Cut
	}
	if s.state == inTrailer {
		s.state = atStart
		return feature.More
	}
	if p.datagrams {
		s.state = toEnd
		return feature.More
	}
	if !m.request {
		if v := p.endOfResponse(d); v != feature.More || s.state != inHeaders {
			return v
		}
	}
	switch {
	case m.chunked:
		s.state = atChunk
	case m.length > 0:
		s.state, s.left = inBody, m.length
	case m.request && m.method == connect:
		s.state = held
	case !m.request && m.length < 0:
		s.state = toEnd
	default:
		s.state = atStart
	}
	return feature.More
}

// endOfResponse handles responses that have no body, whatever their headers
// say, and those that end HTTP.
func (p *Parser) endOfResponse(d feature.Dir) feature.Verdict {
	s := &p.sides[d]
	m := &s.message
	switch {
	case m.code == 101:
		p.switches(m, max(m.upgrade, toOther))
		if m.upgrade == toWebSocket {
			return feature.Done
		}
		return feature.Switch
	case m.method == connect && m.code/100 == 2:
		p.switches(m, toTunnel)
		return feature.Switch
	case m.code/100 == 1, m.code == 204, m.code == 304, m.method == head:
		s.state = atStart
	}
	if o := &p.sides[1-d]; o.state == held && m.code >= 200 {
		o.state = atStart
	}
	return feature.More
}

func (p *Parser) switches(m *reading, to switched) {
	if m.stored {
		p.exchanges[m.exchange].switched = to
	}
}

// cutAt completes a start line that goes on behind b.
func (l *start) cutAt(b []byte) {
	l.cut, l.size = true, len(b)
	if l.response {
		l.reason = trim(b[12:])
	} else {
		l.uri = b[l.method+1:]
	}
}
