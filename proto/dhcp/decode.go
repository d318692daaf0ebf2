package dhcp

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"

	"joy/feature"
	"joy/wire"
)

// Codes of options that are looked into (RFC 2132; 81: RFC 4702, 82: RFC 3046).
const (
	codePad        = 0
	codeMask       = 1
	codeRouter     = 3
	codeDNS        = 6
	codeHostname   = 12
	codeDomain     = 15
	codeRequested  = 50
	codeLease      = 51
	codeOverload   = 52
	codeType       = 53
	codeServer     = 54
	codeParameters = 55
	codeMessage    = 56
	codeVendor     = 60
	codeFQDN       = 81
	codeRelay      = 82
	codeAuth       = 90
	codeEnd        = 255
)

// A decoder turns messages into an Info. What it gives out lies in its slices
// and in the message; a slice that grows leaves what it gave out as it was.
type decoder struct {
	set     *feature.Settings
	list    []Message
	options []Option
	subs    []SubOption
	addrs   []feature.Addr
	bytes   []byte // joined parts and names
}

func (d *decoder) reset() {
	d.list, d.options, d.subs, d.addrs, d.bytes = d.list[:0], d.options[:0], d.subs[:0], d.addrs[:0], d.bytes[:0]
}

// size is roughly the number of bytes that it holds.
func (d *decoder) size() int {
	return 640*cap(d.list) + 32*cap(d.options) + 32*cap(d.subs) + 40*cap(d.addrs) + cap(d.bytes)
}

// message reads a message of at least atSname bytes.
func (d *decoder) message(b []byte, cut bool) {
	d.list = append(d.list, Message{
		Op: b[0], HType: b[1], HLen: b[2], Hops: b[3],
		XID:  binary.BigEndian.Uint32(b[atXID:]),
		Secs: binary.BigEndian.Uint16(b[atSecs:]), Flags: binary.BigEndian.Uint16(b[atFlags:]),
		Ciaddr: addr(b[atCiaddr:]), Yiaddr: addr(b[atYiaddr:]), Siaddr: addr(b[atSiaddr:]), Giaddr: addr(b[atGiaddr:]),
		Chaddr: b[atChaddr:atSname], Truncated: cut,
	})
	m := &d.list[len(d.list)-1]
	if len(b) < atOption {
		m.Truncated = true
		return
	}
	sname, file := b[atSname:atFile], b[atFile:atCookie]
	if !hasCookie(b) {
		m.BOOTP = true
		m.Sname, m.File = upToZero(sname), upToZero(file)
		return
	}
	// The order of the areas is that of RFC 3396 section 5.
	m.Field = b[atOption:]
	areas := [3][]byte{m.Field}
	overload := findOverload(areas[0])
	if overload&1 != 0 {
		areas[1] = file
	} else {
		m.File = upToZero(file)
	}
	if overload&2 != 0 {
		areas[2] = sname
	} else {
		m.Sname = upToZero(sname)
	}
	d.readOptions(m, &areas)
	for i := range m.Options {
		d.readable(m, &m.Options[i])
	}
}

func addr(b []byte) feature.Addr {
	return feature.Addr{IP: netip.AddrFrom4([4]byte(b))}
}

func upToZero(b []byte) []byte {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return b[:i]
	}
	return b
}

// next reads the option at the start of b. Padding is passed over; the end, and
// nothing more, is !ok. Of an option that goes past the end there is what is
// left.
func next(b []byte) (code uint8, data, rest []byte, whole, ok bool) {
	for len(b) > 0 && b[0] == codePad {
		b = b[1:]
	}
	if len(b) == 0 || b[0] == codeEnd {
		return 0, nil, nil, true, false
	}
	r := wire.NewReader(b[1:])
	n := int(r.Uint8())
	if n > r.Len() {
		return b[0], r.Rest(), nil, false, true
	}
	data = r.Bytes(n)
	return b[0], data, r.Rest(), !r.Bad(), true
}

// findOverload looks for option 52, which says that file (1) and sname (2) hold
// options.
func findOverload(b []byte) uint8 {
	for {
		code, data, rest, _, ok := next(b)
		if !ok {
			return 0
		}
		if code == codeOverload && len(data) == 1 {
			return data[0]
		}
		b = rest
	}
}

// single reports whether an option has a length of its own, so that a second
// one is no part of the first but another one.
func single(code uint8) bool {
	switch code {
	case codeMask, 2, 13, 16, 19, 20, 22, 23, 24, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37, 38, 39, 46,
		codeRequested, codeLease, codeOverload, codeType, codeServer, 57, 58, 59, 80, 116, 118:
		return true
	}
	return false
}

// readOptions lists the options of all areas, and puts those together that were
// split (RFC 3396).
func (d *decoder) readOptions(m *Message, areas *[3][]byte) {
	var total, parts [256]uint16
	for _, b := range areas {
		for code, data, rest, _, ok := next(b); ok; code, data, rest, _, ok = next(rest) {
			total[code] += uint16(len(data))
			parts[code]++
		}
	}
	first := len(d.options)
	for _, b := range areas {
		for code, data, rest, whole, ok := next(b); ok; code, data, rest, whole, ok = next(rest) {
			m.Malformed = m.Malformed || !whole
			if parts[code] > 1 && !single(code) {
				d.part(m, first, code, data, int(total[code]), parts[code])
			} else {
				d.option(m, first, Option{Code: code, Parts: 1, Data: data})
			}
		}
	}
	m.Options = d.options[first:len(d.options):len(d.options)]
}

