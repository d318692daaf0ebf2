package ike

import (
	"net/netip"

	"joy/feature"
)

// Hide has hidden addresses replaced, or left out, when the payload is written.
// What is random by protocol, or a hash, stays: nonces, keys, SPIs, digests. But
// not the hashes by which NAT is detected: all addresses can be tried on them.
func (p *Payload) Hide(h feature.Hider) { p.hider = h }

// hex is b, without it if it holds a hidden address.
func (p *Payload) hex(b []byte) []byte {
	if p.hider == nil {
		return b
	}
	return p.hider.Hex(b)
}

// text is b with hidden addresses replaced.
func (p *Payload) text(b []byte) []byte {
	if p.hider == nil {
		return b
	}
	return p.hider.Text(b)
}

// random is b, which is random or a hash by protocol, without it if it is a text
// with a hidden address in it.
func (p *Payload) random(b []byte) []byte {
	if p.hider == nil {
		return b
	}
	return feature.HideInRandom(p.hider, b)
}

// appendAddr appends an address or what stands for it.
func (p *Payload) appendAddr(b []byte, ip netip.Addr) []byte {
	a := feature.Addr{IP: ip}
	if p.hider != nil {
		p.hider.Addr(&a)
	}
	return a.AppendJSON(b)
}

// natHash is b, a hash of an address and of what is known besides (RFC 7296
// section 2.23, RFC 3947 section 3.2), or nothing when addresses are hidden.
func (p *Payload) natHash(b []byte) []byte {
	if p.hider == nil {
		return b
	}
	return nil
}
