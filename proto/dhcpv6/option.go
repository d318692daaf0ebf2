package dhcpv6

import (
	"bytes"
	"net/netip"
	"slices"

	"joy/feature"
	"joy/proto/dhcp"
	"joy/wire"
)

// decode fills the fields of an option. It reports false when the option is not
// known or does not fit.
func (d *decoder) decode(m *Message, o *Option, data []byte, depth int) bool {
	r := wire.NewReader(data)
	switch o.Code {
	case codeClientID, codeServerID:
		return d.duid(o, data)
	case codeIANA, codeIAPD:
		o.IAID, o.T1, o.T2, o.HasIA, o.HasT = r.Uint32(), r.Uint32(), r.Uint32(), true, true
		return d.inner(m, o, &r, depth)
	case codeIATA:
		o.IAID, o.HasIA = r.Uint32(), true
		return d.inner(m, o, &r, depth)
	case codeIAAddr:
		o.Address = address(&r)
		o.Preferred, o.Valid, o.HasLifetime = r.Uint32(), r.Uint32(), true
		return d.inner(m, o, &r, depth)
	case codeIAPrefix:
		o.Preferred, o.Valid, o.HasLifetime = r.Uint32(), r.Uint32(), true
		o.PrefixLength, o.HasPrefix = r.Uint8(), true
		o.Address = address(&r)
		return d.inner(m, o, &r, depth)
	case codeLQQuery:
		o.Value, o.HasValue = uint32(r.Uint8()), true
		o.Address = address(&r)
		return d.inner(m, o, &r, depth)
	case codeClientData:
		return d.inner(m, o, &r, depth)
	case codeLQRelayData:
		o.Address = address(&r)
		return !r.Bad() && d.wrap(m, o, r.Rest(), depth)
	case codeRelayMessage:
		return d.wrap(m, o, data, depth)
	case codeAuth:
		return d.authentication(o, data)
	case codeVendorOpts:
		o.Enterprise, o.HasEnterprise = r.Uint32(), true
		return d.inner(m, o, &r, depth)
	}
	return d.simple(o, &r) && !r.Bad() && r.Len() == 0
}

// simple reads an option without others in it. It may leave r bad.
func (d *decoder) simple(o *Option, r *wire.Reader) bool {
	switch o.Code {
	case codeORO, codeERO:
		return d.requested(o, r)
	case codePreference, codeReconfigure:
		o.Value, o.HasValue = uint32(r.Uint8()), true
	case codeElapsed:
		o.Value, o.HasValue = uint32(r.Uint16()), true
	case codeRefresh, codeCLTTime, codeSolMaxRT, codeInfMaxRT:
		o.Value, o.HasValue = r.Uint32(), true
	case codeUnicast:
		o.Address = address(r)
	case codeStatus:
		o.Status, o.HasStatus = r.Uint16(), true
		d.text(o, r)
	case codeUserClass:
		return d.classes(o, r)
	case codeVendorClass:
		o.Enterprise, o.HasEnterprise = r.Uint32(), true
		return d.classes(o, r)
	case codeRemoteID:
		o.Enterprise, o.HasEnterprise = r.Uint32(), true
		o.Data = r.Rest()
	case codeSIPAddrs, codeDNS, codeNIS, codeNISP, codeSNTP, codeLQClientLink:
		return d.addresses(o, r)
	case codeFQDN:
		o.Value, o.HasValue = uint32(r.Uint8()), true
		return d.names(o, r)
	case codeSIPNames, codeDomains:
		return d.names(o, r)
	case codeBootURL, codePortal, codeMUD:
		d.text(o, r)
	case codeLinkLayer:
		r.Skip(2)
		o.MACAddr = r.Rest()
	default:
		return false
	}
	return true
}

// inner reads the options behind the fields of an option.
func (d *decoder) inner(m *Message, o *Option, r *wire.Reader, depth int) bool {
	if r.Bad() {
		return false
	}
	if o.Code == codeVendorOpts { // those of a vendor have other meanings
		o.Data = r.Rest()
		return true
	}
	o.Options = d.readOptions(m, r.Rest(), depth+1)
	return true
}

