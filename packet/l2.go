package packet

import (
	"encoding/binary"

	"joy/wire"
)

// EtherTypes (IEEE, IANA), and protocol types of GRE.
const (
	typeIPv4          = 0x0800
	typeARP           = 0x0806
	etherERSPAN3      = 0x22eb
	etherBridging     = 0x6558 // transparent Ethernet bridging
	etherRARP         = 0x8035
	etherVLAN         = 0x8100 // 802.1Q
	typeIPv6          = 0x86dd
	etherPPP          = 0x880b
	etherWCCP         = 0x883e
	etherMPLS         = 0x8847
	etherMPLSUpstream = 0x8848
	etherPPPoE        = 0x8864 // session stage
	etherProviderVLAN = 0x88a8 // 802.1ad
	etherERSPAN2      = 0x88be // and type I
	etherPBB          = 0x88e7 // 802.1ah
	etherFabricPath   = 0x8903
	etherMetaData     = 0x8909 // Cisco
	etherVNTag        = 0x8926
	etherHSR          = 0x892f
	etherVLAN9100     = 0x9100 // tags from before 802.1ad
	etherVLAN9200     = 0x9200
)

// isVLAN reports whether an EtherType is that of a VLAN tag.
func isVLAN(t uint16) bool {
	return t == etherVLAN || t == etherProviderVLAN || t == etherVLAN9100 || t == etherVLAN9200
}

// ethernet decodes an Ethernet frame from its addresses on.
func (w *walk) ethernet(s span) bool {
	if s.len() < 14 {
		return w.fail(TruncatedLink)
	}
	return w.etherType(binary.BigEndian.Uint16(w.data[s.off+12:]), s.drop(14))
}

// etherType decodes what is behind an EtherType, which may be a length
// (IEEE 802.3, section 3.2.6).
func (w *walk) etherType(t uint16, s span) bool {
	for w.header() {
		size := tagSize(t)
		if size == 0 {
			return w.network(t, s)
		}
		if s.len() < size {
			return w.fail(TruncatedLink)
		}
		t = binary.BigEndian.Uint16(w.data[s.off+size-2:])
		s = s.drop(size)
	}
	return false
}

// tagSize is the length of a header that ends with another EtherType; 0 for
// what is no such header.
func tagSize(t uint16) int {
	switch t {
	case etherVLAN, etherProviderVLAN, etherVLAN9100, etherVLAN9200:
		return 4
	case etherVNTag, etherHSR:
		return 6
	case etherMetaData:
		return 8
	}
	return 0
}

// network decodes what is behind the last EtherType.
func (w *walk) network(t uint16, s span) bool {
	switch t {
	case typeIPv4, typeIPv6:
		return w.ip(s)
	case typeARP, etherRARP:
		return w.fail(ARP)
	case etherMPLS, etherMPLSUpstream:
		return w.mpls(s)
	case etherPPPoE:
		return w.pppoe(s)
	case etherPPP:
		return w.ppp(s)
	case etherBridging:
		return w.ethernet(s)
	case etherPBB: // service instance tag, then the customer's frame
		return w.ethernet(s.drop(4))
	case etherFabricPath: // tree and TTL, then the frame
		return w.ethernet(s.drop(2))
	}
	if t <= 1500 {
		return w.llc(s.limit(int(t)))
	}
	return w.fail(NotIP)
}

// llc decodes an 802.2 header: that of SNAP (IEEE 802, section 9.4), of IP
// itself, or of ISO protocols (RFC 2427).
func (w *walk) llc(s span) bool {
	r := wire.NewReader(w.bytes(s))
	switch sap := r.Uint24(); {
	case r.Bad():
		return w.fail(TruncatedLink)
	case sap == 0x060603:
		return w.ip(s.drop(3))
	case sap == 0xfefe03:
		return w.nlpid(s.drop(3))
	case sap != 0xaaaa03:
		return w.fail(NotIP)
	}
	org, t := r.Uint24(), r.Uint16()
	switch {
	case r.Bad():
		return w.fail(TruncatedLink)
	case (org == 0 || org == 0x0000f8) && t > 1500: // Ethernet; the same tunnelled (802.1H)
		return w.etherType(t, s.drop(8))
	case org == 0x0080c2 && (t == 1 || t == 7): // bridged Ethernet (RFC 2684)
		return w.header() && w.ethernet(s.drop(8))
	}
	return w.fail(NotIP)
}

