package kerberos

import "joy/feature"

// Tags of DER (X.690).
const (
	tagInteger  = 0x02
	tagOctets   = 0x04
	tagSequence = 0x30
	application = 0x60
	context     = 0xa0
)

// Types of messages, which are their tags too (RFC 4120 section 5.10).
const (
	asReq  = 10
	asRep  = 11
	tgsReq = 12
	tgsRep = 13
	apReq  = 14
	apRep  = 15
	krbErr = 30
)

// A reader reads elements of DER. What is longer than the bytes that are there
// is read up to their end, and noted in cut: messages may have been captured in
// part.
type reader struct {
	b   []byte
	cut bool
}

// next is the tag and the contents of the next element, 0 at the end.
func (r *reader) next() (tag byte, v []byte) {
	if len(r.b) < 2 {
		r.cut = r.cut || len(r.b) > 0
		r.b = nil
		return 0, nil
	}
	n, head := int(r.b[1]), 2
	if n > 0x7f {
		head += n & 0x7f
		if head > 2+4 || n == 0x80 {
			r.b = nil // no message has such a length
			return 0, nil
		}
		if head > len(r.b) {
			r.b, r.cut = nil, true
			return 0, nil
		}
		n = 0
		for _, c := range r.b[2:head] {
			n = n<<8 | int(c)
		}
	}
	tag, v = r.b[0], r.b[head:]
	if n < 0 || n > len(v) {
		r.cut = true
		n = len(v)
	}
	r.b = v[n:]
	return tag, v[:n]
}

// inside is a reader of the contents of the next element if that has the tag.
func (r *reader) inside(tag byte) reader {
	t, v := r.next()
	if t != tag {
		return reader{cut: r.cut}
	}
	return reader{b: v, cut: r.cut}
}

// integer reads a number; whole is false when there is none.
func (r *reader) integer() (n int32, whole bool) {
	t, v := r.next()
	if t != tagInteger || len(v) == 0 || len(v) > 4 {
		return 0, false
	}
	n = int32(int8(v[0]))
	for _, c := range v[1:] {
		n = n<<8 | int32(c)
	}
	return n, true
}

// read fills in a message from what is behind its type.
func (p *Parser) read(m *Message, kind byte, r *reader) {
	for {
		tag, v := r.next()
		if tag == 0 {
			break
		}
		f := reader{b: v, cut: r.cut}
		switch kind {
		case asReq, tgsReq:
			p.request(m, tag-context, &f)
		case asRep, tgsRep:
			p.reply(m, tag-context, &f)
		case apReq:
			if tag == context+3 {
				p.ticket(m, &f)
			}
		case krbErr:
			p.failure(m, tag-context, &f)
		}
		m.Truncated = m.Truncated || f.cut
	}
	m.Truncated = m.Truncated || r.cut || p.short
}

// request reads a field of KDC-REQ and its body (RFC 4120 section 5.4.1).
func (p *Parser) request(m *Message, field byte, f *reader) {
	switch field {
	case 3:
		m.padata(f)
	case 4:
		body := f.inside(tagSequence)
		for {
			tag, v := body.next()
			if tag == 0 {
				break
			}
			p.body(m, tag-context, &reader{b: v, cut: body.cut})
		}
		f.cut = body.cut
	}
}

func (p *Parser) body(m *Message, field byte, f *reader) {
	switch field {
	case 1:
		m.Client = p.principal(f)
	case 2:
		m.Realm = p.name(f)
	case 3:
		m.Service = p.principal(f)
	case 5:
		m.Till = p.name(f)
	case 8:
		m.etypes(f)
	}
}

// reply reads a field of KDC-REP (RFC 4120 section 5.4.2).
func (p *Parser) reply(m *Message, field byte, f *reader) {
	switch field {
	case 2:
		m.padata(f)
	case 3:
		m.ClientRealm = p.name(f)
	case 4:
		m.Client = p.principal(f)
	case 5:
		p.ticket(m, f)
	case 6:
		if n, ok := encrypted(f); ok {
			m.Etypes = append(m.Etypes, n)
		}
	}
}

// ticket reads what a ticket has in clear (RFC 4120 section 5.3).
func (p *Parser) ticket(m *Message, f *reader) {
	outer := f.inside(application + 1)
	t := outer.inside(tagSequence)
	for {
		tag, v := t.next()
		if tag == 0 {
			break
		}
		f := reader{b: v, cut: t.cut}
		switch tag - context {
		case 1:
			m.Realm = p.name(&f)
		case 2:
			m.Service = p.principal(&f)
		case 3:
			m.TicketEtype, m.HasTicket = encrypted(&f)
		}
	}
	f.cut = t.cut
}

// encrypted reads the type of EncryptedData (RFC 4120 section 5.2.9).
func encrypted(f *reader) (Etype, bool) {
	data := f.inside(tagSequence)
	number := data.inside(context)
	n, ok := number.integer()
	return Etype(n), ok
}

// failure reads a field of KRB-ERROR (RFC 4120 section 5.9.1).
func (p *Parser) failure(m *Message, field byte, f *reader) {
	switch field {
	case 6:
		n, ok := f.integer()
		m.Error, m.HasError = ErrorCode(n), ok
	case 7:
		m.ClientRealm = p.name(f)
	case 8:
		m.Client = p.principal(f)
	case 9:
		m.Realm = p.name(f)
	case 10:
		m.Service = p.principal(f)
	case 11:
		m.Text = p.name(f)
	case 12:
		if m.Error != preauthRequired && m.Error != preauthFailed {
			return
		}
		octets := f.inside(tagOctets)
		m.padata(&octets)
	}
}

// padata reads the types of a list of PA-DATA (RFC 4120 section 5.2.7).
func (m *Message) padata(f *reader) {
	list := f.inside(tagSequence)
	for len(list.b) > 0 {
		if len(m.Preauth) == maxList {
			m.Truncated = true
			break
		}
		pa := list.inside(tagSequence)
		number := pa.inside(context + 1)
		if n, ok := number.integer(); ok {
			m.Preauth = append(m.Preauth, Preauth(n))
		}
	}
	f.cut = f.cut || list.cut
}

// etypes reads the list of offered encryption types.
func (m *Message) etypes(f *reader) {
	list := f.inside(tagSequence)
	for len(list.b) > 0 {
		if len(m.Etypes) == maxList {
			m.Truncated = true
			break
		}
		n, ok := list.integer()
		if !ok {
			break
		}
		m.Etypes = append(m.Etypes, Etype(n))
	}
}

// name reads a string of any kind.
func (p *Parser) name(f *reader) feature.Text {
	start := len(p.text)
	_, v := f.next()
	p.add(v)
	return p.text[start:len(p.text):len(p.text)]
}

// principal reads a name of several parts, with slashes between them (RFC 4120
// section 6.2).
func (p *Parser) principal(f *reader) feature.Text {
	name := f.inside(tagSequence)
	name.next() // its type
	parts := name.inside(context + 1)
	list := parts.inside(tagSequence)
	start := len(p.text)
	for {
		tag, v := list.next()
		if tag == 0 || len(p.text)-start > maxName {
			break
		}
		if len(p.text) > start {
			p.add([]byte("/"))
		}
		p.add(v)
	}
	return p.text[start:len(p.text):len(p.text)]
}

// add adds to the text as much as it may grow.
func (p *Parser) add(b []byte) {
	n := min(len(b), maxName, maxText-len(p.text))
	p.short = p.short || n < len(b)
	p.text = append(p.text, b[:n]...)
}