// wrap reads the message that a relay agent passes on.
func (d *decoder) wrap(m *Message, o *Option, b []byte, depth int) bool {
	if len(b) < head || !isType(b[0]) || isRelay(b[0]) && len(b) < relayHead || depth > maxDepth {
		return false
	}
	inner := d.message(b, depth+1)
	d.wrapped = append(d.wrapped, inner)
	o.Message = &d.wrapped[len(d.wrapped)-1]
	return true
}

// epoch is 2000-01-01 UTC in seconds since 1970.
const epoch = 946684800

func (d *decoder) duid(o *Option, b []byte) bool {
	if len(b) < 2 {
		return false
	}
	r := wire.NewReader(b)
	id := DUID{Type: DUIDType(r.Uint16()), ID: b}
	switch id.Type {
	case 1:
		id.HType, id.HasHType = r.Uint16(), true
		id.Time, id.HasTime = uint64(r.Uint32())+epoch, true
		id.MACAddr = r.Rest()
	case 2:
		id.Enterprise, id.HasEnterprise = r.Uint32(), true
	case 3:
		id.HType, id.HasHType = r.Uint16(), true
		id.MACAddr = r.Rest()
	}
	if r.Bad() {
		id = DUID{Type: id.Type, ID: b}
	}
	d.duids = append(d.duids, id)
	o.DUID = &d.duids[len(d.duids)-1]
	return true
}

func (d *decoder) authentication(o *Option, b []byte) bool {
	open, secret := dhcp.SplitAuthentication(b)
	if len(secret) == 0 || d.set.Secrets {
		return false
	}
	first := len(d.bytes)
	d.bytes = append(d.bytes, d.set.Digest(secret)...)
	o.Data, o.Secret = open, d.bytes[first:len(d.bytes):len(d.bytes)]
	return true
}

func addr(b []byte) feature.Addr { return feature.Addr{IP: netip.AddrFrom16([16]byte(b))} }

func address(r *wire.Reader) feature.Addr {
	b := r.Bytes(16)
	if b == nil {
		return feature.Addr{}
	}
	return addr(b)
}

func (d *decoder) addresses(o *Option, r *wire.Reader) bool {
	first := len(d.addrs)
	for r.Len() >= 16 && len(d.addrs)-first < maxItems {
		d.addrs = append(d.addrs, address(r))
	}
	o.Addresses = d.addrs[first:len(d.addrs):len(d.addrs)]
	return true
}

func (d *decoder) requested(o *Option, r *wire.Reader) bool {
	first := len(d.numbers)
	for r.Len() >= 2 && len(d.numbers)-first < 4*maxItems {
		d.numbers = append(d.numbers, r.Uint16())
	}
	o.Requested = d.numbers[first:len(d.numbers):len(d.numbers)]
	return true
}

// text reads the rest as a text, unless there is none.
func (d *decoder) text(o *Option, r *wire.Reader) {
	if b := bytes.TrimRight(r.Rest(), "\x00"); len(b) > 0 {
		d.texts = append(d.texts, b)
		o.Texts = d.texts[len(d.texts)-1 : len(d.texts) : len(d.texts)]
	}
}

// classes reads texts that have their lengths before them.
func (d *decoder) classes(o *Option, r *wire.Reader) bool {
	first := len(d.texts)
	for r.Len() > 0 && len(d.texts)-first < maxItems {
		class := r.Sub16()
		d.texts = append(d.texts, class.Rest())
	}
	o.Texts = d.texts[first:len(d.texts):len(d.texts)]
	return true
}

// names reads domain names, which are not compressed (RFC 8415 section 10). The
// last one may be without its end (RFC 4704 section 4.2).
func (d *decoder) names(o *Option, r *wire.Reader) bool {
	first := len(d.texts)
	d.bytes = slices.Grow(d.bytes, r.Len())
	for r.Len() > 0 && len(d.texts)-first < maxItems {
		start := len(d.bytes)
		for r.Len() > 0 {
			label := r.Sub8()
			if label.Len() == 0 {
				break
			}
			if len(d.bytes) > start {
				d.bytes = append(d.bytes, '.')
			}
			d.bytes = append(d.bytes, label.Rest()...)
		}
		d.texts = append(d.texts, d.bytes[start:len(d.bytes):len(d.bytes)])
	}
	o.Names = d.texts[first:len(d.texts):len(d.texts)]
	return true
}
