// Package ike follows the key exchange of IPsec: ISAKMP with IKEv1 (RFC 2407,
// 2408, 2409) and IKEv2 (RFC 7296), behind the non-ESP marker of NAT traversal
// too (RFC 3947, 3948), with IKEv2's fragments (RFC 7383), additional key
// exchanges (RFC 9242, 9370) and IKEv1's fragments of Cisco and Microsoft.
//
// A parser keeps the bytes of the messages that are not encrypted and takes
// them apart when the record is written.
package ike

import (
	"encoding/binary"

	"joy/feature"
)

// Module is what the engine knows of IKE.
var Module = feature.Module{
	Key:   "ike",
	Doc:   "IKE: messages of IKEv1 and IKEv2 with proposals, notifications and vendor ids",
	Over:  feature.UDP,
	Ports: []uint16{500, 4500},
	Match: Match,
	New:   func(s *feature.Settings) feature.Parser { return &Parser{settings: s} },
}

// Payload types, bits of flags and offsets in the header (RFC 7296 section
// 3.1, RFC 2408 section 3.1) that decide how a message is read.
const (
	headerLen = 28

	encrypted2 = 46  // IKEv2: all behind it is encrypted
	fragment2  = 53  // IKEv2: as encrypted, and only a part
	fragment1  = 132 // IKEv1, in private use: a part of a whole message

	flagEncrypted1 = 1 << 0
	flagCommit1    = 1 << 1
	flagAuthOnly1  = 1 << 2
	flagInitiator2 = 1 << 3
	flagVersion2   = 1 << 4
	flagResponse2  = 1 << 5
)

// Match recognises a message by its header.
func Match(c *feature.Chunk) feature.Guess {
	if m, _ := find(c.Bytes); m != nil {
		return feature.Yes
	}
	return feature.No
}

// find returns the message of a datagram and whether a non-ESP marker (RFC 3948
// section 2.2) was before it; nil when there is none.
func find(b []byte) (message []byte, marked bool) {
	if len(b) < headerLen {
		return nil, false
	}
	if binary.BigEndian.Uint32(b) == 0 && plausible(b[4:]) {
		return b[4:], true
	}
	if plausible(b) {
		return b, false
	}
	return nil, false
}

// plausible reports whether b begins with a header of ISAKMP. All parts of it
// have to fit, so that chance finds one in some 2^37 datagrams.
func plausible(b []byte) bool {
	if len(b) < headerLen {
		return false
	}
	next, version, exchange, flags := b[16], b[17], b[18], b[19]
	if version != 0x10 && version>>4 != 2 { // most datagrams end here
		return false
	}
	size := binary.BigEndian.Uint32(b[24:])
	if size < headerLen || size > 0xffff || binary.BigEndian.Uint64(b) == 0 {
		return false
	}
	if version == 0x10 {
		// From 240 on in private use, for one by Microsoft's AuthIP.
		known := exchange >= 1 && exchange <= 6 || exchange == 32 || exchange == 33 || exchange >= 240
		return known && flags&^(flagEncrypted1|flagCommit1|flagAuthOnly1) == 0 && (next <= 23 || next >= 128)
	}
	// Bit 0 is reserved and to be ignored, and some set it.
	known := exchange >= 34 && exchange <= 44 || exchange >= 240
	return known && flags&0xc6 == 0 && (next == 0 || next >= 33 && next <= 60 || next >= 128)
}
