package anon

import (
	"bytes"
	"net/netip"
)

// A match is a hidden address in a text, from start up to end.
type match struct {
	start, end int
	addr       netip.Addr
	sep        byte // what separates its numbers
	reversed   bool // the last number comes first
}

// find returns the first hidden address in text that starts at from or later.
// Either says that an IPv4 address counts if it is hidden when read backwards,
// whatever is around it.
//
// The separators are the anchors: from the first one of an address, the digits
// before it and a bounded number of bytes behind it are read, so the work is
// linear.
func (s *subnets) find(text []byte, from int, either bool) (m match, ok bool) {
	for i := from; i < len(text) && !ok; i++ {
		switch text[i] {
		case '.':
			if m, ok = s.findNibbles(text, from, i); !ok {
				m, ok = s.findFour(text, from, i, either)
			}
		case ':':
			m, ok = s.findSix(text, from, i)
		case '-':
			if m, ok = s.findFour(text, from, i, either); !ok {
				m, ok = s.findSix(text, from, i)
			}
		case '_':
			m, ok = s.findFour(text, from, i, either)
		case ',':
			m, ok = s.findPort(text, from, i)
		}
	}
	return m, ok
}

// findFour reads four decimal numbers of which the first ends at i, with the
// separator that is there: 10.1.2.3, 010.001.002.003, ip-10-1-2-3. Longer rows
// of numbers are tried at each separator, as they may end in an address.
func (s *subnets) findFour(text []byte, from, i int, either bool) (match, bool) {
	start := i
	for start > from && isDigit(text[start-1]) {
		start--
	}
	addr, end, ok := readFour(text, start, text[i])
	if !ok {
		return match{}, false
	}
	m := match{start: start, end: end, addr: netip.AddrFrom4(addr), sep: text[i]}
	forward, backward := directions(text[end:], m.sep)
	if forward && s.hide4(addr) {
		return m, true
	}
	addr = [4]byte{addr[3], addr[2], addr[1], addr[0]}
	m.addr, m.reversed = netip.AddrFrom4(addr), true
	return m, (backward || either) && s.hide4(addr)
}

// findPort reads an address and a port as FTP has them, in six numbers with
// commas between (RFC 959 section 5.3.2).
func (s *subnets) findPort(text []byte, from, i int) (match, bool) {
	m, ok := s.findFour(text, from, i, false)
	if !ok || m.reversed {
		return match{}, false
	}
	rest := text[m.end:]
	for range 2 {
		if len(rest) == 0 || rest[0] != ',' {
			return match{}, false
		}
		_, end, ok := readByte(rest, 1)
		if !ok {
			return match{}, false
		}
		rest = rest[end:]
	}
	return m, true
}

// directions says how to read four numbers with a separator and what follows.
// In in-addr.arpa the last one comes first (RFC 1035 section 3.5), at the
// beginning of other domain names, as in those of block lists, or with
// separators that host names have, it may.
func directions(behind []byte, sep byte) (forward, backward bool) {
	const arpa = ".in-addr.arpa"
	switch {
	case sep != '.':
		return true, true
	case len(behind) >= len(arpa) && bytes.EqualFold(behind[:len(arpa)], []byte(arpa)):
		return false, true
	}
	return true, len(behind) > 1 && behind[0] == '.' && isLetter(behind[1])
}

// readFour reads an IPv4 address that starts at p and ends before end.
func readFour(text []byte, p int, sep byte) (addr [4]byte, end int, ok bool) {
	for i := range addr {
		if i > 0 {
			if p >= len(text) || text[p] != sep {
				return addr, 0, false
			}
			p++
		}
		if addr[i], p, ok = readByte(text, p); !ok {
			return addr, 0, false
		}
	}
	return addr, p, true
}

// readByte reads one to three decimal digits with none behind them.
func readByte(text []byte, p int) (v byte, end int, ok bool) {
	n := 0
	for end = p; end < len(text) && isDigit(text[end]); end++ {
		n = 10*n + int(text[end]-'0')
		if end-p == 3 || n > 0xff {
			return 0, 0, false
		}
	}
	return byte(n), end, end > p
}

