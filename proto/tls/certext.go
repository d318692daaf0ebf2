package tls

import (
	"encoding/hex"
	"net/netip"
	"strconv"
)

// certExtensions reads the extensions of a certificate (RFC 5280 4.2).
func (b *arena) certExtensions(c *Certificate, body []byte) {
	d := der{b: body}
	list, ok := d.take(derSequence)
	at := len(b.attributes)
	l := der{b: list}
	for !l.bad && len(l.b) > 0 {
		ext, _ := l.take(derSequence)
		e := der{b: ext}
		oid, _ := e.take(derOID)
		if e.peek() == derBoolean {
			e.next()
		}
		value, whole := e.take(derOctets)
		if !whole {
			l.bad = true
			break
		}
		name := b.oid(oid)
		from := len(b.text)
		text, ok := appendExtension(b.text, oidName(oid), value)
		if !ok {
			text = hex.AppendEncode(b.text[:from], value)
		}
		b.text = text
		b.attributes = append(b.attributes, Attribute{name, b.since(from)})
	}
	c.Extensions = b.attributes[at:len(b.attributes):len(b.attributes)]
	if !ok || l.bad {
		c.wrong("extensions")
	}
}

// appendExtension appends the text of an extension, on one line. It reports
// whether it knows the extension, and could read it.
func appendExtension(dst []byte, name string, value []byte) ([]byte, bool) {
	d := der{b: value}
	switch name {
	case "X509v3 Basic Constraints":
		return appendConstraints(dst, &d)
	case "X509v3 Key Usage":
		return appendBits(dst, &d, keyUsages())
	case "Netscape Cert Type":
		return appendBits(dst, &d, netscapeTypes())
	case "X509v3 Extended Key Usage":
		return appendList(dst, &d, appendPurpose)
	case "X509v3 Subject Alternative Name", "X509v3 Issuer Alternative Name":
		return appendList(dst, &d, appendGeneralName)
	case "X509v3 Subject Key Identifier":
		id, ok := d.take(derOctets)
		return appendColons(dst, id), ok
	case "X509v3 Authority Key Identifier":
		return appendAuthority(dst, &d)
	case "X509v3 CRL Distribution Points", "X509v3 Freshest CRL":
		return appendList(dst, &d, appendPoint)
	case "Authority Information Access", "Subject Information Access":
		return appendList(dst, &d, appendAccess)
	case "X509v3 Certificate Policies":
		return appendList(dst, &d, appendPolicy)
	case "TLS Feature":
		return appendList(dst, &d, appendFeature)
	case "Netscape Comment", "Netscape Base Url", "Netscape Revocation Url", "Netscape CA Revocation Url",
		"Netscape Renewal Url", "Netscape CA Policy Url", "Netscape SSL Server Name":
		tag, body := d.next()
		dst, ok := appendText(dst, tag, body)
		return dst, ok && !d.bad
	}
	return dst, false
}

// appendList appends the parts of a SEQUENCE with commas between them.
func appendList(dst []byte, d *der, part func(dst []byte, tag byte, body []byte) ([]byte, bool)) ([]byte, bool) {
	body, ok := d.take(derSequence)
	l := der{b: body}
	for n := 0; ok && len(l.b) > 0; n++ {
		if n > 0 {
			dst = append(dst, ", "...)
		}
		tag, b := l.next()
		if l.bad {
			return dst, false
		}
		dst, ok = part(dst, tag, b)
	}
	return dst, ok
}

func appendConstraints(dst []byte, d *der) ([]byte, bool) {
	body, ok := d.take(derSequence)
	c := der{b: body}
	ca := "CA:FALSE"
	if c.peek() == derBoolean {
		if _, v := c.next(); len(v) == 1 && v[0] != 0 {
			ca = "CA:TRUE"
		}
	}
	dst = append(dst, ca...)
	if c.peek() == derInteger {
		_, v := c.next()
		if len(v) == 0 || len(v) > 7 {
			return dst, false
		}
		n := int64(0)
		for _, x := range v {
			n = n<<8 | int64(x)
		}
		dst = strconv.AppendInt(append(dst, ", pathlen:"...), n, 10)
	}
	return dst, ok && !c.bad
}

