// Package mqtt reads how clients of MQTT 3.1, 3.1.1 and 5 connect, and the
// server's answer (OASIS MQTT 3.1.1 and 5.0, sections 3.1 and 3.2).
//
// A parser takes about 400 bytes and the text that is reported.
package mqtt

import (
	"joy/feature"
	"joy/wire"
)

// Module is MQTT over TCP, on any port.
var Module = feature.Module{
	Key:   "mqtt",
	Doc:   "MQTT: client, version, user and will of the connection, and the answer",
	Over:  feature.TCP,
	Ports: []uint16{1883},
	Match: Match,
	Keep:  maxPacket,
	New:   func(s *feature.Settings) feature.Parser { return &Parser{set: s} },
}

// Packet types with their flags.
const (
	connect   = 0x10
	connAck   = 0x20
	maxPacket = 8 << 10 // bytes of a packet that is read
	maxText   = 256     // bytes of a text that are reported
)

// Flags of CONNECT.
const (
	cleanStart   = 0x02
	willFlag     = 0x04
	willQoS      = 0x18
	willRetain   = 0x20
	passwordFlag = 0x40
	userFlag     = 0x80
)

// Match wants a CONNECT with the name of the protocol.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) == 0 {
		return feature.Maybe
	}
	if b[0] != connect {
		return feature.No
	}
	_, head, guess := length(b)
	if guess != feature.Yes {
		return guess
	}
	return isName(b[head:])
}

// length reads the length of a packet, and the number of bytes before what it
// counts (section 2.2.3 of MQTT 3.1.1).
func length(b []byte) (n, head int, g feature.Guess) {
	for i := 1; i < len(b); i++ {
		n |= int(b[i]&0x7f) << (7 * (i - 1))
		switch {
		case b[i]&0x80 == 0:
			return n, i + 1, feature.Yes
		case i == 4:
			return 0, 0, feature.No
		}
	}
	return 0, 0, feature.Maybe
}

func isName(b []byte) feature.Guess {
	guess := feature.No
	for _, name := range [...]string{"\x00\x04MQTT", "\x00\x06MQIsdp"} {
		switch n := min(len(b), len(name)); {
		case string(b[:n]) != name[:n]:
		case n == len(name):
			return feature.Yes
		default:
			guess = feature.Maybe
		}
	}
	return guess
}

// A Parser waits for CONNECT and its answer.
type Parser struct {
	set     *feature.Settings
	connect Connect
	answer  Answer
	dir     feature.Dir // of the client
	asked   bool
	told    bool // there is a Connect to report
	replied bool
	text    []byte
	info    Info
}

// Data reads the first packet of each side.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	b := c.Bytes
	if len(b) == 0 || p.asked && c.Dir == p.dir {
		return len(b), feature.More
	}
	n, head, guess := length(b)
	switch {
	case guess == feature.Maybe && !c.EOF:
		return 0, feature.More
	case guess != feature.Yes || b[0] != connect && b[0] != connAck:
		return len(b), feature.Done
	}
	whole := head+n <= len(b)
	if !whole && !c.EOF && len(b) < maxPacket {
		return 0, feature.More
	}
	body := b[head:min(len(b), head+n, maxPacket)]
	if b[0] == connAck {
		if len(body) >= 2 {
			p.answer = Answer{Code: body[1], SessionPresent: body[0]&1 != 0}
			p.replied = true
		}
		return len(b), feature.Done
	}
	p.read(body)
	p.connect.Truncated = p.connect.Truncated || !whole
	p.dir, p.asked, p.told = c.Dir, true, true
	if p.replied {
		return len(b), feature.Done
	}
	return len(b), feature.More
}

func (p *Parser) read(b []byte) {
	r := wire.NewReader(b)
	r.Sub16()
	m := Connect{Version: r.Uint8() & 0x7f} // the first bit marks bridges
	flags := r.Uint8()
	m.KeepAlive, m.Clean, m.HasWill = r.Uint16(), flags&cleanStart != 0, flags&willFlag != 0
	properties(&r, m.Version)
	m.ClientID = p.field(&r)
	if m.HasWill {
		m.WillQoS, m.WillRetain = flags&willQoS>>3, flags&willRetain != 0
		properties(&r, m.Version)
		m.WillTopic = p.field(&r)
		r.Sub16()
	}
	if flags&userFlag != 0 {
		m.User = p.secret(&r)
	}
	if flags&passwordFlag != 0 {
		m.Password = p.secret(&r)
	}
	m.Truncated = r.Bad()
	p.connect = m
}

// properties passes over those of version 5.
func properties(r *wire.Reader, version uint8) {
	if version != 5 {
		return
	}
	n := 0
	for shift := 0; shift < 28; shift += 7 {
		c := r.Uint8()
		n |= int(c&0x7f) << shift
		if c&0x80 == 0 {
			break
		}
	}
	r.Skip(n)
}

func (p *Parser) field(r *wire.Reader) []byte {
	sub := r.Sub16()
	return p.keep(sub.Rest())
}

func (p *Parser) secret(r *wire.Reader) []byte {
	sub := r.Sub16()
	b := sub.Rest()
	if p.set.Secrets || len(b) == 0 {
		return p.keep(b)
	}
	return p.keep([]byte(p.set.Digest(b)))
}

func (p *Parser) keep(b []byte) []byte {
	start := len(p.text)
	p.text = append(p.text, b[:min(len(b), maxText)]...)
	return p.text[start:len(p.text):len(p.text)]
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	if p.told && v.Has(p.dir) {
		p.info.Connect = &p.connect
	}
	if p.replied && v.Has(p.server()) {
		p.info.Answer = &p.answer
	}
	if p.info == (Info{}) {
		return nil
	}
	return &p.info
}

// server is the direction of the answer; without a question it is In, as Match
// only knows clients.
func (p *Parser) server() feature.Dir { return p.dir ^ 1 }

// Cut forgets what was reported.
func (p *Parser) Cut() { *p = Parser{set: p.set, dir: p.dir, asked: p.asked, text: p.text[:0]} }

// Held implements feature.Holder.
func (p *Parser) Held() int { return len(p.text) }

// Reset forgets all and keeps the memory for text, which is little.
func (p *Parser) Reset() { *p = Parser{set: p.set, text: p.text[:0]} }
