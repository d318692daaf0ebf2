package tls

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"

	"joy/feature"
	"joy/wire"
)

// maxCerts is the number of certificates of a side that are reported.
const maxCerts = 10

// certificates adds those of a Certificate message (RFC 5246 7.4.2).
func (b *builder) certificates(body []byte, cut, server bool) {
	i := &b.info
	certs, more := &i.CCert, &i.CCertMore
	if server {
		certs, more = &i.SCert, &i.SCertMore
	}
	r := wire.NewReader(body)
	total := int(r.Uint24())
	i.Malformed = i.Malformed || !cut && total != r.Len()
	l := wire.NewReader(vector(&r, total))
	for l.Len() >= 3 {
		n := int(l.Uint24())
		c := vector(&l, n)
		if len(*certs) == maxCerts {
			*more++
			continue
		}
		*certs = append(*certs, b.known(c, n))
		i.Malformed = i.Malformed || l.Bad() && !cut
	}
}

// certificate reads one of n bytes, of which those that are there are given.
func (b *arena) certificate(raw []byte, n int) Certificate {
	c := Certificate{Length: uint32(n), Truncated: len(raw) < n}
	if !c.Truncated {
		at := len(b.text)
		s1, s2 := sha1.Sum(raw), sha256.Sum256(raw)
		b.text = append(append(b.text, s1[:]...), s2[:]...)
		sums := b.since(at)
		c.SHA1, c.SHA256 = feature.Hex(sums[:20]), feature.Hex(sums[20:])
	}
	outer := der{b: raw}
	body, _ := outer.take(derSequence)
	switch {
	case body == nil:
		c.wrong("certificate")
		return c
	case outer.bad:
		c.wrong("length of the certificate")
	case len(outer.b) > 0:
		c.wrong("bytes behind the certificate")
	}
	d := der{b: body}
	tbs, ok := d.take(derSequence)
	b.tbs(&c, tbs)
	if !ok {
		c.wrong("tbsCertificate")
		return c
	}
	if alg, ok := d.take(derSequence); ok {
		c.SigAlg, _ = b.algorithm(alg)
	} else {
		c.wrong("signatureAlgorithm")
	}
	if sig, ok := d.take(derBits); ok && len(sig) > 0 {
		c.Signature, c.SigKeySize = sig[1:], uint32(len(sig)-1)*8
	} else {
		c.wrong("signature")
	}
	return c
}

// wrong notes the first thing that is malformed. What is cut is not.
func (c *Certificate) wrong(what string) {
	if c.Malformed == "" && !c.Truncated {
		c.Malformed = what
	}
}

// tbs reads a TBSCertificate as far as it has the right form.
func (b *arena) tbs(c *Certificate, body []byte) {
	d := der{b: body}
	c.Version = 1
	if d.peek() == derContextSet {
		_, v := d.next()
		inner := der{b: v}
		n, ok := inner.take(derInteger)
		if !ok || len(n) != 1 || n[0] > 2 {
			c.wrong("version")
		} else {
			c.Version = n[0] + 1
		}
	}
	serial, ok := d.take(derInteger)
	if !ok {
		c.wrong("serialNumber")
		return
	}
	c.Serial, c.Negative = b.magnitude(serial)
	if _, ok := d.take(derSequence); !ok {
		c.wrong("signature algorithm inside")
		return
	}
	issuer, ok := d.take(derSequence)
	if c.Issuer, ok = b.name(issuer, ok); !ok {
		c.wrong("issuer")
	}
	validity, ok := d.take(derSequence)
	if ok {
		b.validity(c, validity)
	} else {
		c.wrong("validity")
	}
	subject, ok := d.take(derSequence)
	if c.Subject, ok = b.name(subject, ok); !ok {
		c.wrong("subject")
	}
	key, ok := d.take(derSequence)
	if !ok || !b.key(c, key) {
		c.wrong("subjectPublicKeyInfo")
	}
	for !d.bad && len(d.b) > 0 {
		if tag, body := d.next(); tag == derContextSet+3 {
			b.certExtensions(c, body)
		}
	}
	if d.bad {
		c.wrong("tbsCertificate")
	}
}