func (d *decoder) option(m *Message, first int, o Option) {
	if len(d.options)-first == maxOptions {
		m.MoreOptions++
		return
	}
	d.options = append(d.options, o)
}

// part adds a part of an option that has total bytes in n parts.
func (d *decoder) part(m *Message, first int, code uint8, data []byte, total int, n uint16) {
	for i := first; i < len(d.options); i++ {
		if o := &d.options[i]; o.Code == code {
			o.Data = append(o.Data, data...) // there is room for it
			return
		}
	}
	if len(d.options)-first == maxOptions {
		m.MoreOptions++
		return
	}
	d.bytes = slices.Grow(d.bytes, total)
	at := len(d.bytes)
	d.bytes = d.bytes[:at+total]
	d.option(m, first, Option{Code: code, Parts: n, Data: append(d.bytes[at:at:at+total], data...)})
}

// hide replaces what of an authentication option is a secret by its digest.
func (d *decoder) hide(o *Option) {
	open, secret := SplitAuthentication(o.Data)
	if len(secret) == 0 || d.set.Secrets {
		return
	}
	first := len(d.bytes)
	d.bytes = append(d.bytes, d.set.Digest(secret)...)
	o.Data, o.Digest = open, d.bytes[first:len(d.bytes):len(d.bytes)]
}

// SplitAuthentication splits the authentication option of DHCP and DHCPv6 before
// the token (protocol 0) or key (protocol 3) that it may have in clear (RFC 3118
// sections 2 and 4, RFC 6704 section 3.1.1, RFC 8415 sections 20.4 and 21.11).
func SplitAuthentication(b []byte) (open, secret []byte) {
	const head, isKey = 11, 1
	switch {
	case len(b) > head && b[0] == 0:
		return b[:head], b[head:]
	case len(b) > head && b[0] == 3 && b[head] == isKey:
		return b[:head+1], b[head+1:]
	}
	return b, nil
}

// readable sets the field of an option that has one. Of several options that
// are alike the first one counts, as in most clients.
func (d *decoder) readable(m *Message, o *Option) {
	switch o.Code {
	case codeHostname:
		m.Hostname = upToZero(o.Data)
	case codeDomain:
		m.Domain = upToZero(o.Data)
	case codeVendor:
		m.VendorClass = o.Data
	case codeMessage:
		m.Text = upToZero(o.Data)
	case codeParameters:
		m.Parameters = o.Data
	case codeRequested:
		setAddr(&m.RequestedIP, o.Data)
	case codeServer:
		setAddr(&m.Server, o.Data)
	case codeMask:
		setAddr(&m.SubnetMask, o.Data)
	case codeLease:
		if len(o.Data) == 4 && !m.HasLeaseTime {
			m.LeaseTime, m.HasLeaseTime = binary.BigEndian.Uint32(o.Data), true
		}
	case codeRouter:
		m.Routers = d.addresses(o.Data)
	case codeDNS:
		m.DNSServers = d.addresses(o.Data)
	case codeFQDN:
		m.FQDN = d.fqdn(o.Data)
	case codeAuth:
		d.hide(o)
	case codeRelay:
		d.relay(m, o.Data)
	}
}

func setAddr(a *feature.Addr, b []byte) {
	if len(b) == 4 && a.IsZero() {
		*a = addr(b)
	}
}

// addresses reads a list of addresses; nothing of one that is no list.
func (d *decoder) addresses(b []byte) []feature.Addr {
	if len(b)%4 != 0 {
		return nil
	}
	first := len(d.addrs)
	for ; len(b) > 0 && len(d.addrs)-first < maxOptions; b = b[4:] {
		d.addrs = append(d.addrs, addr(b))
	}
	return d.addrs[first:len(d.addrs):len(d.addrs)]
}

// fqdn reads option 81: flags, two bytes that mean nothing any more, and a name
// as text or, with flag E, in the form of DNS (RFC 4702 section 2).
func (d *decoder) fqdn(b []byte) []byte {
	if len(b) < 3 {
		return nil
	}
	name := b[3:]
	if b[0]&4 == 0 {
		return bytes.TrimSuffix(upToZero(name), []byte("."))
	}
	first := len(d.bytes)
	r := wire.NewReader(name)
	for r.Len() > 0 {
		label := r.Sub8()
		if r.Bad() || label.Len() == 0 {
			break
		}
		if len(d.bytes) > first {
			d.bytes = append(d.bytes, '.')
		}
		d.bytes = append(d.bytes, label.Rest()...)
	}
	return d.bytes[first:len(d.bytes):len(d.bytes)]
}

// relay reads option 82.
func (d *decoder) relay(m *Message, b []byte) {
	first := len(d.subs)
	for r := wire.NewReader(b); r.Len() > 0 && len(d.subs)-first < maxOptions; {
		code, n := r.Uint8(), int(r.Uint8())
		if r.Bad() || n > r.Len() {
			m.Malformed = true
			break
		}
		d.subs = append(d.subs, SubOption{Code: code, Data: r.Bytes(n)})
	}
	m.Relay = d.subs[first:len(d.subs):len(d.subs)]
}
