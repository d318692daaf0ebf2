package tls

import (
	"sync"

	"joy/feature"
)

// A builder makes an Info, and owns what it points to. It is needed only while
// a record is written, so builders are shared and not part of each Handshake.
type builder struct {
	info Info
	view feature.View
	next *builder // of the same Handshake

	arena
	cache *cache // of certificates

	retry   HelloRetry
	ech     ECH
	final   bool   // the ServerHello is no HelloRetryRequest
	hellos  int    // ClientHellos seen
	echData []byte // the extension of the first one

	retryExts   []Extension
	retryShares []Group
	types       []uint16
	lens        []uint32
	codes       []uint16 // scratch of the fingerprints
}

// builders holds those that no Handshake uses at present. It is a cache of
// memory and no state.
var builders = sync.Pool{New: func() any { return new(builder) }}

// Bounds of a builder that is kept.
const (
	keepText = 64 << 10
	keepList = 1 << 10
)

// release gives the builders of a Handshake back.
func release(b *builder) *builder {
	for b != nil {
		next := b.next
		if cap(b.text) <= keepText && cap(b.info.CExtensions) <= keepList && cap(b.info.SExtensions) <= keepList &&
			cap(b.info.CS) <= keepList && cap(b.attributes) <= keepList && cap(b.info.SNI) <= keepList &&
			cap(b.info.ALPN) <= keepList && cap(b.retryExts) <= keepList {
			b.next = nil
			builders.Put(b)
		}
		b = next
	}
	return nil
}

// builder gives an empty one for a View: the same each time.
func (h *Handshake) builder(v feature.View) *builder {
	b := h.built
	for b != nil && b.view != v {
		b = b.next
	}
	if b == nil {
		b = builders.Get().(*builder)
		b.view, b.next, h.built = v, h.built, b
	}
	b.reset()
	if b.cache != nil {
		b.cache.turn++
	}
	return b
}

func (b *builder) reset() {
	i := &b.info
	b.info = Info{
		SNI: i.SNI[:0], CS: i.CS[:0], CExtensions: i.CExtensions[:0], SExtensions: i.SExtensions[:0],
		ALPN: i.ALPN[:0], Versions: i.Versions[:0], Groups: i.Groups[:0], KeyShares: i.KeyShares[:0],
		SigAlgs: i.SigAlgs[:0], SigAlgsCert: i.SigAlgsCert[:0], CertCompression: i.CertCompression[:0],
		PSKModes: i.PSKModes[:0], Alerts: i.Alerts[:0], CCert: i.CCert[:0], SCert: i.SCert[:0], SRLT: i.SRLT[:0],
	}
	*b = builder{
		info: b.info, view: b.view, next: b.next, arena: b.arena.reset(), cache: b.cache,
		retryExts: b.retryExts[:0], retryShares: b.retryShares[:0],
		types: b.types[:0], lens: b.lens[:0], codes: b.codes[:0],
	}
}

// Info is what the messages tell of a View, nil for nothing. It is valid until
// the next Cut or Reset.
func (h *Handshake) Info(v feature.View) *Info {
	if !h.has(v) {
		return nil
	}
	b := h.builder(v)
	for d := range feature.Dir(2) {
		if v.Has(d) {
			b.side(h, d)
		}
	}
	b.info.Carrier, b.info.ClientIn = h.Carrier, h.client == 1+int8(feature.In)
	b.twins(h)
	b.alerts(h)
	b.records(&h.records)
	return &b.info
}

// has reports whether there is anything to tell.
func (h *Handshake) has(v feature.View) bool {
	for d := range feature.Dir(2) {
		if v.Has(d) && (len(h.sides[d].buf) > 0 || h.records.n[d] > 0) {
			return true
		}
	}
	for _, a := range h.alerts {
		if v.Has(a.dir) {
			return true
		}
	}
	return false
}

