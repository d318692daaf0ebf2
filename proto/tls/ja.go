package tls

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"joy/feature"
	"joy/wire"
)

// ja3 makes the JA3 of a ClientHello: five fields with commas, the numbers of a
// field with dashes, GREASE left out, hashed with MD5.
func (b *builder) ja3(c *Hello) {
	n := len(b.text)
	b.text = strconv.AppendUint(b.text, uint64(c.Version), 10)
	b.text = append(b.text, ',')
	dash := false
	for r := wire.NewReader(c.Suites); r.Len() >= 2; {
		dash = b.number(r.Uint16(), dash)
	}
	b.text = append(b.text, ',')
	b.extensionNumbers(b.info.CExtensions)
	b.text = append(b.text, ',')
	dash = false
	for _, g := range b.info.Groups {
		dash = b.number(uint16(g), dash)
	}
	b.text = append(b.text, ',')
	if data, ok := c.Extension(extPointFormats); ok {
		r := wire.NewReader(data)
		dash = false
		for l := r.Sub8(); l.Len() > 0; {
			dash = b.number(uint16(l.Uint8()), dash)
		}
	}
	b.info.JA3Str = b.since(n)
	b.info.JA3 = b.md5(b.info.JA3Str)
}

// ja3s makes the JA3S of a ServerHello: version, suite and extensions.
func (b *builder) ja3s(s *Hello) {
	n := len(b.text)
	b.text = strconv.AppendUint(b.text, uint64(s.Version), 10)
	b.text = append(b.text, ',')
	b.text = strconv.AppendUint(b.text, uint64(b.info.SCS), 10)
	b.text = append(b.text, ',')
	b.extensionNumbers(b.info.SExtensions)
	full := b.since(n)
	b.info.JA3S = b.md5(full)
}

func (b *builder) extensionNumbers(exts []Extension) {
	dash := false
	for i := range exts {
		dash = b.number(exts[i].Type, dash)
	}
}

// number appends v, unless it is GREASE, and reports whether a dash is due.
func (b *builder) number(v uint16, dash bool) bool {
	if isGREASE(v) {
		return dash
	}
	if dash {
		b.text = append(b.text, '-')
	}
	b.text = strconv.AppendUint(b.text, uint64(v), 10)
	return true
}

func (b *builder) md5(s []byte) feature.Text {
	sum := md5.Sum(s)
	n := len(b.text)
	b.text = hex.AppendEncode(b.text, sum[:])
	return b.since(n)
}

// ja4 makes the JA4 of a ClientHello, and its form without hashes: carrier,
// version, whether there is a server name, numbers of suites and extensions,
// first and last character of the first ALPN protocol; the sorted suites; the
// sorted extensions but those for server name and ALPN, and the signature
// algorithms as they are.
func (b *builder) ja4(c *Hello, carrier Carrier) {
	suites, exts, name, count := b.sorted(c)
	at := len(b.text)
	b.text = append(b.text, "tdq"[carrier])
	b.text = append(b.text, b.ja4Version(c)...)
	b.text = append(b.text, name)
	b.text = appendTwo(b.text, len(suites))
	b.text = appendTwo(b.text, count)
	b.text = appendEnds(b.text, b.info.ALPN)
	first := len(b.text)
	b.text = append(b.text, '_')
	b.text = appendCodes(b.text, suites)
	second := len(b.text)
	b.text = append(b.text, '_')
	b.text = appendCodes(b.text, exts)
	b.text = b.appendSigAlgs(b.text)
	b.info.JA4R = b.since(at)

	a, s, e := b.text[at:first], b.text[first+1:second], b.text[second+1:]
	if count == 0 {
		e = nil
	}
	at = len(b.text)
	b.text = append(b.text, a...)
	b.text = appendHash(b.text, s)
	b.text = appendHash(b.text, e)
	b.info.JA4 = b.since(at)
}

// sorted gives the suites and extensions for JA4, and the number of extensions
// with those that are left out of the list. GREASE does not count.
func (b *builder) sorted(c *Hello) (suites, exts []uint16, name byte, count int) {
	all := b.codes[:0]
	for r := wire.NewReader(c.Suites); r.Len() >= 2; {
		if v := r.Uint16(); !isGREASE(v) {
			all = append(all, v)
		}
	}
	n := len(all)
	name = 'i'
	for i := range b.info.CExtensions {
		v := b.info.CExtensions[i].Type
		if isGREASE(v) {
			continue
		}
		count++
		if v == extServerName {
			name = 'd'
		} else if v != extALPN {
			all = append(all, v)
		}
	}
	b.codes = all
	suites, exts = all[:n:n], all[n:]
	slices.Sort(suites)
	slices.Sort(exts)
	return suites, exts, name, count
}

func (b *builder) ja4Version(c *Hello) string {
	v := uint16(0)
	for _, o := range b.info.Versions {
		if !isGREASE(uint16(o)) && (v == 0 || uint16(o) > v && o < 0xfe00 || uint16(o) < v && v >= 0xfe00) {
			v = uint16(o)
		}
	}
	if v == 0 {
		v = c.Version
	}
	switch v {
	case 0x0304:
		return "13"
	case 0x0303:
		return "12"
	case 0x0302:
		return "11"
	case 0x0301:
		return "10"
	case 0x0300:
		return "s3"
	case 0x0002, 0x0200:
		return "s2"
	case 0xfeff:
		return "d1"
	case 0xfefd:
		return "d2"
	case 0xfefc:
		return "d3"
	}
	return "00"
}

// appendSigAlgs appends those that are not GREASE, behind an underscore.
func (b *builder) appendSigAlgs(dst []byte) []byte {
	sep := byte('_')
	for _, s := range b.info.SigAlgs {
		if isGREASE(uint16(s)) {
			continue
		}
		dst = append(dst, sep)
		dst = appendHex4(dst, uint16(s))
		sep = ','
	}
	return dst
}

func appendCodes(dst []byte, codes []uint16) []byte {
	for i, v := range codes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendHex4(dst, v)
	}
	return dst
}

func appendHex4(dst []byte, v uint16) []byte {
	const digits = "0123456789abcdef"
	return append(dst, digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15])
}

// appendTwo appends a number of two digits; 99 stands for more.
func appendTwo(dst []byte, n int) []byte {
	n = min(n, 99)
	return append(dst, byte('0'+n/10), byte('0'+n%10))
}

// appendEnds appends the ends of the first ALPN protocol, or of its
// hexadecimal form when they are no letters and digits.
func appendEnds(dst []byte, alpn []feature.Text) []byte {
	if len(alpn) == 0 || len(alpn[0]) == 0 {
		return append(dst, "00"...)
	}
	first, last := alpn[0][0], alpn[0][len(alpn[0])-1]
	if isAlnum(first) && isAlnum(last) {
		return append(dst, first, last)
	}
	const digits = "0123456789abcdef"
	return append(dst, digits[first>>4], digits[last&15])
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// appendHash appends an underscore and the first 12 digits of the SHA-256 of s,
// zeros for an empty one.
func appendHash(dst, s []byte) []byte {
	dst = append(dst, '_')
	if len(s) == 0 {
		return append(dst, "000000000000"...)
	}
	sum := sha256.Sum256(s)
	return hex.AppendEncode(dst, sum[:6])
}
