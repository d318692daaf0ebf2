package tls

import (
	"bytes"

	"joy/feature"
	"joy/wire"
)

// clientHello adds a ClientHello. Of a later one only that counts which the
// server has asked for.
func (b *builder) clientHello(c Hello, h *Handshake, cut bool) {
	i := &b.info
	b.hellos++
	if b.hellos > 1 {
		if h.retried {
			b.secondHello(&c)
		}
		return
	}
	i.CLegacy, i.CRandom, i.CSID = c.Version, c.Random, c.SessionID
	for s := wire.NewReader(c.Suites); s.Len() >= 2; {
		i.CS = append(i.CS, Code(s.Uint16()))
	}
	for r := wire.NewReader(c.Extensions); r.Len() > 0; {
		typ, data := nextExtension(&r)
		if c.Bad = c.Bad || r.Bad(); r.Bad() && (cut || data == nil) {
			break
		}
		i.CExtensions = append(i.CExtensions, Extension{typ, data})
		b.clientExtension(typ, data)
	}
	if b.ech.Type == "outer" || b.ech.Type == "esni" {
		if len(i.SNI) > 0 {
			b.ech.OuterName = i.SNI[0]
		}
	}
	i.Malformed = i.Malformed || c.Bad && !cut
	i.CVersion = c.highest(i.Versions)
	if i.Resumption == "" && len(c.SessionID) > 0 && i.CVersion < 6 {
		i.Resumption = "session_id"
	}
	if !cut && !c.Bad {
		b.ja3(&c)
		b.ja4(&c, h.Carrier)
	}
}

// highest is the highest version that a hello offers.
func (c *Hello) highest(versions []Version) uint8 {
	var code uint8
	for _, v := range versions {
		code = max(code, versionCode(uint16(v)))
	}
	if code == 0 {
		code = versionCode(c.Version)
	}
	return code
}

// secondHello is what a client sends after a HelloRetryRequest.
func (b *builder) secondHello(c *Hello) {
	data, ok := c.Extension(extKeyShare)
	if ok {
		b.retryShares = keyShares(b.retryShares[:0], data)
		b.retry.KeyShares = b.retryShares
	}
	b.info.HelloRetry = &b.retry
	ech, ok := c.Extension(extEncryptedClientHello)
	if !ok || b.ech.Type != "outer" || len(b.echData) < 8 {
		return
	}
	switch {
	case bytes.Equal(ech, b.echData):
		b.ech.Kind = "grease"
	case len(ech) >= 8 && ech[6] == 0 && ech[7] == 0:
		b.ech.Kind = "real"
	}
}

func (b *builder) clientExtension(typ uint16, data []byte) {
	i := &b.info
	r := wire.NewReader(data)
	switch typ {
	case extServerName:
		l := r.Sub16()
		for l.Len() > 0 {
			kind := l.Uint8()
			if name := vector(&l, int(l.Uint16())); kind == 0 && name != nil {
				i.SNI = append(i.SNI, name)
			}
		}
		i.Malformed = i.Malformed || len(data) > 0 && (r.Bad() || l.Bad() || r.Len() > 0)
	case extALPN:
		i.ALPN = protocols(i.ALPN, &r)
	case extSupportedVersions:
		for l := r.Sub8(); l.Len() >= 2; {
			i.Versions = append(i.Versions, Version(l.Uint16()))
		}
	case extSupportedGroups:
		i.Groups = codes(i.Groups, r.Sub16())
	case extSignatureAlgorithms:
		i.SigAlgs = codes(i.SigAlgs, r.Sub16())
	case extSignatureCert:
		i.SigAlgsCert = codes(i.SigAlgsCert, r.Sub16())
	case extKeyShare, extKeyShareDraft:
		i.KeyShares = keyShares(i.KeyShares, data)
	case extCompressCertificate:
		i.CertCompression = codes(i.CertCompression, r.Sub8())
	case extPSKModes:
		for l := r.Sub8(); l.Len() > 0; {
			i.PSKModes = append(i.PSKModes, PSKMode(l.Uint8()))
		}
	case extPreSharedKey:
		i.Resumption = "psk"
	case extEarlyData:
		i.EarlyData = true
	case extSessionTicket:
		if len(data) > 0 && i.Resumption == "" {
			i.Resumption = "ticket"
		}
	case extEncryptedClientHello, extESNI:
		b.encryptedHello(typ, data)
	}
}

// encryptedHello reads the extension of RFC 9849 5, or says that there is its
// forerunner.
func (b *builder) encryptedHello(typ uint16, data []byte) {
	e := &b.ech
	b.info.ECH = e
	if typ == extESNI {
		e.Type = "esni"
		return
	}
	r := wire.NewReader(data)
	if e.Type = "inner"; r.Uint8() == 1 {
		return
	}
	e.Type, b.echData = "outer", data
	e.KDF, e.AEAD, e.ConfigID = KDF(r.Uint16()), AEAD(r.Uint16()), r.Uint8()
	e.EncLen = r.Uint16()
	r.Skip(int(e.EncLen))
	e.PayloadLen = r.Uint16()
	e.HasSuite = !r.Bad()
}

// protocols reads the list of ALPN (RFC 7301 3.1).
func protocols(dst []feature.Text, r *wire.Reader) []feature.Text {
	for l := r.Sub16(); l.Len() > 0; {
		if p := vector(&l, int(l.Uint8())); p != nil {
			dst = append(dst, p)
		}
	}
	return dst
}

// keyShares reads the groups of key shares. Drafts before 23 had another number
// for the extension, and the same form.
func keyShares(dst []Group, data []byte) []Group {
	r := wire.NewReader(data)
	for l := r.Sub16(); l.Len() >= 4; {
		dst = append(dst, Group(l.Uint16()))
		l.Skip(int(l.Uint16()))
	}
	return dst
}

func codes[T ~uint16](dst []T, r wire.Reader) []T {
	for r.Len() >= 2 {
		dst = append(dst, T(r.Uint16()))
	}
	return dst
}

// ssl2Client adds the hello of an SSL 2 client. The suites of later versions
// have a zero before them.
func (b *builder) ssl2Client(c Hello, cut bool) {
	i := &b.info
	if b.hellos++; b.hellos > 1 {
		return
	}
	i.CVersion, i.CRandom, i.CSID = versionCode(c.Version), c.Random, c.SessionID
	i.Malformed = i.Malformed || c.Bad && !cut
	i.CS = ssl2Suites(i.CS, c.Suites)
}

func ssl2Suites(dst []Code, b []byte) []Code {
	for r := wire.NewReader(b); r.Len() >= 3; {
		dst = append(dst, Code(r.Uint24()))
	}
	return dst
}