// side adds the messages that side d has sent.
func (b *builder) side(h *Handshake, d feature.Dir) {
	i := &b.info
	i.Truncated = i.Truncated || h.sides[d].cut
	server := h.client == 1 && d == feature.In || h.client == 2 && d == feature.Out || h.client == 0 && d == feature.In
	for w := h.sides[d].walk(); w.next(); {
		i.Truncated = i.Truncated || w.cut
		switch w.typ {
		case typeClientHello:
			b.clientHello(ParseClientHello(w.body, h.Carrier), h, w.cut)
		case typeSSL2ClientHello:
			b.ssl2Client(parseSSL2Client(w.body), w.cut)
		case typeServerHello:
			b.serverHello(ParseServerHello(w.body), h, d, w.cut, isRetry(w.body))
		case typeSSL2ServerHello:
			hello, cert := parseSSL2Server(w.body)
			b.ssl2Server(&hello, cert, w.cut)
		case typeCertificate:
			b.certificates(w.body, w.cut, server)
		case typeServerKeyExchange:
			b.serverKeyExchange(w.body)
		case typeClientKeyExchange:
			i.CKeyExchange, i.CKeyLength = w.body, uint32(len(w.body))*8
		case typeCertificateRequest:
			i.CertRequested = true
		case typeNewSessionTicket:
			if !w.cut && len(w.body) == 4 {
				i.NewTicket = true
				i.TicketLifetime = uint32(w.body[0])<<24 | uint32(w.body[1])<<16 | uint32(w.body[2])<<8 | uint32(w.body[3])
			}
		}
	}
}

// either reports whether something is so for a direction of the View.
func (b *builder) either(of [2]bool) bool {
	return of[0] && b.view.Has(feature.Out) || of[1] && b.view.Has(feature.In)
}

// twins: both sides are clients, or servers.
func (b *builder) twins(h *Handshake) {
	if b.view != feature.Both {
		return
	}
	var clients, servers int
	for d := range h.sides {
		for w := h.sides[d].walk(); w.next(); {
			switch w.typ {
			case typeClientHello, typeSSL2ClientHello:
				clients |= 1 << d
			case typeServerHello, typeSSL2ServerHello:
				servers |= 1 << d
			}
		}
	}
	switch {
	case clients == 3:
		b.info.Error = "twin clients"
	case servers == 3:
		b.info.Error = "twin servers"
	}
}

func (b *builder) alerts(h *Handshake) {
	b.info.MoreAlerts = b.either(h.more)
	for _, a := range h.alerts {
		if !b.view.Has(a.dir) {
			continue
		}
		level := "warning"
		if a.level == 2 {
			level = "fatal"
		}
		b.info.Alerts = append(b.info.Alerts, Alert{Dir: b.arrow(a.dir), Level: level, Code: a.code, Name: alertName(uint16(a.code))})
	}
}

// arrow is ">" for what the source of the record has sent. A record of one
// direction has no other.
func (b *builder) arrow(d feature.Dir) string {
	if b.view == feature.Both && d == feature.In {
		return "<"
	}
	return ">"
}

func (b *builder) records(l *list) {
	i := &b.info
	i.SRLTMore, i.Lost = b.either(l.cut), b.either(l.lost)
	var since uint64 // the last one that is listed, microseconds
	for n, r := range l.recs {
		since += uint64(r.after)
		if !b.view.Has(r.dir) {
			continue
		}
		rec := Record{B: r.size, Dir: b.arrow(r.dir), TP: r.typ}
		if len(i.SRLT) > 0 {
			rec.IPT = uint32(min(since/1000, 1<<32-1))
		}
		since = 0
		if r.typ == typeHandshake {
			t, s := len(b.types), len(b.lens)
			for _, m := range l.msgs {
				if int(m.entry) == n+1 {
					b.types, b.lens = append(b.types, uint16(m.typ)), append(b.lens, m.size)
				}
			}
			rec.HSTypes, rec.HSLens = b.types[t:], b.lens[s:]
		}
		i.SRLT = append(i.SRLT, rec)
	}
}
