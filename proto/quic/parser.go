package quic

import (
	"slices"

	"joy/feature"
	"joy/proto/tls"
)

// Bounds of the work for one flow.
const (
	maxPackets = 256  // with a long header, after which the Parser has enough
	maxDerived = 16   // sets of keys that are made
	maxSwapped = 8    // that come before the client's first one
	maxHeld    = 1500 // bytes of a packet whose keys are not known yet
	maxKept    = 1 << 10
)

// Parser follows the handshake of a connection.
type Parser struct {
	hs      tls.Handshake
	sides   [2]side
	secrets *secrets // of the packets that opened, nil before and behind them
	held    *held
	packets uint16
	client  int8 // 0: not known, else 1 + Dir of the client
	derived uint8
	proven  bool // the server has sent a Retry: the next keys are of the same connection
	other   bool // the server has sent a version negotiation: the next keys are of another one
	old     bool // transport parameters have the old form
}

// A side is one direction.
type side struct {
	crypto stream
	next   int64 // packet number that is expected
	extra  *extra
	seen   seen
	hellos uint8 // that are complete
	secret bool  // a Handshake packet was seen
}

// What was seen of a side is reported, and then forgotten.
type seen struct {
	version     uint32 // the last new one
	token       uint32
	packets     [kinds]uint16 // at most maxPackets
	undecrypted uint16
	dcid, scid  cid
	some        bool // a packet
	first       bool // the connection ids are there
	cut         bool // a packet was longer than what was captured
}

// extra is what few connections have.
type extra struct {
	versions   []uint32 // before the last one
	retry      cid
	retried    bool
	retryToken uint32
	offered    []byte // versions
	name       []byte // in a hello of QUIC Crypto
	agent      []byte
	closed     bool
	code       uint64
	reason     []byte
}

// A held packet is an Initial that came before the client's first one.
type held struct {
	packet []byte
	dir    feature.Dir
}

// New returns a Parser for one flow.
func New() *Parser { return &Parser{hs: tls.Handshake{Carrier: tls.OverQUIC}} }

// Data reads a datagram, which may hold several packets.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	b := c.Bytes
	if len(b) > 0 && b[0]&0x80 == 0 {
		p.public(c.Dir, b)
	}
	for len(b) > 0 && !p.enough() {
		h, ok := parse(b)
		if !ok {
			break
		}
		p.packet(c.Dir, &h, b[:min(h.end, len(b))])
		b = b[min(h.end, len(b)):]
	}
	if !p.enough() {
		return len(c.Bytes), feature.More
	}
	p.finish()
	return len(c.Bytes), feature.Done
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.hs.Cut()
	for d := range p.sides {
		s := &p.sides[d]
		s.seen, s.extra = seen{}, nil
	}
}

// Held implements feature.Holder.
func (p *Parser) Held() int {
	n := p.hs.Held() + p.secrets.held()
	if p.held != nil {
		n += len(p.held.packet)
	}
	for d := range p.sides {
		n += p.sides[d].crypto.held() + p.sides[d].extra.held()
	}
	return n
}

// held is the bytes of an extra, which is about 200 itself.
func (x *extra) held() int {
	if x == nil {
		return 0
	}
	return 200 + 4*len(x.versions) + len(x.offered) + len(x.name) + len(x.agent) + len(x.reason)
}

// Reset makes the Parser as new.
func (p *Parser) Reset() {
	p.hs.Reset()
	for d := range p.sides {
		s := &p.sides[d]
		s.crypto.reset()
		*s = side{crypto: s.crypto}
	}
	*p = Parser{hs: p.hs, sides: p.sides}
}

// enough: both hellos are there, and the next level shows that the last one was
// no HelloRetryRequest; or the client has gone on to it anyway. A connection
// whose client is not known was seen too late, if packets were not swapped.
func (p *Parser) enough() bool {
	a, b := &p.sides[0], &p.sides[1]
	switch {
	case p.packets >= maxPackets:
		return true
	case a.hellos > 0 && b.hellos > 0:
		return a.secret || b.secret
	case p.client > 0:
		return p.sides[p.clientDir()].secret
	case a.extra.hasHello() || b.extra.hasHello():
		return true
	}
	return (a.secret || b.secret) && (p.held == nil || p.packets >= maxSwapped)
}

func (x *extra) hasHello() bool { return x != nil && len(x.name) > 0 }

// finish gives back the memory that nobody needs any more.
func (p *Parser) finish() {
	p.secrets, p.held = nil, nil
	for d := range p.sides {
		p.sides[d].crypto.finish()
	}
}

// clientDir is the side of the client; the one that opened the flow as long as
// nobody has shown to be it.
func (p *Parser) clientDir() feature.Dir {
	if p.client == 0 {
		return feature.Out
	}
	return feature.Dir(p.client - 1)
}

