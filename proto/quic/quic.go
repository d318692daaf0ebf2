// Package quic reads what QUIC shows of a connection: version 1 (RFC 9000 and
// 9001), version 2 (RFC 9369), the drafts 17 to 34 of the IETF, those of
// Facebook, and Google's versions that were before, Q020 to T051; the
// invariants of all (RFC 8999), and version negotiation (RFC 9368).
//
// Initial packets are encrypted with keys that follow from a connection id that
// everybody sees. They are decrypted, the CRYPTO frames in them put together,
// and handed to package tls: its Info is the object "tls" of a record, while
// "quic" holds what is the transport's own.
//
// A Parser has 440 bytes, and about 1,800 of keys until both hellos are there.
// It keeps the hellos, in what tls.Handshake allows; at most 16 KiB a direction
// while pieces of them are missing; and at most 1,500 bytes of a packet whose
// keys are not known yet.
package quic

import (
	"encoding/binary"

	"joy/feature"
)

// Module is QUIC over UDP.
var Module = feature.Module{
	Key:   "quic",
	Doc:   "QUIC: versions, connection ids, transport parameters, and the hellos in the object tls",
	Over:  feature.UDP,
	Ports: []uint16{443, 80, 784, 853, 4433, 8443, 8853},
	Match: Match,
	New:   func(*feature.Settings) feature.Parser { return New() },
}

// minCut is the fewest bytes of a packet that is longer than what was captured.
const minCut = 48

// Match recognises a long header of a version that is known, with all lengths in
// their bounds, a version negotiation that offers such a version, and the hello
// of Google's first versions.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	switch {
	case len(b) < minPayload:
		return feature.No
	case b[0]&0x80 == 0:
		return matchPublic(b)
	}
	// Most that is no QUIC ends here (BenchmarkMatch).
	if v := binary.BigEndian.Uint32(b[1:]); v != 0 && dialectOf(v) == nil {
		return feature.No
	}
	return matchLong(b)
}

func matchPublic(b []byte) feature.Guess {
	if b[0]&publicFlags != flagVersion|flagID {
		return feature.No
	}
	h, ok := parsePublic(b)
	return guess(ok && plausible(h.rest))
}

func matchLong(b []byte) feature.Guess {
	h, ok := parse(b)
	switch {
	case !ok:
		return feature.No
	case h.kind == negotiation:
		return guess(offersKnown(h.rest))
	case !h.fixed && (h.end != len(b) && h.kind != initial || len(h.dcid)+len(h.scid) < 4 || h.salt == ""):
		return feature.No
	case h.salt == "":
		return guess(h.kind != initial || plausible(h.rest))
	case h.kind == retry:
		return feature.Yes
	case h.dialect == &reserved:
		return guess(h.kind == initial && h.end <= len(b) && len(h.dcid) >= 8)
	case h.end > len(b):
		// A capture may hold less than was sent.
		return guess(len(b) >= minCut && len(h.dcid) >= 4)
	}
	return feature.Yes
}

func guess(yes bool) feature.Guess {
	if yes {
		return feature.Yes
	}
	return feature.No
}

// offersKnown reports whether a version that is known is in a list.
func offersKnown(b []byte) bool {
	for ; len(b) >= 4; b = b[4:] {
		if v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]); dialectOf(v) != nil && !isReserved(v) {
			return true
		}
	}
	return false
}
