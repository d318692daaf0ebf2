package ike

import (
	"encoding/binary"
	"net/netip"

	"joy/feature"
	"joy/wire"
)

// Notifications of IKEv2 whose data is read.
const (
	invalidKE       = 17
	redirect        = 16407
	redirectedFrom  = 16408
	signatureHashes = 16431

	natSource      = 16388
	natDestination = 16389
	cookie         = 16390
	cookie2        = 16401
	ticket         = 16413
)

// appendNotify2 appends a notification of IKEv2 (RFC 7296 section 3.10).
func (p *Payload) appendNotify2(b []byte, r *wire.Reader) []byte {
	b = open(b, '{')
	protocol, spiLen, kind := r.Uint8(), int(r.Uint8()), r.Uint16()
	spi := r.Bytes(spiLen)
	if !r.Bad() {
		data := p.notified(kind, r.Rest())
		b = appendName(key(b, "protocol_id"), protocols2, uint64(protocol), 2)
		if spiLen > 0 {
			b = hexMember(b, "spi", p.random(spi))
		}
		b = named(b, notifies2, "kind", kind, data)
		b = appendParsed(b, kind, data)
	}
	return closeBody(b, r)
}

// notified is what may be told of the data of a notification of IKEv2.
func (p *Payload) notified(kind uint16, data []byte) []byte {
	switch kind {
	case natSource, natDestination:
		return p.natHash(data)
	case cookie, cookie2, ticket, signatureHashes:
		return p.random(data)
	}
	return p.hex(data)
}

// appendParsed appends what the data of some notifications says.
func appendParsed(b []byte, kind uint16, data []byte) []byte {
	switch {
	case kind == signatureHashes && len(data) >= 2: // RFC 7427 section 4
		b = open(key(b, "parsed"), '[')
		for ; len(data) >= 2; data = data[2:] {
			b = appendName(b, hashes2, uint64(binary.BigEndian.Uint16(data)), 4)
		}
		return append(b, ']')
	case kind == invalidKE && len(data) == 2:
		b = open(key(b, "parsed"), '[')
		b = appendName(b, groups2, uint64(binary.BigEndian.Uint16(data)), 4)
		return append(b, ']')
	case kind == redirect || kind == redirectedFrom:
		return appendGateway(b, data)
	}
	return b
}

// appendGateway appends whom a redirection is to or from (RFC 5685 section
// 7.2): a type, a length, and an address or a name.
func appendGateway(b, data []byte) []byte {
	r := wire.NewReader(data)
	kind := r.Uint8()
	id := r.Bytes(int(r.Uint8()))
	if r.Bad() {
		return b
	}
	addr, ok := netip.AddrFromSlice(id)
	switch {
	case kind <= 2 && ok:
		b = feature.Addr{IP: addr}.AppendJSON(open(key(b, "parsed"), '['))
	case kind == 3:
		b = feature.AppendString(open(key(b, "parsed"), '['), id)
	default:
		return b
	}
	return append(b, ']')
}

// appendNotify1 appends a notification of IKEv1 (RFC 2408 section 3.14).
func (p *Payload) appendNotify1(b []byte, r *wire.Reader) []byte {
	b = open(b, '{')
	doi, protocol, spiLen, kind := r.Uint32(), r.Uint8(), int(r.Uint8()), r.Uint16()
	spi := r.Bytes(spiLen)
	if !r.Bad() {
		b = appendDOI(b, doi)
		b = appendName(key(b, "protocol_id"), protocols1, uint64(protocol), 2)
		if spiLen > 0 {
			b = hexMember(b, "spi", p.random(spi))
		}
		b = named(b, notifies1, "kind", kind, p.hex(r.Rest()))
	}
	return closeBody(b, r)
}

// appendDelete appends a list of SPIs; IKEv1 has the DOI before (RFC 7296
// section 3.11, RFC 2408 section 3.15).
func (p *Payload) appendDelete(b []byte, r *wire.Reader, protocols names, withDOI bool) []byte {
	b = open(b, '{')
	if withDOI {
		if doi := r.Uint32(); !r.Bad() {
			b = appendDOI(b, doi)
		}
	}
	protocol, spiLen, n := r.Uint8(), int(r.Uint8()), int(r.Uint16())
	if r.Bad() {
		return closeBody(b, r)
	}
	b = appendName(key(b, "protocol_id"), protocols, uint64(protocol), 2)
	if n > 0 && spiLen > 0 {
		b = open(key(b, "spis"), '[')
		for ; n > 0; n-- {
			spi := r.Bytes(spiLen)
			if r.Bad() {
				break
			}
			b = feature.Hex(p.random(spi)).AppendJSON(comma(b))
		}
		b = append(b, ']')
	}
	return closeBody(b, r)
}
