// Package snmp reads the Simple Network Management Protocol, versions 1 (RFC
// 1157), 2c (RFC 1901, RFC 3416) and 3 (RFC 3412, RFC 3414).
//
// A parser keeps the first message of each side, in about 500 bytes and its
// text.
package snmp

import (
	"net/netip"
	"strconv"

	"joy/feature"
)

// Module is SNMP, on any port.
var Module = feature.Module{
	Key:   "snmp",
	Doc:   "SNMP: version, community, user, operation and first object of both sides",
	Over:  feature.UDP,
	Ports: []uint16{161, 162},
	Match: Match,
	New:   func(s *feature.Settings) feature.Parser { return &Parser{set: s} },
}

const (
	tagInteger  = 0x02
	tagString   = 0x04
	tagOID      = 0x06
	tagSequence = 0x30
	tagAddress  = 0x40
	tagPDU      = 0xa0 // the first one
	trapV1      = 4    // the PDU that is built otherwise
	maxAlone    = 16   // messages of one side without any of the other
	maxOID      = 64   // numbers of an object identifier
)

var pdus = [...]string{"get", "get_next", "response", "set", "trap", "get_bulk", "inform", "trap2", "report"}

// Match wants a sequence that is as long as the datagram, with a version and
// what follows it.
func Match(c *feature.Chunk) feature.Guess {
	if len(c.Bytes) < 12 || c.Bytes[0] != tagSequence {
		return feature.No
	}
	r := reader{b: c.Bytes}
	message := r.element(tagSequence)
	if r.bad || len(r.b) != 0 {
		return feature.No
	}
	r = reader{b: message}
	version := r.integer()
	if r.bad || version < 0 || version > 3 {
		return feature.No
	}
	if version == 3 {
		r.element(tagSequence)
		r.element(tagString)
	} else {
		r.element(tagString)
		if tag := r.tag(); int(tag)-tagPDU >= len(pdus) || tag < tagPDU {
			return feature.No
		}
		r.element(r.tag())
	}
	if r.bad || version == 2 {
		return feature.No
	}
	return feature.Yes
}

// A Parser keeps the first message of each side, of version 3 the first one
// with a user: those before only ask for the engine (RFC 3414 section 4).
type Parser struct {
	set   *feature.Settings
	sides [2]Message
	seen  [2]uint8
	text  []byte
	info  Info
}

// Data keeps a message if it is the one of its side.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if !p.told(c.Dir) {
		m, ok := p.message(c.Bytes)
		if !ok {
			return len(c.Bytes), feature.More
		}
		p.sides[c.Dir] = m
	}
	p.seen[c.Dir]++
	if p.told(feature.Out) && p.told(feature.In) || p.seen[c.Dir] == maxAlone {
		return len(c.Bytes), feature.Done
	}
	return len(c.Bytes), feature.More
}

// told reports whether the message of a side is there.
func (p *Parser) told(d feature.Dir) bool {
	m := &p.sides[d]
	return p.seen[d] > 0 && (m.Version != 3 || m.User != nil)
}

func (p *Parser) message(b []byte) (m Message, ok bool) {
	outer := reader{b: b}
	r := reader{b: outer.element(tagSequence)}
	m.Version = r.integer()
	if outer.bad || r.bad {
		return m, false
	}
	if m.Version == 3 {
		p.version3(&m, &r)
		return m, true
	}
	m.HasCommunity = true
	m.Community = p.secret(r.element(tagString))
	p.pdu(&m, &r)
	return m, true
}

// version3 reads the header, the parameters of the user based security model,
// and the operation if it is in clear.
func (p *Parser) version3(m *Message, r *reader) {
	header := reader{b: r.element(tagSequence)}
	header.integer()
	header.integer()
	if flags := header.element(tagString); len(flags) == 1 {
		m.Level = [...]string{"noAuthNoPriv", "authNoPriv", "invalid", "authPriv"}[flags[0]&3]
	}
	parameters := reader{b: r.element(tagString)}
	usm := reader{b: parameters.element(tagSequence)}
	m.Engine = p.keep(usm.element(tagString))
	usm.integer()
	usm.integer()
	if user := usm.element(tagString); len(user) > 0 {
		m.User = p.secret(user)
	}
	if r.tag() != tagSequence { // encrypted
		return
	}
	scoped := reader{b: r.element(tagSequence)}
	scoped.element(tagString)
	m.Context = p.keep(scoped.element(tagString))
	p.pdu(m, &scoped)
}

// pdu reads the operation and its first object.
func (p *Parser) pdu(m *Message, r *reader) {
	kind := int(r.tag()) - tagPDU
	if kind < 0 || kind >= len(pdus) {
		return
	}
	m.PDU = pdus[kind]
	body := reader{b: r.element(r.tag())}
	if kind == trapV1 {
		m.Object = p.oid(body.element(tagOID))
		if a := body.element(tagAddress); len(a) == 4 {
			m.Agent = feature.Addr{IP: netip.AddrFrom4([4]byte(a))}
		}
		return
	}
	body.integer()
	if status := body.integer(); kind != 5 { // of a bulk it is a number of objects
		m.Error = status
	}
	body.integer()
	list := reader{b: body.element(tagSequence)}
	first := reader{b: list.element(tagSequence)}
	m.Object = p.oid(first.element(tagOID))
}

// oid writes an object identifier with dots.
func (p *Parser) oid(b []byte) feature.Text {
	start := len(p.text)
	n, count := uint64(0), 0
	for i, c := range b {
		n = n<<7 | uint64(c&0x7f)
		if c&0x80 != 0 {
			continue
		}
		if i == 0 {
			p.text = strconv.AppendUint(p.text, min(n/40, 2), 10)
			n -= 40 * min(n/40, 2)
		}
		p.text = strconv.AppendUint(append(p.text, '.'), n, 10)
		if n, count = 0, count+1; count == maxOID {
			break
		}
	}
	return p.text[start:len(p.text):len(p.text)]
}

func (p *Parser) secret(b []byte) feature.Text {
	if p.set.Secrets || len(b) == 0 {
		return p.keep(b)
	}
	return p.keep([]byte(p.set.Digest(b)))
}

func (p *Parser) keep(b []byte) []byte {
	const most = 256
	start := len(p.text)
	p.text = append(p.text, b[:min(len(b), most)]...)
	return p.text[start:len(p.text):len(p.text)]
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	if v.Has(feature.Out) && p.seen[0] > 0 {
		p.info.Out = &p.sides[0]
	}
	if v.Has(feature.In) && p.seen[1] > 0 {
		p.info.In = &p.sides[1]
	}
	if p.info == (Info{}) {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() { p.Reset() }

// Held implements feature.Holder.
func (p *Parser) Held() int { return len(p.text) }

// Reset forgets all and keeps the memory for text, which is little.
func (p *Parser) Reset() { *p = Parser{set: p.set, text: p.text[:0]} }
