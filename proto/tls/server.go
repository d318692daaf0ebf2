package tls

import (
	"bytes"

	"joy/feature"
	"joy/wire"
)

// serverHello adds a ServerHello of side d. A HelloRetryRequest stands in for
// it until it comes.
func (b *builder) serverHello(s Hello, h *Handshake, d feature.Dir, cut, retry bool) {
	if b.final {
		return
	}
	b.final = !retry
	i := &b.info
	i.SExtensions, i.SALPN, i.SGroup = i.SExtensions[:0], nil, 0
	i.SVersion, i.SLegacy = versionCode(s.Version), s.Version
	i.SRandom, i.SSID = s.Random, s.SessionID
	if len(s.Suites) == 2 {
		i.HasSCS, i.SCS = true, Code(s.Suites[0])<<8|Code(s.Suites[1])
	}
	if len(s.Compression) == 1 {
		i.SCompression = s.Compression[0]
	}
	psk := false
	for r := wire.NewReader(s.Extensions); r.Len() > 0; {
		typ, data := nextExtension(&r)
		if s.Bad = s.Bad || r.Bad(); r.Bad() && (cut || data == nil) {
			break
		}
		i.SExtensions = append(i.SExtensions, Extension{typ, data})
		b.serverExtension(typ, data)
		psk = psk || typ == extPreSharedKey
	}
	if retry {
		b.retryExts = append(b.retryExts[:0], i.SExtensions...)
		b.retry.SExtensions = b.retryExts
		b.retry.Group = i.SGroup
		_, b.retry.Cookie = s.Extension(extCookie)
		i.HelloRetry, i.SGroup = &b.retry, 0
	} else {
		i.Resumed = psk || i.SVersion < 6 && len(s.SessionID) > 0 && bytes.Equal(s.SessionID, h.sessionID(1-d))
	}
	i.Malformed = i.Malformed || s.Bad && !cut
	if !cut && !s.Bad {
		b.ja3s(&s)
	}
}

// sessionID is that of the first ClientHello of side d.
func (h *Handshake) sessionID(d feature.Dir) []byte {
	for w := h.sides[d].walk(); w.next(); {
		switch w.typ {
		case typeClientHello:
			return ParseClientHello(w.body, h.Carrier).SessionID
		case typeSSL2ClientHello:
			return parseSSL2Client(w.body).SessionID
		}
	}
	return nil
}

func (b *builder) serverExtension(typ uint16, data []byte) {
	i := &b.info
	r := wire.NewReader(data)
	switch typ {
	case extSupportedVersions:
		if v := r.Uint16(); !r.Bad() {
			i.SVersion = versionCode(v)
		}
	case extKeyShare, extKeyShareDraft:
		i.SGroup = Group(r.Uint16())
	case extALPN:
		l := r.Sub16()
		i.SALPN = vector(&l, int(l.Uint8()))
	}
}

// ssl2Server adds the hello of an SSL 2 server. It selects no suite: the client
// does.
func (b *builder) ssl2Server(s *Hello, cert []byte, cut bool) {
	i := &b.info
	if b.final {
		return
	}
	b.final = true
	i.SVersion, i.SSID = versionCode(s.Version), s.SessionID
	i.Malformed = i.Malformed || s.Bad && !cut
	if len(cert) > 0 {
		i.SCert = append(i.SCert, b.known(cert, len(cert)))
	}
}

// appendKeyExchange appends what is reported of the body of a
// ServerKeyExchange: named group, signature algorithm and the length in bits of
// the prime, two bytes each. Which form it has depends on the suite (RFC 5246
// 7.4.3, RFC 8422 5.4); the forms are told apart by their lengths, so that it
// need not be known. dst may share its end with the body.
func appendKeyExchange(dst, body []byte) []byte {
	var group, alg, bits uint16
	if g, a, ok := curveExchange(body); ok {
		group, alg = g, a
	} else if n, a, ok := primeExchange(body); ok {
		bits, alg = n, a
	}
	return append(dst, byte(group>>8), byte(group), byte(alg>>8), byte(alg), byte(bits>>8), byte(bits))
}

const namedCurve = 3

func curveExchange(body []byte) (group, alg uint16, ok bool) {
	r := wire.NewReader(body)
	if r.Uint8() != namedCurve {
		return 0, 0, false
	}
	group = r.Uint16()
	r.Skip(int(r.Uint8()))
	alg, ok = signature(&r)
	return group, alg, ok
}

func primeExchange(body []byte) (bits, alg uint16, ok bool) {
	r := wire.NewReader(body)
	p, g, y := r.Sub16(), r.Sub16(), r.Sub16()
	if p.Len() < 8 || g.Len() == 0 || y.Len() == 0 {
		return 0, 0, false
	}
	alg, ok = signature(&r)
	return uint16(min(bitLen(p.Rest()), 1<<16-1)), alg, ok
}

// signature reads what ends a ServerKeyExchange: nothing (anonymous), a
// signature, or since TLS 1.2 its algorithm and the signature. Up to TLS 1.1
// the algorithm is 0.
func signature(r *wire.Reader) (alg uint16, ok bool) {
	b := r.Rest()
	switch n := len(b); {
	case r.Bad():
		return 0, false
	case n == 0:
		return 0, true
	case n >= 4 && int(b[2])<<8|int(b[3]) == n-4:
		return uint16(b[0])<<8 | uint16(b[1]), true
	case n >= 2 && int(b[0])<<8|int(b[1]) == n-2:
		return 0, true
	}
	return 0, false
}

func (b *builder) serverKeyExchange(body []byte) {
	r := wire.NewReader(body)
	group, alg, bits := r.Uint16(), r.Uint16(), r.Uint16()
	b.info.SSigAlg, b.info.SDHBits = SigAlg(alg), uint32(bits)
	if group != 0 {
		b.info.SGroup = Group(group)
	}
}
