package ike

import (
	"joy/feature"
	"joy/wire"
)

// appendSA2 appends the proposals of IKEv2 (RFC 7296 section 3.3).
func (p *Payload) appendSA2(b []byte, r *wire.Reader) []byte {
	b = open(b, '{')
	b = p.appendProposals(b, r, protocols2, (*Payload).appendTransform2)
	return closeBody(b, r)
}

// appendSA1 appends the proposals of IKEv1 with what is before them (RFC 2407
// section 4.6.1, RFC 2408 section 3.4).
func (p *Payload) appendSA1(b []byte, r *wire.Reader) []byte {
	b = open(b, '{')
	doi, situation := r.Uint32(), r.Uint32()
	if r.Bad() {
		return closeBody(b, r)
	}
	b = appendDOI(b, doi)
	b = numberMember(b, "situation", uint64(situation))
	if doi == 1 {
		b = p.appendLabels(b, r, situation)
	}
	switch {
	case doi > 1 && r.Len() > 0: // GDOI's are of another kind (RFC 6407 section 5.2)
		b = hexMember(b, "data", p.hex(r.Rest()))
	case !r.Bad():
		b = p.appendProposals(b, r, protocols1, (*Payload).appendTransform1)
	}
	return closeBody(b, r)
}

func appendDOI(b []byte, doi uint32) []byte {
	digits := 1
	for v := doi >> 4; v != 0; v >>= 4 {
		digits++
	}
	return appendName(key(b, "doi"), doi1, uint64(doi), digits)
}

// appendLabels appends what a situation of the bits secrecy (2) and integrity
// (4) has beside.
func (p *Payload) appendLabels(b []byte, r *wire.Reader, situation uint32) []byte {
	if situation&6 == 0 {
		return b
	}
	b = numberMember(b, "labeled_domain_identifier", uint64(r.Uint32()))
	for _, what := range []struct {
		bit             uint32
		level, category string
	}{{2, "secrecy_level", "secrecy_category"}, {4, "integrity_level", "integrity_category"}} {
		if situation&what.bit == 0 {
			continue
		}
		n := int(r.Uint16())
		r.Skip(2)
		b = hexMember(b, what.level, p.hex(padded(r, n)))
		bits := int(r.Uint16())
		r.Skip(2)
		b = hexMember(b, what.category, p.hex(padded(r, (bits+7)/8)))
	}
	return b
}

// padded reads n bytes and those that fill them to a multiple of 4.
func padded(r *wire.Reader, n int) []byte {
	v := r.Bytes(n)
	r.Skip(-n & 3)
	return v
}

// A transform appends the JSON of one; kind is the protocol of its proposal,
// and the Reader begins behind the first 4 bytes.
type transform func(p *Payload, b []byte, kind uint8, t *wire.Reader) []byte

// appendProposals appends the proposals of both versions: only the transforms
// differ. The first two bytes of each say whether another one follows, the next
// two how long it is.
func (p *Payload) appendProposals(b []byte, r *wire.Reader, protocols names, one transform) []byte {
	if r.Len() == 0 {
		return b
	}
	b = open(key(b, "proposals"), '[')
	for more := true; more && r.Len() > 0; {
		var e wire.Reader
		if e, more = element(r); r.Bad() {
			break
		}
		num, protocol, spiLen := e.Uint8(), e.Uint8(), int(e.Uint8())
		e.Skip(1) // the number of transforms: they tell themselves which is the last
		spi := e.Bytes(spiLen)
		if e.Bad() {
			spoil(r)
			break
		}
		b = numberMember(open(b, '{'), "num", uint64(num))
		b = appendName(key(b, "protocol_id"), protocols, uint64(protocol), 2)
		if spiLen > 0 {
			b = hexMember(b, "spi", p.random(spi))
		}
		b = p.appendTransforms(b, &e, protocol, one)
		b = append(b, '}')
		if e.Bad() {
			spoil(r)
		}
	}
	return append(b, ']')
}

func (p *Payload) appendTransforms(b []byte, r *wire.Reader, protocol uint8, one transform) []byte {
	if r.Len() == 0 {
		return b
	}
	b = open(key(b, "transforms"), '[')
	for more := true; more && r.Len() > 0; {
		var t wire.Reader
		if t, more = element(r); r.Bad() || t.Len() < 4 {
			spoil(r)
			break
		}
		b = one(p, b, protocol, &t)
		if t.Bad() {
			spoil(r)
		}
	}
	return append(b, ']')
}

// spoil makes a Reader bad because a part of its bytes was.
func spoil(r *wire.Reader) { r.Skip(-1) }

// element reads a proposal or a transform: a byte that is 0 for the last one, a
// byte that is reserved, and the length of all of it.
func element(r *wire.Reader) (e wire.Reader, more bool) {
	more = r.Uint8() != 0
	r.Skip(1)
	e = r.Sub(int(r.Uint16()) - 4)
	return e, more
}

func (p *Payload) appendTransform2(b []byte, _ uint8, t *wire.Reader) []byte {
	kind := t.Uint8()
	t.Skip(1)
	id := t.Uint16()
	b = open(b, '{')
	if name := transformTypes[uint16(kind)]; name != "" {
		b = appendName(key(b, name), transformIDs(kind), uint64(id), 4)
	} else {
		b = numberMember(b, "kind", uint64(kind))
		b = appendName(key(b, "id"), nil, uint64(id), 4)
	}
	b = p.appendAttributes(b, t, attributes2, func(uint16) names { return nil })
	return append(b, '}')
}

func (p *Payload) appendTransform1(b []byte, protocol uint8, t *wire.Reader) []byte {
	num, id := t.Uint8(), t.Uint8()
	t.Skip(2)
	b = open(b, '{')
	types, values := attributes1, attributeValues1
	if protocol == 1 {
		b = appendName(key(b, "id"), names{1: "key_ike"}, uint64(id), 2)
	} else {
		types, values = ipsecAttributes1, ipsecValues1
		b = appendName(key(b, "id"), nil, uint64(id), 2)
	}
	b = numberMember(b, "num", uint64(num))
	b = p.appendAttributes(b, t, types, values)
	return append(b, '}')
}

// appendAttributes appends data attributes (RFC 2408 section 3.3): the top bit
// of the type says that two bytes of value follow, and not a length.
func (p *Payload) appendAttributes(b []byte, t *wire.Reader, types names, values func(uint16) names) []byte {
	if t.Len() == 0 {
		return b
	}
	b = open(key(b, "attributes"), '[')
	for t.Len() > 0 {
		kind := t.Uint16()
		n := 2
		if kind&0x8000 == 0 {
			n = int(t.Uint16())
		}
		v := t.Bytes(n)
		if t.Bad() {
			break
		}
		b = p.appendAttribute(open(b, '{'), kind&0x7fff, v, types, values)
		b = append(b, '}')
	}
	return append(b, ']')
}

func (p *Payload) appendAttribute(b []byte, kind uint16, v []byte, types names, values func(uint16) names) []byte {
	name := types[kind]
	if name == "" {
		return named(b, nil, "kind", kind, p.hex(v))
	}
	if len(v) == 2 {
		if value := values(kind)[uint16(v[0])<<8|uint16(v[1])]; value != "" {
			return nameMember(b, name, value)
		}
	}
	return feature.Hex(p.hex(v)).AppendJSON(key(b, name))
}
