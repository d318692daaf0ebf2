package ike

import (
	"net/netip"

	"joy/wire"
)

// appendIdentity1 appends an identification of IKEv1 (RFC 2407 section 4.6.2).
func (p *Payload) appendIdentity1(b []byte, r *wire.Reader) []byte {
	b = open(b, '{')
	kind, protocol, port := uint16(r.Uint8()), r.Uint8(), r.Uint16()
	if !r.Bad() {
		b = named(b, identities1, "kind", kind, p.hex(r.Rest()))
		if protocol != 0 {
			b = numberMember(b, "protocol", uint64(protocol))
		}
		if port != 0 {
			b = numberMember(b, "port", uint64(port))
		}
	}
	return closeBody(b, r)
}

// appendSelectors appends traffic selectors (RFC 7296 section 3.13).
func (p *Payload) appendSelectors(b []byte, r *wire.Reader) []byte {
	b = open(b, '{')
	r.Skip(4) // their number, which the bytes tell too
	if r.Len() > 0 {
		b = open(key(b, "selectors"), '[')
		for r.Len() > 0 {
			kind, protocol := r.Uint8(), r.Uint8()
			s := r.Sub(int(r.Uint16()) - 4)
			if r.Bad() {
				break
			}
			b = p.appendSelector(b, kind, protocol, &s)
			if s.Bad() {
				spoil(r)
			}
		}
		b = append(b, ']')
	}
	return closeBody(b, r)
}

func (p *Payload) appendSelector(b []byte, kind, protocol uint8, s *wire.Reader) []byte {
	b = open(b, '{')
	b = appendName(key(b, "type"), selectors2, uint64(kind), 2)
	if kind != 7 && kind != 8 {
		return append(hexMember(b, "data", p.hex(s.Rest())), '}')
	}
	size := 4
	if kind == 8 {
		size = 16
	}
	first, last := s.Uint16(), s.Uint16()
	from, _ := netip.AddrFromSlice(s.Bytes(size))
	to, _ := netip.AddrFromSlice(s.Bytes(size))
	if s.Bad() {
		return append(b, '}')
	}
	b = numberMember(b, "ip_protocol", uint64(protocol))
	b = numberMember(b, "start_port", uint64(first))
	b = numberMember(b, "end_port", uint64(last))
	b = p.appendAddr(key(b, "start_addr"), from)
	b = p.appendAddr(key(b, "end_addr"), to)
	return append(b, '}')
}

// appendConfig appends a configuration payload: IKEv2's (RFC 7296 section
// 3.15), or IKEv1's attributes of the transaction exchange
// (draft-dukes-ike-mode-cfg-02), which differ by an id.
func (p *Payload) appendConfig(b []byte, r *wire.Reader) []byte {
	b = open(b, '{')
	kind := r.Uint8()
	r.Skip(1)
	id := r.Uint16()
	if r.Bad() {
		return closeBody(b, r)
	}
	b = appendName(key(b, "type"), configTypes, uint64(kind), 2)
	if p.version1 {
		b = numberMember(b, "id", uint64(id))
	}
	if r.Len() > 0 {
		b = open(key(b, "attributes"), '[')
		for r.Len() > 0 {
			kind := r.Uint16()
			n := 2
			if kind&0x8000 == 0 || !p.version1 {
				n = int(r.Uint16())
			}
			v := r.Bytes(n)
			if r.Bad() {
				break
			}
			b = append(p.appendConfigValue(open(b, '{'), kind&0x7fff, v), '}')
		}
		b = append(b, ']')
	}
	return closeBody(b, r)
}

func (p *Payload) appendConfigValue(b []byte, kind uint16, v []byte) []byte {
	if isSecret(kind) && len(v) > 0 && !p.settings.Secrets {
		return nameMember(b, configs[kind], p.settings.Digest(v))
	}
	return named(b, configs, "kind", kind, p.hex(v))
}

// appendEAP appends the header of an EAP message (RFC 3748 section 4). What
// follows it may be a credential.
func appendEAP(b []byte, r *wire.Reader) []byte {
	b = open(b, '{')
	code, id := r.Uint8(), r.Uint8()
	r.Skip(2)
	if r.Bad() {
		return closeBody(b, r)
	}
	b = appendName(key(b, "code"), eapCodes, uint64(code), 2)
	b = numberMember(b, "id", uint64(id))
	if r.Len() > 0 {
		b = appendName(key(b, "type"), eapTypes, uint64(r.Uint8()), 2)
	}
	return closeBody(b, r)
}

// appendEncrypted appends what shows of an encrypted payload (RFC 7296 section
// 3.14) or of a fragment of one (RFC 7383 section 2.5). The Reader is over what
// store has kept: the first 4 bytes.
func (p *Payload) appendEncrypted(b []byte, r *wire.Reader) []byte {
	b = open(b, '{')
	size := p.size - 4
	if p.kind == fragment2 {
		number, total := r.Uint16(), r.Uint16()
		if r.Bad() {
			return closeBody(b, r)
		}
		b = numberMember(b, "number", uint64(number))
		b = numberMember(b, "total", uint64(total))
		size -= 4
	}
	b = numberMember(b, "length", uint64(max(size, 0)))
	if p.next != 0 {
		b = appendName(key(b, "first_payload"), payloads2, uint64(p.next), 2)
	}
	return closeBody(b, r)
}

func (p *Payload) appendFragment1(b []byte, r *wire.Reader) []byte {
	b = open(b, '{')
	id, number, flags := r.Uint16(), r.Uint8(), r.Uint8()
	if !r.Bad() {
		b = numberMember(b, "id", uint64(id))
		b = numberMember(b, "number", uint64(number))
		if flags&1 != 0 {
			b = flagMember(b, "last")
		}
		b = numberMember(b, "length", uint64(max(p.size-8, 0)))
	}
	return closeBody(b, r)
}