// packet takes one packet with a long header.
func (p *Parser) packet(d feature.Dir, h *header, b []byte) {
	p.packets++
	s := &p.sides[d]
	s.note(h)
	s.seen.cut = s.seen.cut || h.end > len(b)
	switch h.kind {
	case negotiation:
		p.other = true
		s.offer(h.rest)
	case retry:
		p.proven = true
		if x := s.rare(); !x.retried { // a client obeys the first one only
			x.retried, x.retryToken = true, uint32(len(h.token))
			x.retry.set(h.scid)
		}
	case handshake:
		s.secret = true
	case initial:
		if h.salt == "" {
			s.hello(findHello(h.rest))
			return
		}
		p.initial(d, h, b)
	}
}

// note keeps what the header tells.
func (s *side) note(h *header) {
	q := &s.seen
	q.some = true
	q.packets[h.kind]++
	if h.kind == negotiation {
		return
	}
	q.setVersion(s, h.version)
	if !q.first && h.kind != retry {
		q.first = true
		q.dcid.set(h.dcid)
		q.scid.set(h.scid)
	}
	if h.kind == initial && q.token == 0 {
		q.token = uint32(len(h.token))
	}
}

// setVersion makes a version the last one, if it is new.
func (q *seen) setVersion(s *side, v uint32) {
	if v == q.version || s.extra != nil && slices.Contains(s.extra.versions, v) {
		return
	}
	if q.version != 0 {
		x := s.rare()
		if len(x.versions) == maxVersions {
			return
		}
		x.versions = append(x.versions, q.version)
	}
	q.version = v
}

// offer keeps the versions of a version negotiation.
func (s *side) offer(versions []byte) {
	x := s.rare()
	x.offered = append(x.offered[:0], versions[:min(len(versions), maxKept)]...)
}

func (s *side) rare() *extra {
	if s.extra == nil {
		s.extra = new(extra)
	}
	return s.extra
}

// public takes a packet of Google's versions up to Q043.
func (p *Parser) public(d feature.Dir, b []byte) {
	h, ok := parsePublic(b)
	if !ok || !plausible(h.rest) {
		return
	}
	p.packets++
	s := &p.sides[d]
	if isVersions(h.rest) {
		s.note(&header{kind: negotiation})
		s.offer(b[versionAt:])
		return
	}
	s.note(&header{version: h.version, dcid: h.id})
	s.hello(findHello(h.rest))
}

// hello keeps what the first hello of QUIC Crypto says.
func (s *side) hello(name, agent []byte, ok bool) {
	if !ok || s.extra.hasHello() {
		return
	}
	x := s.rare()
	x.name = append(x.name[:0], name[:min(len(name), maxKept)]...)
	x.agent = append(x.agent[:0], agent[:min(len(agent), maxKept)]...)
}

// initial takes an Initial packet.
func (p *Parser) initial(d feature.Dir, h *header, b []byte) {
	s := &p.sides[d]
	if h.end > len(b) || p.repeats(d, h) {
		return
	}
	x := scratches.Get().(*scratch)
	plain, ok := p.open(x, d, h, b)
	if !ok {
		s.seen.undecrypted++
		p.hold(d, b)
	} else {
		p.frames(d, plain)
	}
	x.release()
	if p.client > 0 && p.held != nil {
		p.release()
	}
}

// repeats reports whether a packet can only bring the client's hello once more.
func (p *Parser) repeats(d feature.Dir, h *header) bool {
	c := p.clientDir()
	return p.client > 0 && d == c && p.sides[c].hellos > p.sides[1-c].hellos && h.version == p.secrets.version && p.secrets.cid.is(h.dcid)
}

// hold keeps a packet of the server that has overtaken the client's first one.
func (p *Parser) hold(d feature.Dir, b []byte) {
	if p.client == 0 && p.held == nil && len(b) <= maxHeld {
		p.held = &held{slices.Clone(b), d}
	}
}

// release takes that packet again, now that its keys are known.
func (p *Parser) release() {
	w := p.held
	p.held = nil
	h, ok := parse(w.packet)
	if q := &p.sides[w.dir].seen; ok && w.dir != p.clientDir() {
		q.undecrypted = max(q.undecrypted, 1) - 1 // zero after a Cut
		p.initial(w.dir, &h, w.packet)
	}
}

// frames takes the frames of an Initial packet of side d.
func (p *Parser) frames(d feature.Dir, plain []byte) {
	s := &p.sides[d]
	speaks := p.secrets.dialect
	for f, rest, ok := nextFrame(plain, speaks.frames); ok; f, rest, ok = nextFrame(rest, speaks.frames) {
		if f.typ == frameClose {
			x := s.rare()
			x.closed, x.code = true, f.code
			x.reason = append(x.reason[:0], f.data[:min(len(f.data), maxCloseReason)]...)
			continue
		}
		got := s.crypto.add(f.offset, f.data)
		switch {
		case len(got) == 0:
		case speaks.crypto:
			s.hello(parseHello(got))
		default:
			n := p.hs.Hellos(d)
			p.hs.Write(d, got)
			s.hellos += uint8(p.hs.Hellos(d) - n)
		}
	}
}
