// Package dtls reads what DTLS leaves in the clear: 1.0 (RFC 4347), 1.2 (RFC
// 6347) and 1.3 (RFC 9147), and records with connection ids (RFC 9146).
//
// It puts handshake messages together from their fragments and hands them to
// package tls, since they are TLS's own. So is its Info: the object "tls" of a
// record, in which "dtls" holds what only DTLS has.
package dtls

import "joy/feature"

// Module is DTLS over UDP.
var Module = feature.Module{
	Key:   "dtls",
	Doc:   "DTLS: the same as TLS, in the object tls",
	Over:  feature.UDP,
	Ports: []uint16{443, 684, 853, 2083, 3391, 4433, 5061, 5349, 5684, 10161, 10162},
	Match: Match,
	New:   func(*feature.Settings) feature.Parser { return New() },
}

// Content types (RFC 9147 4).
const (
	typeCCS       = 20
	typeAlert     = 21
	typeHandshake = 22
	typeData      = 23
	typeHeartbeat = 24
	typeCID       = 25
	typeACK       = 26
)

const (
	headerLen = 13
	// messageLen is the length of the header of a handshake fragment.
	messageLen = 12
	// maxRecord is the longest body of a record (RFC 6347 4.1).
	maxRecord = 1<<14 + 2048
)

// A header is that of a record before DTLS 1.3, or of a clear one.
type header struct {
	typ   uint8
	epoch uint16
	size  int
}

// parse reads a header; ok is false when the bytes hold none with its body.
func parse(b []byte) (h header, ok bool) {
	if len(b) < headerLen || b[0] < typeCCS || b[0] > typeACK || !isVersion(b[1], b[2]) {
		return header{}, false
	}
	h = header{typ: b[0], epoch: uint16(b[3])<<8 | uint16(b[4]), size: int(b[11])<<8 | int(b[12])}
	return h, h.size > 0 && h.size <= maxRecord && h.size <= len(b)-headerLen
}

// isVersion knows the versions that stand in records: DTLS 1.0, 1.2 (and 1.3,
// which says so too), and 1.0 as OpenSSL 0.9.8 wrote it.
func isVersion(a, b byte) bool { return a == 0xfe && (b == 0xff || b == 0xfd) || a == 1 && b == 0 }

// Match recognises a datagram that begins with a clear handshake fragment, and
// one that holds nothing but records.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) < headerLen || b[0] < typeCCS || b[0] > typeACK || !isVersion(b[1], b[2]) {
		return feature.No
	}
	h, ok := parse(b)
	switch {
	case b[0] == typeCID && !ok:
		return feature.No
	case !ok:
		return feature.No
	case h.typ == typeHandshake && h.epoch == 0:
		if f, _, ok := fragment(b[headerLen : headerLen+h.size]); ok && f.plausible() {
			return feature.Yes
		}
		return feature.No
	case b[1] != 0xfe:
		return feature.No
	}
	for len(b) > 0 {
		h, ok := parse(b)
		if !ok {
			return feature.No
		}
		b = b[headerLen+h.size:]
	}
	return feature.Yes
}