func keyUsages() []string {
	return []string{
		"Digital Signature", "Non Repudiation", "Key Encipherment", "Data Encipherment", "Key Agreement",
		"Certificate Sign", "CRL Sign", "Encipher Only", "Decipher Only",
	}
}

func netscapeTypes() []string {
	return []string{"SSL Client", "SSL Server", "S/MIME", "Object Signing", "Unused", "SSL CA", "S/MIME CA", "Object Signing CA"}
}

// appendBits appends the names of the bits that are set, the highest first.
func appendBits(dst []byte, d *der, names []string) ([]byte, bool) {
	b, ok := d.take(derBits)
	sep := ""
	for i, name := range names {
		if at := 1 + i/8; at < len(b) && b[at]<<(i%8)&0x80 != 0 {
			dst = append(append(dst, sep...), name...)
			sep = ", "
		}
	}
	return dst, ok
}

// appendFeature appends a number of an extension of TLS (RFC 7633).
func appendFeature(dst []byte, tag byte, n []byte) ([]byte, bool) {
	if tag != derInteger || len(n) == 0 || len(n) > 2 {
		return dst, false
	}
	v := uint16(n[len(n)-1])
	if len(n) == 2 {
		v |= uint16(n[0]) << 8
	}
	if name := extensionName(v); name != "" {
		return append(dst, name...), true
	}
	return strconv.AppendUint(dst, uint64(v), 10), true
}

func appendPurpose(dst []byte, tag byte, oid []byte) ([]byte, bool) {
	return appendOIDName(dst, oid), tag == derOID
}

// appendOIDName appends the name of an object identifier, or its numbers.
func appendOIDName(dst, oid []byte) []byte {
	if name := oidName(oid); name != "" {
		return append(dst, name...)
	}
	return appendOID(dst, oid)
}

func appendColons(dst, b []byte) []byte {
	const digits = "0123456789ABCDEF"
	for i, c := range b {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, digits[c>>4], digits[c&15])
	}
	return dst
}

// appendGeneralName appends a GeneralName (RFC 5280 4.2.1.6).
func appendGeneralName(dst []byte, tag byte, b []byte) ([]byte, bool) {
	switch tag {
	case derContextSet + 0:
		return append(dst, "othername:<unsupported>"...), true
	case derContext + 1:
		dst = append(dst, "email:"...)
	case derContext + 2:
		dst = append(dst, "DNS:"...)
	case derContextSet + 3:
		return append(dst, "X400Name:<unsupported>"...), true
	case derContextSet + 4:
		return appendDirName(append(dst, "DirName:"...), b)
	case derContextSet + 5:
		return append(dst, "EdiPartyName:<unsupported>"...), true
	case derContext + 6:
		dst = append(dst, "URI:"...)
	case derContext + 7:
		return appendIP(append(dst, "IP Address:"...), b), true
	case derContext + 8:
		return appendOID(append(dst, "Registered ID:"...), b), true
	default:
		return dst, false
	}
	return append(dst, b...), true
}

// appendIP appends an address, or an address and its mask.
func appendIP(dst, b []byte) []byte {
	switch len(b) {
	case 4, 16:
		a, _ := netip.AddrFromSlice(b)
		return a.AppendTo(dst)
	case 8, 32:
		a, _ := netip.AddrFromSlice(b[:len(b)/2])
		m, _ := netip.AddrFromSlice(b[len(b)/2:])
		return m.AppendTo(append(a.AppendTo(dst), '/'))
	}
	return append(dst, "<invalid>"...)
}

