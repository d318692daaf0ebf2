package packet

import (
	"encoding/binary"

	"joy/wire"
)

// Next header values of IPv6 (IANA) that are no transport.
const (
	nextHopByHop    = 0
	nextRouting     = 43
	nextFragment    = 44
	nextAH          = 51
	nextNone        = 59
	nextDestination = 60
	nextMobility    = 135
	nextHIP         = 139
	nextShim6       = 140
)

// maxExtensions bounds the chain of IPv6 extension headers.
const maxExtensions = 16

// A header is what a packet's IP header says, whatever the version.
type header struct {
	src, dst address
	off      int // of the IP header
	id       uint16
	proto    uint8 // of what the span passed along with the header holds
	ttl      uint8
	v6       bool
	cut      bool // proto is an extension header that is not all there
}

// ip decodes an IP packet of either version.
func (w *walk) ip(s span) bool {
	if s.len() == 0 {
		return w.fail(TruncatedIP)
	}
	switch w.data[s.off] >> 4 {
	case 4:
		return w.ipv4(s)
	case 6:
		return w.ipv6(s)
	}
	return w.fail(BadIPHeader)
}

// ipv4 decodes an IPv4 packet (RFC 791, section 3.1). A total length of 0 is
// that of a segment which the network card has yet to cut into packets; it
// then goes up to the end of the frame.
func (w *walk) ipv4(s span) bool {
	if s.sent() < 20 {
		return w.fail(BadIPHeader)
	}
	if s.len() < 20 {
		return w.fail(TruncatedIP)
	}
	b := w.bytes(s)[:20]
	if b[0]>>4 != 4 {
		return w.fail(BadIPHeader)
	}
	size, length := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	w.over = length > s.sent()
	if length != 0 {
		s = s.claim(length)
	}
	if size < 20 || length != 0 && length < size || size > s.sent() {
		return w.fail(BadIPHeader)
	}
	h := header{
		src: address4(b[12:]), dst: address4(b[16:]), off: s.off,
		id: binary.BigEndian.Uint16(b[4:]), proto: b[9], ttl: b[8],
	}
	s = s.drop(size)
	if f := binary.BigEndian.Uint16(b[6:]); f&0x3fff != 0 {
		return w.fragment(&h, s, fragmentOf{id: uint32(h.id), offset: int(f&0x1fff) * 8, more: f&0x2000 != 0})
	}
	return w.carried(&h, s)
}

// ipv6 decodes an IPv6 packet (RFC 8200, section 3).
func (w *walk) ipv6(s span) bool {
	if s.sent() < 40 {
		return w.fail(BadIPHeader)
	}
	if s.len() < 40 {
		return w.fail(TruncatedIP)
	}
	b := w.bytes(s)[:40]
	if b[0]>>4 != 6 {
		return w.fail(BadIPHeader)
	}
	h := header{
		src: address6(b[8:]), dst: address6(b[24:]), off: s.off,
		proto: b[6], ttl: b[7], v6: true,
	}
	s = s.drop(40)
	n := int(binary.BigEndian.Uint16(b[4:]))
	w.over = n > s.sent()
	if n != 0 || !w.unsized(&h, s) {
		s = s.claim(n)
	}
	return w.carried(&h, s)
}

// unsized reports whether an IPv6 packet with a payload length of 0 goes up to
// the end of the frame: a jumbogram (RFC 2675), or a segment that is yet to be
// cut. Less than 20 bytes may be padding of Ethernet.
func (w *walk) unsized(h *header, s span) bool {
	switch h.proto {
	case ProtoTCP, ProtoUDP:
		return s.sent() >= 20
	case nextHopByHop:
		return w.jumbo(s)
	}
	return false
}

// jumbo reports whether hop-by-hop options begin with a Jumbo Payload option
// that claims no more than the frame has. (The option is always alone: no
// implementation sends others beside it.)
func (w *walk) jumbo(s span) bool {
	r := wire.NewReader(w.bytes(s))
	r.Skip(2)
	kind, n, length := r.Uint8(), r.Uint8(), r.Uint32()
	return !r.Bad() && kind == 0xc2 && n == 4 && length > 0xffff && int64(length) <= int64(s.sent())
}

// carried decodes what an IP packet carries: first what stands between its
// header and the transport.
func (w *walk) carried(h *header, s span) bool {
	for range maxExtensions {
		size := 0
		switch {
		case h.proto == nextAH:
			size = w.extension(h, s, 2, 4)
		case !h.v6:
		case h.proto == nextFragment:
			if f, ok := w.fragmentHeader(h, s); ok {
				return w.fragment(h, s.drop(8), f)
			}
			size = w.extension(h, s, 1, 0)
		case isExtension(h.proto):
			size = w.extension(h, s, 1, 8)
		}
		if size == 0 {
			return w.upper(h, s)
		}
		s = s.drop(size)
	}
	h.cut = true
	return w.upper(h, s)
}

func isExtension(proto uint8) bool {
	switch proto {
	case nextHopByHop, nextRouting, nextDestination, nextMobility, nextHIP, nextShim6:
		return true
	}
	return false
}

// extension makes h that of the header behind an extension header, and returns
// how many bytes that one has: its length field plus more, in the given unit.
// 0 means that it is none, or not all there: then it is what the packet
// carries. So are Mobility, HIP and Shim6 messages with nothing behind them.
func (w *walk) extension(h *header, s span, more, unit int) int {
	if s.len() < 8 {
		h.cut = true
		return 0
	}
	next, size := w.data[s.off], 8
	if unit != 0 {
		size = (int(w.data[s.off+1]) + more) * unit
	}
	message := h.proto == nextMobility || h.proto == nextHIP || h.proto == nextShim6
	h.cut = size > s.len()
	if h.cut || message && next == nextNone {
		return 0
	}
	h.proto = next
	return size
}

// fragmentHeader reads an IPv6 Fragment header (RFC 8200, section 4.5). It
// reports false for one that is cut, and for that of an atomic fragment, which
// is a whole packet (RFC 6946).
func (w *walk) fragmentHeader(h *header, s span) (fragmentOf, bool) {
	r := wire.NewReader(w.bytes(s))
	next := r.Uint8()
	r.Skip(1)
	f := r.Uint16()
	p := fragmentOf{id: r.Uint32(), offset: int(f &^ 7), more: f&1 != 0}
	if r.Bad() || p.offset == 0 && !p.more {
		return fragmentOf{}, false
	}
	h.proto = next
	return p, true
}

// upper decodes what is behind the last of the IP headers. It always takes the
// frame.
func (w *walk) upper(h *header, s span) bool {
	switch {
	case w.d.carriers:
		w.emit(h, s)
		w.inside(h, s)
	case !w.inside(h, s):
		w.emit(h, s)
	}
	return true
}
