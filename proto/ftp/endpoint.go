package ftp

import (
	"bytes"
	"net/netip"

	"joy/feature"
)

// port reads h1,h2,h3,h4,p1,p2 (RFC 959 section 5.3.2) out of an argument or the
// text of a reply, in which it stands anywhere. Port 0 is none.
func port(b []byte) Endpoint {
	for i := 0; i < len(b); i++ {
		if b[i] < '0' || b[i] > '9' {
			continue
		}
		n, used, ok := six(b[i:])
		if ok {
			return Endpoint{feature.Addr{IP: netip.AddrFrom4([4]byte(n[:4]))}, uint16(n[4])<<8 | uint16(n[5])}
		}
		i += used
	}
	return Endpoint{}
}

// six reads six numbers with commas between.
func six(b []byte) (n [6]byte, used int, ok bool) {
	for i := range n {
		v, digits := number(b[used:])
		used += digits
		if digits == 0 || v > 255 {
			return n, used, false
		}
		n[i] = byte(v)
		if i == len(n)-1 {
			break
		}
		if used == len(b) || b[used] != ',' {
			return n, used, false
		}
		used++
	}
	return n, used, true
}

// number reads at most five digits.
func number(b []byte) (v, digits int) {
	for _, c := range b[:min(len(b), 5)] {
		if c < '0' || c > '9' {
			break
		}
		v = 10*v + int(c-'0')
		digits++
	}
	return v, digits
}

// extendedPort reads |family|address|port| with any character for the bar; of
// EPSV family and address are empty (RFC 2428).
func extendedPort(b []byte) Endpoint {
	if i := bytes.LastIndexByte(b, '('); i >= 0 {
		b = b[i+1:]
	}
	if len(b) < 2 {
		return Endpoint{}
	}
	parts := bytes.SplitN(b[1:], b[:1], 4)
	if len(parts) < 3 {
		return Endpoint{}
	}
	v, digits := number(parts[2])
	if digits != len(parts[2]) || v > 1<<16-1 {
		return Endpoint{}
	}
	e := Endpoint{Port: uint16(v)}
	if ip, err := netip.ParseAddr(string(parts[1])); err == nil {
		e.Addr.IP = ip
	}
	return e
}