// appendDirName appends a Name as "commonName=x, ...".
func appendDirName(dst, b []byte) ([]byte, bool) {
	d := der{b: b}
	body, ok := d.take(derSequence)
	sep := ""
	for l := (der{b: body}); ok && len(l.b) > 0; {
		set, _ := l.take(derSet)
		for s := (der{b: set}); len(s.b) > 0; {
			pair, whole := s.take(derSequence)
			p := der{b: pair}
			oid, _ := p.take(derOID)
			tag, v := p.next()
			if !whole || p.bad {
				return dst, false
			}
			dst = append(appendOIDName(append(dst, sep...), oid), '=')
			if dst, ok = appendText(dst, tag, v); !ok {
				dst, ok = hex.AppendEncode(append(dst, '#'), v), true
			}
			sep = ", "
		}
		ok = ok && !l.bad
	}
	return dst, ok
}

// appendAuthority appends an AuthorityKeyIdentifier (RFC 5280 4.2.1.1).
func appendAuthority(dst []byte, d *der) ([]byte, bool) {
	body, ok := d.take(derSequence)
	sep := ""
	for l := (der{b: body}); ok && len(l.b) > 0; {
		tag, b := l.next()
		dst = append(dst, sep...)
		sep = ", "
		switch tag {
		case derContext + 0:
			dst = appendColons(append(dst, "keyid:"...), b)
		case derContextSet + 1:
			names := der{b: b}
			for len(names.b) > 0 && ok {
				t, n := names.next()
				dst, ok = appendGeneralName(dst, t, n)
				ok = ok && !names.bad
			}
		case derContext + 2:
			dst = appendColons(append(dst, "serial:"...), b)
		default:
			return dst, false
		}
		ok = ok && !l.bad
	}
	return dst, ok
}

// appendPoint appends the names of a DistributionPoint (RFC 5280 4.2.1.13).
func appendPoint(dst []byte, tag byte, body []byte) ([]byte, bool) {
	if tag != derSequence {
		return dst, false
	}
	d := der{b: body}
	sep := ""
	for len(d.b) > 0 {
		tag, b := d.next()
		switch tag {
		case derContextSet + 0:
			inner := der{b: b}
			t, names := inner.next()
			if t != derContextSet || inner.bad {
				return dst, false
			}
			b = names
		case derContextSet + 2:
			dst = append(append(dst, sep...), "CRL Issuer:"...)
			sep = ""
		default:
			continue
		}
		for l := (der{b: b}); len(l.b) > 0; {
			t, n := l.next()
			var ok bool
			if dst, ok = appendGeneralName(append(dst, sep...), t, n); !ok || l.bad {
				return dst, false
			}
			sep = ", "
		}
	}
	return dst, !d.bad
}

// appendAccess appends an AccessDescription (RFC 5280 4.2.2.1).
func appendAccess(dst []byte, tag byte, body []byte) ([]byte, bool) {
	d := der{b: body}
	oid, ok := d.take(derOID)
	if tag != derSequence || !ok {
		return dst, false
	}
	dst = append(appendOIDName(dst, oid), " - "...)
	t, name := d.next()
	dst, ok = appendGeneralName(dst, t, name)
	return dst, ok && !d.bad
}

// The qualifier of a policy that is a pointer to a statement of practice.
const oidCPS = "\x2b\x06\x01\x05\x05\x07\x02\x01"

// appendPolicy appends a PolicyInformation (RFC 5280 4.2.1.4).
func appendPolicy(dst []byte, tag byte, body []byte) ([]byte, bool) {
	d := der{b: body}
	oid, ok := d.take(derOID)
	if tag != derSequence || !ok {
		return dst, false
	}
	dst = appendOIDName(append(dst, "Policy: "...), oid)
	if d.peek() != derSequence {
		return dst, !d.bad
	}
	_, list := d.next()
	for l := (der{b: list}); len(l.b) > 0; {
		q, whole := l.take(derSequence)
		p := der{b: q}
		oid, _ := p.take(derOID)
		t, v := p.next()
		if !whole || p.bad {
			return dst, false
		}
		if string(oid) == oidCPS {
			dst, _ = appendText(append(dst, ", CPS: "...), t, v)
		} else {
			dst = append(dst, ", User Notice"...)
		}
	}
	return dst, !d.bad
}
