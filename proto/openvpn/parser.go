package openvpn

import (
	"bytes"

	"joy/feature"
	"joy/proto/tls"
)

// Bounds of what is looked at, after which the Parser has enough.
const (
	maxSealed  = 16       // messages that are not of data, when they cannot be read
	maxControl = 2048     // such messages, when they can
	maxData    = 64       // messages of data: the handshake is over when they begin
	maxScan    = 64 << 10 // bytes of a direction in search of a message behind a gap
)

// Info has the reset of each side.
type Info struct {
	// Reset of the side that opened the flow; absent for none.
	Out *Reset `json:"out,omitempty"`
	// Reset of the other side; absent for none.
	In *Reset `json:"in,omitempty"`
	// HelloIn is the number of messages that brought the first record of TLS, which
	// holds the hello, of each direction: of it fingerprints are made. 0 when the
	// record is not whole.
	HelloIn [2]uint8 `json:"-"`
	// MAC is the size of the HMAC of control messages in bytes, 0 for none.
	MAC uint8 `json:"-"`
}

// A Reset is the first message of a side.
type Reset struct {
	// Kind: hard_reset_client_v2, hard_reset_server_v2 and so on.
	Opcode string `json:"opcode"`
	// Session that the sender chose, 8 bytes.
	Session feature.Hex `json:"session" anon:"keep"`
	// How control messages are protected: none, tls-auth, tls-crypt, tls-crypt-v2.
	Protection string `json:"protection"`
}

// A Parser keeps the reset of each side, and follows the TLS handshake of the
// session.
type Parser struct {
	sides   [2]side
	tls     tls.Parser
	count   uint16 // messages that are not of data
	data    uint8  // messages of data
	open    bool   // control messages can be read
	front   uint8  // bytes between the session and the acknowledgements in them
	reading bool   // some of the handshake was read
	over    bool   // TLS has all it wants
	info    Info
}

// A side is one direction.
type side struct {
	reset   Reset // to be reported, if it has an Opcode
	session [8]byte
	known   bool // the session is
	again   bool // a reset was seen
	queue   queue
	hello   hello

	// Over TCP:
	skip    int  // bytes to come of a message that is not read
	lost    bool // where the next message begins is not known
	scanned int  // bytes that were searched for it
	over    bool // it is not looked for any more
}

// Data looks at a datagram, or at the messages of a stream.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if c.Over != feature.TCP {
		p.message(c, c.Bytes)
		return len(c.Bytes), p.verdict()
	}
	s := &p.sides[c.Dir]
	if c.Lost > 0 {
		s.lose(c.Lost)
	}
	for used < len(c.Bytes) {
		n := p.step(c, c.Bytes[used:])
		used += n
		if v = p.verdict(); v != feature.More {
			return len(c.Bytes), v
		}
		if n == 0 {
			break
		}
	}
	return used, feature.More
}

// note counts a message by its first byte.
func (p *Parser) note(first byte) {
	switch {
	case first>>3 == dataV1 || first>>3 == dataV2:
		p.data++
	default:
		p.count++
	}
}

// message takes a whole message.
func (p *Parser) message(c *feature.Chunk, b []byte) {
	if len(b) == 0 {
		return
	}
	p.note(b[0])
	switch {
	case !wanted(b[0]):
	case b[0]>>3 == controlV1:
		p.control(c, b)
	default:
		p.reset(c.Dir, b)
	}
}

// reset takes the first message of a side. That of another session counts as
// long as nothing was read of the first one: nobody had answered.
func (p *Parser) reset(d feature.Dir, b []byte) {
	how, front := protection(b)
	s := &p.sides[d]
	same := s.known && len(b) > 9 && bytes.Equal(s.session[:], b[1:9])
	if how == "" || same && s.again || !same && s.known && p.reading {
		return
	}
	if !same {
		copy(s.session[:], b[1:9])
		s.queue.reset()
	}
	s.known, s.again = true, true
	p.open, p.front = front >= 0, uint8(max(0, front))
	s.reset = Reset{Opcode: names[b[0]>>3], Session: s.session[:], Protection: how}
}

func (p *Parser) verdict() feature.Verdict {
	switch {
	case p.data >= maxData, p.count >= maxControl, p.over:
		return feature.Done
	case !p.open && (p.count >= maxSealed || p.sides[0].again && p.sides[1].again):
		return feature.Done
	case p.sides[0].over && p.sides[1].over:
		return feature.Done
	}
	return feature.More
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	if v.Has(feature.Out) && p.sides[0].reset.Opcode != "" {
		p.info.Out = &p.sides[0].reset
	}
	if v.Has(feature.In) && p.sides[1].reset.Opcode != "" {
		p.info.In = &p.sides[1].reset
	}
	if p.info == (Info{}) {
		return nil
	}
	p.info.MAC = max(p.front, replayLen) - replayLen
	for d := range feature.Dir(2) {
		if v.Has(d) {
			p.info.HelloIn[d] = p.sides[d].hello.whole()
		}
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	for d := range p.sides {
		p.sides[d].reset = Reset{}
		p.sides[d].hello.cut()
	}
	p.tls.Cut()
}

// Held implements feature.Holder.
func (p *Parser) Held() int {
	return p.tls.Held() + len(p.sides[0].queue.wait) + len(p.sides[1].queue.wait)
}

// Reset forgets all.
func (p *Parser) Reset() {
	p.tls.Reset()
	for d := range p.sides {
		s := &p.sides[d]
		s.queue.reset()
		*s = side{queue: s.queue}
	}
	*p = Parser{sides: p.sides, tls: p.tls}
}
