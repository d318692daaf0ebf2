package quic

import (
	"slices"

	"joy/wire"
)

// A kind of packet with a long header (RFC 9000 17.2). The first four are
// their types in version 1.
type kind uint8

const (
	initial kind = iota
	zeroRTT
	handshake
	retry
	negotiation
	kinds int = iota
)

const (
	maxCID     = 20 // bytes of a connection id
	tagLen     = 16 // of the AEAD
	sampleAt   = 4  // bytes from the packet number to the sample of header protection
	minPayload = sampleAt + 16
)

// A header is a long one. Its slices are borrowed from the packet.
type header struct {
	*dialect          // nil for a version negotiation
	version    uint32 // 0 for it
	kind       kind
	fixed      bool // the fixed bit is set: it may be not, once the other side allows that (RFC 9287)
	dcid, scid []byte
	token      []byte
	pn         int    // where the packet number begins
	end        int    // where the packet ends, which may be behind the datagram
	rest       []byte // what follows the header, without a length of its own: of a version negotiation, and of Google's versions
}

// parse reads a long header.
func parse(b []byte) (h header, ok bool) {
	r := wire.NewReader(b)
	first := r.Uint8()
	h.version = r.Uint32()
	if r.Bad() || first&0x80 == 0 {
		return h, false
	}
	if h.version == 0 {
		h.kind = negotiation
		h.ids(&r)
		h.rest, h.end = r.Rest(), len(b)
		return h, len(h.rest) >= 4 && len(h.rest)%4 == 0
	}
	h.fixed = first&0x40 != 0
	if h.dialect = dialectOf(h.version); h.dialect == nil {
		return h, false
	}
	h.kind = kind(first >> 4 & 3)
	if h.second {
		h.kind = (h.kind - 1) & 3
	}
	h.ids(&r)
	switch {
	case h.salt == "":
		h.rest, h.end = r.Rest(), len(b)
		return h, len(h.rest) > 0
	case h.kind == retry:
		h.retryToken(&r)
		h.end = len(b)
		return h, !r.Bad() && len(h.token) > 0
	case h.kind == initial:
		h.token = r.Bytes(int(min(varint(&r), 1<<16)))
	}
	n := varint(&r)
	h.pn = r.Offset()
	h.end = h.pn + int(min(n, 1<<16))
	return h, !r.Bad() && n >= minPayload && n < 1<<16
}

// ids reads the connection ids.
func (h *header) ids(r *wire.Reader) {
	var d, s int
	if h.dialect != nil && h.nibbles {
		n := r.Uint8()
		d, s = nibble(n>>4), nibble(n&15)
		h.dcid, h.scid = r.Bytes(d), r.Bytes(s)
		return
	}
	if d = int(r.Uint8()); d <= maxCID {
		h.dcid = r.Bytes(d)
	}
	if s = int(r.Uint8()); s <= maxCID {
		h.scid = r.Bytes(s)
	}
	if d > maxCID || s > maxCID {
		r.Skip(-1) // makes it bad
	}
}

func nibble(n uint8) int {
	if n == 0 {
		return 0
	}
	return int(n) + 3
}

// retryToken reads what follows the ids in a Retry (RFC 9000 17.2.5).
func (h *header) retryToken(r *wire.Reader) {
	if h.oldRetry {
		r.Sub8()
		h.token = r.Rest()
		return
	}
	h.token = r.Bytes(r.Len() - tagLen)
}

// varint reads a number of 1, 2, 4 or 8 bytes (RFC 9000 16).
func varint(r *wire.Reader) uint64 {
	v := uint64(r.Uint8())
	n := 1 << (v >> 6)
	v &= 0x3f
	for range n - 1 {
		v = v<<8 | uint64(r.Uint8())
	}
	return v
}

// A cid is a connection id that is kept.
type cid struct {
	n uint8
	b [maxCID]byte
}

func (c *cid) set(b []byte) { c.n = uint8(copy(c.b[:], b)) }

func (c *cid) bytes() []byte { return c.b[:c.n] }

func (c *cid) is(b []byte) bool { return slices.Equal(c.b[:c.n], b) }
