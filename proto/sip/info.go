package sip

import (
	"bytes"

	"joy/feature"
)

// Info lists the messages of the flow in their order, at most 32.
type Info []Message

// A Message is a request or a response. Values are cut behind 256 bytes; what a
// message has not is absent.
type Message struct {
	// Method of a request, such as INVITE. Source: RFC 3261 section 7.1.
	Method feature.Text `json:"method,omitempty"`
	// Who or what the request is for.
	URI feature.Text `json:"uri,omitempty"`
	// Status of a response, such as 200. Source: RFC 3261 section 7.2.
	Status uint16 `json:"status,omitempty"`
	// Text of the status.
	Reason feature.Text `json:"reason,omitempty"`
	// Who calls, with the tag.
	From feature.Text `json:"from,omitempty"`
	// Who is called, with the tag.
	To feature.Text `json:"to,omitempty"`
	// Call.
	CallID feature.Text `json:"call_id,omitempty"`
	// Number and method of the request in the call.
	CSeq feature.Text `json:"cseq,omitempty"`
	// Where the sender can be reached.
	Contact feature.Text `json:"contact,omitempty"`
	// Software of who asks (User-Agent).
	UserAgent feature.Text `json:"user_agent,omitempty"`
	// Software of who answers (Server).
	Server feature.Text `json:"server,omitempty"`
	// Credentials (Authorization, Proxy-Authorization), as digest unless secrets=1.
	Authorization feature.Text `json:"authorization,omitempty"`
	// In the last entry only: messages that are not listed, since more than 32, or
	// more than 16 KiB, came for one record; absent for none.
	More uint32 `json:"more,omitempty"`

	dir feature.Dir
}

// A field is a header that is read.
type field uint8

const (
	other field = iota
	from
	to
	callID
	cseq
	contact
	userAgent
	server
	authorization
	contentLength
)

var fields = [...]struct {
	name  string
	short byte // compact form (RFC 3261 section 7.3.3), 0 for none
	field field
}{
	{"from", 'f', from},
	{"to", 't', to},
	{"call-id", 'i', callID},
	{"cseq", 0, cseq},
	{"contact", 'm', contact},
	{"user-agent", 0, userAgent},
	{"server", 0, server},
	{"content-length", 'l', contentLength},
	{"authorization", 0, authorization},
	{"proxy-authorization", 0, authorization},
}

func fieldOf(name []byte) field {
	for i := range fields {
		f := &fields[i]
		if len(name) == 1 && f.short != 0 && name[0]|0x20 == f.short || len(name) == len(f.name) && bytes.EqualFold(name, []byte(f.name)) {
			return f.field
		}
	}
	return other
}

// first sets the value of a field, of several the first one.
func (p *Parser) first(m *Message, f field, v []byte) {
	var t *feature.Text
	switch f {
	case from:
		t = &m.From
	case to:
		t = &m.To
	case callID:
		t = &m.CallID
	case cseq:
		t = &m.CSeq
	case contact:
		t = &m.Contact
	case userAgent:
		t = &m.UserAgent
	case server:
		t = &m.Server
	case authorization:
		t = &m.Authorization
		if !p.set.Secrets && len(v) > 0 {
			v = []byte(p.set.Digest(v))
		}
	default:
		return
	}
	if *t == nil {
		*t = p.keep(v)
	}
}

func (p *Parser) keep(b []byte) feature.Text {
	start := len(p.text)
	p.text = append(p.text, b[:min(len(b), maxValue)]...)
	return p.text[start:len(p.text):len(p.text)]
}

// Info is what was found, nil for nothing; it is valid until the next call.
func (p *Parser) Info(v feature.View) Info {
	p.info = p.info[:0]
	for _, m := range p.list {
		if v.Has(m.dir) {
			p.info = append(p.info, m)
		}
	}
	if len(p.info) == 0 {
		return nil
	}
	last := &p.info[len(p.info)-1]
	for dir, n := range p.more {
		if v.Has(feature.Dir(dir)) {
			last.More += n
		}
	}
	return p.info
}