// nlpid decodes what is behind a network layer protocol identifier of ISO.
func (w *walk) nlpid(s span) bool {
	if s.len() == 0 {
		return w.fail(TruncatedLink)
	}
	switch w.data[s.off] {
	case 0xcc, 0x8e:
		return w.ip(s.drop(1))
	case 0x80: // SNAP
		r := wire.NewReader(w.bytes(s.drop(1)))
		if org, t := r.Uint24(), r.Uint16(); org == 0 && t > 1500 {
			return w.etherType(t, s.drop(6))
		}
	}
	return w.fail(NotIP)
}

// mpls decodes a stack of labels (RFC 3032). What is behind it is not named
// but guessed: an IP packet, or an Ethernet pseudowire (RFC 4448).
func (w *walk) mpls(s span) bool {
	for w.header() {
		if s.len() < 4 {
			return w.fail(TruncatedLink)
		}
		bottom := w.data[s.off+2]&1 != 0
		s = s.drop(4)
		if !bottom {
			continue
		}
		b := w.bytes(s)
		switch {
		case startsIP(b, s.sent()):
			return w.ip(s)
		case len(b) >= 19 && b[0]>>4 == 0 && knownEtherType(b[16:]): // control word
			return w.header() && w.ethernet(s.drop(4))
		}
		return w.header() && w.ethernet(s)
	}
	return false
}

// startsIP reports whether b, of n bytes on the wire, begins with an IP header.
// An address of Ethernet may look like one, but hardly with a length that fits;
// where it does not, b is Ethernet if an EtherType is in its place.
func startsIP(b []byte, n int) bool {
	if len(b) < 20 {
		return false
	}
	var length int
	switch {
	case b[0]>>4 == 4 && b[0]&15 >= 5:
		length = int(binary.BigEndian.Uint16(b[2:]))
	case b[0]>>4 == 6:
		length = 40 + int(binary.BigEndian.Uint16(b[4:]))
	default:
		return false
	}
	return length <= n || !knownEtherType(b[12:])
}

// knownEtherType reports whether b, at least 3 bytes, is the EtherType of IP
// with an IP packet behind it, of a tag, or of ARP.
func knownEtherType(b []byte) bool {
	switch t := binary.BigEndian.Uint16(b); t {
	case typeIPv4:
		return b[2]>>4 == 4
	case typeIPv6:
		return b[2]>>4 == 6
	case typeARP, etherMPLS, etherPPPoE:
		return true
	default:
		return tagSize(t) != 0
	}
}

// pppoe decodes the session stage of PPPoE (RFC 2516, section 4).
func (w *walk) pppoe(s span) bool {
	r := wire.NewReader(w.bytes(s))
	version, code := r.Uint8(), r.Uint8()
	r.Skip(2)
	n := int(r.Uint16())
	switch {
	case r.Bad():
		return w.fail(TruncatedLink)
	case version != 0x11 || code != 0:
		return w.fail(NotIP)
	}
	return w.ppp(s.drop(6).limit(n))
}

// Protocols of PPP (IANA).
const (
	pppIPv4          = 0x0021
	pppIPv6          = 0x0057
	pppMPLS          = 0x0281
	pppMPLSMulticast = 0x0283
)

// ppp decodes PPP (RFC 1661) with or without the address and control bytes of
// HDLC (RFC 1662), and with its protocol number in one byte or two. The
// addresses of Cisco HDLC are no PPP, but come under its link type.
func (w *walk) ppp(s span) bool {
	b := w.bytes(s)
	if len(b) >= 4 && (b[0] == 0x0f || b[0] == 0x8f) && b[1] == 0 {
		return w.ciscoHDLC(s)
	}
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		s, b = s.drop(2), b[2:]
	}
	if len(b) < 2 {
		return w.fail(TruncatedLink)
	}
	proto, size := binary.BigEndian.Uint16(b), 2
	if b[0]&1 != 0 {
		proto, size = uint16(b[0]), 1
	}
	s = s.drop(size)
	switch proto {
	case pppIPv4, pppIPv6:
		return w.ip(s)
	case pppMPLS, pppMPLSMulticast:
		return w.mpls(s)
	}
	return w.fail(NotIP)
}

func (w *walk) ciscoHDLC(s span) bool {
	if s.len() < 4 {
		return w.fail(TruncatedLink)
	}
	t := binary.BigEndian.Uint16(w.data[s.off+2:])
	if t <= 1500 {
		return w.fail(NotIP)
	}
	return w.etherType(t, s.drop(4))
}
