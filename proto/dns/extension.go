package dns

import (
	"net/netip"

	"joy/feature"
	"joy/wire"
)

// opt reads the record OPT (RFC 6891, 6.1): class and ttl are something else
// there.
func (d *decoder) opt(class uint16, ttl uint32, data []byte) *EDNS {
	e := push(&d.edns)
	*e = EDNS{UDPSize: class, Version: uint8(ttl >> 16), DO: ttl&0x8000 != 0, RC: uint16(ttl>>24) << 4}
	from := len(d.options)
	for r := wire.NewReader(data); r.Len() > 0; {
		code := r.Uint16()
		r.Skip(int(r.Uint16()))
		if r.Bad() {
			break
		}
		d.options = append(d.options, Option(code))
	}
	e.Options = d.options[from:len(d.options):len(d.options)]
	return e
}

// binding reads a record SVCB or HTTPS (RFC 9460, 2.2).
func (d *decoder) binding(off, end int) (*SVCB, string) {
	if end-off < 3 {
		return nil, faultSize
	}
	s := push(&d.bindings)
	s.Priority = uint16(d.msg[off])<<8 | uint16(d.msg[off+1])
	name, next, fault := d.name(off + 2)
	s.Target = name
	if fault != "" || next > end {
		return s, first(fault, faultSize)
	}
	from := len(d.keys)
	r := wire.NewReader(d.msg[next:end])
	for r.Len() > 0 {
		key := SVCKey(r.Uint16())
		value := r.Sub16()
		if r.Bad() || !d.parameter(s, key, value) {
			fault = "malformed parameters"
			break
		}
	}
	s.Keys = d.keys[from:len(d.keys):len(d.keys)]
	return s, fault
}

// parameter reads a parameter into s; false when it is malformed.
func (d *decoder) parameter(s *SVCB, key SVCKey, r wire.Reader) bool {
	switch key {
	case 1:
		from := len(d.texts)
		for r.Len() > 0 {
			id := r.Sub8()
			d.texts = append(d.texts, d.copy(id.Rest()))
		}
		s.ALPN = d.texts[from:len(d.texts):len(d.texts)]
	case 3:
		s.Port, s.HasPort = r.Uint16(), true
	case 4:
		s.IPv4Hint = d.hints(&r, 4)
	case 5:
		s.ECH = true
	case 6:
		s.IPv6Hint = d.hints(&r, 16)
	default:
		d.keys = append(d.keys, key)
	}
	return !r.Bad()
}

func (d *decoder) hints(r *wire.Reader, size int) []feature.Addr {
	from := len(d.addrs)
	for r.Len() > 0 {
		if ip, ok := netip.AddrFromSlice(r.Bytes(size)); ok {
			d.addrs = append(d.addrs, feature.Addr{IP: ip})
		}
	}
	return d.addrs[from:len(d.addrs):len(d.addrs)]
}

// nameHolders reads a record NB (RFC 1002, 4.2.1.3).
func (d *decoder) nameHolders(data []byte) ([]NB, string) {
	if len(data)%6 != 0 {
		return nil, faultSize
	}
	from := len(d.holders)
	for r := wire.NewReader(data); r.Len() > 0; {
		flags := r.Uint16()
		ip, _ := netip.AddrFromSlice(r.Bytes(4))
		node := [4]string{"B", "P", "M", "H"}[flags>>13&3]
		d.holders = append(d.holders, NB{A: feature.Addr{IP: ip}, Group: flags&0x8000 != 0, Node: node})
	}
	return d.holders[from:len(d.holders):len(d.holders)], ""
}

// nodeStatus reads a record NBSTAT (RFC 1002, 4.2.18): names of 15 bytes, a
// last byte and flags, and behind them statistics, the first of which is the
// unit identifier.
func (d *decoder) nodeStatus(data []byte) (names []NBName, unit feature.Hex, fault string) {
	r := wire.NewReader(data)
	from := len(d.nodes)
	for range r.Uint8() {
		var raw [16]byte
		copy(raw[:], r.Bytes(16))
		flags := r.Uint16()
		if r.Bad() {
			break
		}
		start := len(d.text)
		d.text = appendNetBIOS(d.text, &raw)
		d.nodes = append(d.nodes, NBName{Name: d.text[start:len(d.text):len(d.text)], Group: flags&0x8000 != 0})
	}
	id := r.Bytes(6)
	if r.Bad() {
		fault = faultSize
	}
	return d.nodes[from:len(d.nodes):len(d.nodes)], feature.Hex(d.copy(id)), fault
}