// findNibbles reads the 32 hexadecimal digits of an ip6.arpa name, the last
// one first (RFC 3596 section 2.5), of which the first ends at i. Block lists
// put them before names of their own, so what follows does not matter.
func (s *subnets) findNibbles(text []byte, from, i int) (match, bool) {
	const length = 32 + 31
	start := i - 1
	end := start + length
	if start < from || end > len(text) || start > from && isWord(text[start-1]) || end < len(text) && isWord(text[end]) {
		return match{}, false
	}
	var addr [16]byte
	for n := range 32 {
		v, ok := hexDigit(text[start+2*n])
		if !ok || n > 0 && text[start+2*n-1] != '.' {
			return match{}, false
		}
		addr[15-n/2] |= v << (4 * (n & 1))
	}
	m := match{start: start, end: end, addr: netip.AddrFrom16(addr), sep: '.', reversed: true}
	return m, s.hide(m.addr)
}

// findSix reads an IPv6 address whose first separator is at i: as in RFC 4291
// section 2.2, or with a hyphen for each colon, if there are two numbers at
// least. The longest that is hidden counts: behind an address there may be a
// port. At most four digits before
// the separator belong to it, as a word may stand before them.
func (s *subnets) findSix(text []byte, from, i int) (m match, ok bool) {
	start := i
	for start > max(from, i-4) && isHex(text[start-1]) {
		start--
	}
	var g groups
	if start < i {
		first, _, _ := readGroup(text, start)
		g.add(first)
	}
	if !s.six.has(g.group[0]) && g.group[0] != 0 { // 0 may be IPv4-mapped
		return m, false
	}
	sep := text[i]
	m = match{start: start, sep: sep}
	keep := func(g groups, end int) bool {
		addr, complete := g.addr()
		if !complete || sep != ':' && g.n < 2 || !s.hide(addr) {
			return false
		}
		m.addr, m.end, ok = addr, end, true
		return true
	}
	for p := i; p < len(text) && text[p] == sep; {
		p++
		if p < len(text) && text[p] == sep && g.skip() {
			p++
			keep(g, p)
		} else if g.n == 0 {
			break
		}
		if four, end, dotted := readFour(text, p, '.'); dotted {
			with := g
			with.add(uint16(four[0])<<8 | uint16(four[1]))
			with.add(uint16(four[2])<<8 | uint16(four[3]))
			if keep(with, end) {
				break
			}
		}
		v, end, good := readGroup(text, p)
		if !good || !g.add(v) {
			break
		}
		p = end
		keep(g, p)
	}
	return m, ok
}

// groups are the numbers of an IPv6 address read so far.
type groups struct {
	group [8]uint16
	n     int
	gap   int // 1 + the number of groups before "::"; 0: there was none
}

// add reports whether there was room for another group. One too many spoils
// the address.
func (g *groups) add(v uint16) bool {
	if g.n >= len(g.group) {
		g.n = len(g.group) + 1
		return false
	}
	g.group[g.n] = v
	g.n++
	return true
}

// skip notes a "::", of which there can be one.
func (g *groups) skip() bool {
	if g.gap > 0 {
		return false
	}
	g.gap = g.n + 1
	return true
}

// addr returns the address if the groups are one.
func (g *groups) addr() (a netip.Addr, complete bool) {
	if g.gap == 0 && g.n != 8 || g.gap > 0 && g.n > 7 {
		return a, false
	}
	var b [16]byte
	for i, v := range g.group[:g.n] {
		at := i
		if g.gap > 0 && i >= g.gap-1 {
			at += len(g.group) - g.n
		}
		b[2*at], b[2*at+1] = byte(v>>8), byte(v)
	}
	return netip.AddrFrom16(b), true
}

// readGroup reads one to four hexadecimal digits with none behind them.
func readGroup(text []byte, p int) (v uint16, end int, ok bool) {
	end = p
	for ; end < len(text); end++ {
		d, digit := hexDigit(text[end])
		if !digit {
			break
		}
		if end-p == 4 {
			return 0, 0, false
		}
		v = v<<4 | uint16(d)
	}
	return v, end, end > p
}

func hexDigit(c byte) (v byte, ok bool) {
	switch {
	case isDigit(c):
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isWord(c byte) bool { return isDigit(c) || isLetter(c) }

func isHex(c byte) bool {
	_, ok := hexDigit(c)
	return ok
}
