package anon

import (
	"bytes"
	"encoding/binary"
	"strconv"
)

// Text replaces the hidden addresses in s, and says how many there were. It
// finds
//
//   - IPv4 addresses with dots, hyphens or underscores between four decimal
//     numbers (10.1.2.3, ip-10-1-2-3), in longer rows of numbers, too;
//   - six decimal numbers with commas between, as FTP writes an address and a
//     port;
//   - the first ones backwards in names below in-addr.arpa, and, unless they are
//     hidden forwards, before other domain names or with hyphens;
//   - IPv6 addresses as RFC 4291 section 2.2 has them, or with hyphens;
//   - 32 single hexadecimal digits with dots, as below ip6.arpa.
//
// with their separators escaped, too, as in names of DNS (10\.1\.2\.3) and in
// URIs (2001%3Adb8%3A%3A1). Not found are other writings (one decimal or
// hexadecimal number) and names in .arpa that are shorter than an address.
// Version numbers may look like addresses.
//
// A token replaces the numbers of the address; an address is written as the
// one it replaces was. Separators are not escaped any more.
func (a *Anonymizer) Text(s string) (string, int) {
	a.in = append(a.in[:0], s...)
	out, n := a.replaced(a.in)
	if n == 0 {
		return s, 0
	}
	return string(out), n
}

// replaced is Text for bytes. The result is valid until the next call; it is nil
// when nothing was replaced.
func (a *Anonymizer) replaced(s []byte) (out []byte, n int) {
	s = a.unescaped(s)
	a.out = a.out[:0]
	done := 0
	for {
		m, ok := a.subnets.find(s, done, false)
		if !ok {
			break
		}
		a.out = append(a.out, s[done:m.start]...)
		a.out = a.pseudonym(m.addr).append(a.out, m)
		done = m.end
		n++
	}
	if n == 0 {
		return nil, 0
	}
	a.out = append(a.out, s[done:]...)
	return a.out, n
}

// unescaped is s with the separators that are escaped as they are: behind a
// backslash (RFC 1035 section 5.1) or in percent encoding (RFC 3986 section
// 2.1).
func (a *Anonymizer) unescaped(s []byte) []byte {
	if !bytes.ContainsAny(s, `\%`) {
		return s
	}
	a.plain = a.plain[:0]
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s) && s[i+1] == '.':
			c = '.'
			i++
		case c == '\\' && i+1 < len(s) && s[i+1] == '\\': // what follows is not escaped
			a.plain = append(a.plain, c)
			i++
		case c == '%' && i+2 < len(s):
			if sep := separator(s[i+1], s[i+2]); sep != 0 {
				c = sep
				i += 2
			}
		}
		a.plain = append(a.plain, c)
	}
	return a.plain
}

// separator is the one with two hexadecimal digits, 0 for another character.
func separator(high, low byte) byte {
	h, ok := hexDigit(high)
	l, also := hexDigit(low)
	switch c := h<<4 | l; {
	case ok && also && (c == '.' || c == ':' || c == '-' || c == '_'):
		return c
	}
	return 0
}

// append writes p as the address in m was written.
func (p pseudonym) append(dst []byte, m match) []byte {
	if m.reversed && p.addr.IsValid() {
		return p.appendReversed(dst, m.sep)
	}
	first := len(dst)
	dst = append(dst, p.text...)
	if m.sep != '.' && m.sep != ':' {
		for i, c := range dst[first:] {
			if c == '.' || c == ':' {
				dst[first+i] = m.sep
			}
		}
	}
	return dst
}

func (p pseudonym) appendReversed(dst []byte, sep byte) []byte {
	if !p.addr.Is4() {
		const digits = "0123456789abcdef"
		raw := p.addr.As16()
		for i := len(raw) - 1; i >= 0; i-- {
			dst = append(dst, digits[raw[i]&0xf], sep, digits[raw[i]>>4], sep)
		}
		return dst[:len(dst)-1]
	}
	raw := p.addr.As4()
	for i := len(raw) - 1; i >= 0; i-- {
		dst = strconv.AppendUint(dst, uint64(raw[i]), 10)
		dst = append(dst, sep)
	}
	return dst[:len(dst)-1]
}

// Bytes reports whether b holds a hidden address, as 4 or 16 bytes in network
// order at any offset or as text, so that b must not be printed. Text is what
// Text finds, with an IPv4 address counting backwards, too, and that in the
// labels of a DNS message (RFC 1035 section 3.1).
//
// It is on the safe side: any four bytes that happen to be in a hidden prefix
// count. Among random bytes a /8 is found once in 256 offsets, a /16 once in
// 65,536, an IPv6 prefix hardly ever; a prefix that is made of letters, such as
// 97.0.0.0/8, is in every text. What is cut off is not seen: ask before
// shortening b.
func (a *Anonymizer) Bytes(b []byte) bool {
	if a.subnets.findRaw(b) {
		return true
	}
	a.in = a.in[:0]
	for _, c := range b {
		if 1 <= c && c <= 3 { // lengths of labels with a digit or a number in them
			c = '.'
		}
		a.in = append(a.in, c)
	}
	_, ok := a.subnets.find(a.unescaped(a.in), 0, true)
	return ok
}

// findRaw looks for addresses as bytes.
func (s *subnets) findRaw(b []byte) bool {
	for i := 0; i+4 <= len(b); i++ {
		head := binary.BigEndian.Uint16(b[i:])
		if s.four.has(head) && s.hide4([4]byte(b[i:])) {
			return true
		}
		if s.six.has(head) && i+16 <= len(b) && s.hide6([16]byte(b[i:])) {
			return true
		}
	}
	return false
}