// magnitude is an INTEGER without sign and leading zeros.
func (b *arena) magnitude(n []byte) (abs feature.Hex, negative bool) {
	if len(n) > 0 && n[0]&0x80 != 0 {
		at := len(b.text)
		b.text = append(b.text, n...)
		abs = feature.Hex(b.since(at))
		carry := uint16(1)
		for i := len(abs) - 1; i >= 0; i-- {
			v := uint16(^abs[i]) + carry
			abs[i], carry = byte(v), v>>8
		}
		n, negative = abs, true
	}
	for len(n) > 1 && n[0] == 0 {
		n = n[1:]
	}
	return n, negative
}

// algorithm reads an AlgorithmIdentifier: its name, and the parameters.
func (b *arena) algorithm(body []byte) (name feature.Text, params []byte) {
	d := der{b: body}
	oid, ok := d.take(derOID)
	if !ok {
		return nil, nil
	}
	return b.oid(oid), d.b
}

// oid is the name of an object identifier, or its numbers.
func (b *arena) oid(oid []byte) feature.Text {
	if name := oidName(oid); name != "" {
		return b.put(name)
	}
	at := len(b.text)
	b.text = appendOID(b.text, oid)
	return b.since(at)
}

// name reads an RDNSequence (RFC 5280 4.1.2.4).
func (b *arena) name(body []byte, whole bool) (attrs []Attribute, ok bool) {
	at := len(b.attributes)
	d := der{b: body}
	for !d.bad && len(d.b) > 0 {
		set, _ := d.take(derSet)
		for s := (der{b: set}); len(s.b) > 0; {
			pair, _ := s.take(derSequence)
			p := der{b: pair}
			oid, _ := p.take(derOID)
			tag, value := p.next()
			if oid == nil || p.bad || s.bad {
				d.bad = true
				break
			}
			b.attributes = append(b.attributes, Attribute{b.oid(oid), b.value(tag, value)})
		}
	}
	return b.attributes[at:len(b.attributes):len(b.attributes)], whole && !d.bad
}

// value is a string, or the hexadecimal form of what is none.
func (b *arena) value(tag byte, body []byte) feature.Text {
	at := len(b.text)
	text, ok := appendText(b.text, tag, body)
	if !ok {
		text = hex.AppendEncode(append(text, '#'), body)
	}
	b.text = text
	return b.since(at)
}

// key reads a SubjectPublicKeyInfo (RFC 3279 2.3, RFC 5480, RFC 8410).
func (b *arena) key(c *Certificate, body []byte) bool {
	d := der{b: body}
	alg, ok := d.take(derSequence)
	if !ok {
		return false
	}
	name, params := b.algorithm(alg)
	c.KeyAlgo = name
	key, ok := d.take(derBits)
	if !ok || len(key) < 2 || name == nil {
		return false
	}
	key = key[1:]
	switch string(name) {
	case "rsaEncryption", "rsassaPss", "rsaesOaep":
		n, ok := firstInteger(key)
		c.KeySize = uint32(bitLen(n))
		return ok
	case "dsaEncryption", "dhKeyAgreement", "X9.42 DH":
		p, _ := firstInteger(params) // absent when the issuer's are meant
		c.KeySize = uint32(bitLen(p))
	case "id-ecPublicKey":
		return b.curve(c, params, key)
	default:
		c.KeySize = uint32(len(key)) * 8
	}
	return true
}

func (b *arena) curve(c *Certificate, params, point []byte) bool {
	d := der{b: params}
	tag, body := d.next()
	if tag != derOID {
		c.KeySize = uint32((len(point) - 1) / 2 * 8)
		return tag == derSequence // the parameters of the curve themselves
	}
	c.Curve = b.oid(body)
	if c.KeySize = curveBits(string(c.Curve)); c.KeySize == 0 {
		c.KeySize = uint32((len(point) - 1) / 2 * 8)
	}
	return true
}

// firstInteger is the INTEGER that begins a SEQUENCE.
func firstInteger(b []byte) ([]byte, bool) {
	d := der{b: b}
	body, ok := d.take(derSequence)
	if !ok {
		return nil, false
	}
	d = der{b: body}
	return d.take(derInteger)
}
