package filter

import "joy/capture"

// Link types that only filters ask for by name.
const (
	linkFDDI       = 10
	linkATM        = 100 // RFC 2684, with LLC
	linkFrameRelay = 107
	linkENC        = 109
	linkPFLOG      = 117
)

// A family is a kind of link header, as far as filters tell them apart.
type family uint8

const (
	familyOpaque   family = iota // only its bytes and length are known
	familyEthernet               // an EtherType or a length
	familyHDLC                   // an EtherType
	familyPPP                    // a PPP protocol number
	familySLL                    // an EtherType or a number of Linux
	familySLL2
	familyRaw // version of IP
	familyIPv4
	familyIPv6
	familyNull // address family in the byte order of some host
	familyLoop // address family in network byte order
	familyWLAN // 802.11 with LLC
	familyLLC  // FDDI and ATM: LLC behind a fixed header
	familyFrameRelay
	familyPFLOG
)

// An offset is a place in a frame: base, plus what a word of scratch memory
// holds when the place depends on the frame.
type offset struct {
	base    uint32
	slot    uint8
	varying bool
}

// A layer says where things are in a frame, at some place of the expression:
// primitives such as vlan move it.
type layer struct {
	family  family
	link    uint16 // the link type that it was made for
	header  offset // the link header
	typ     offset // the field that says what the payload is
	payload offset
	net     uint32 // network header behind payload
	netLLC  uint32 // network header behind payload when LLC has no SNAP
	labels  int    // MPLS labels before
	geneve  bool   // there may be no link header
	noNet   bool   // the place of the network header is not known
}

// Scratch words are given to offsets from the last one down, and to
// calculations from the first one up.
const (
	slotHeader  = 15 // where the 802.11 header begins
	slotPayload = 14
	slotType    = 13
)

// newLayer is the layer that frames of a link type begin with.
func newLayer(link uint16) layer {
	fixed := func(f family, typ, payload uint32) layer {
		return layer{family: f, link: link, typ: offset{base: typ}, payload: offset{base: payload}}
	}
	llc := func(f family, payload uint32) layer {
		l := fixed(f, payload, payload)
		l.net, l.netLLC = 8, 3
		return l
	}
	switch link {
	case capture.LinkEthernet:
		l := fixed(familyEthernet, 12, 14)
		l.netLLC = 3
		return l
	case capture.LinkCiscoHDLC:
		return fixed(familyHDLC, 2, 4)
	case capture.LinkPPP, capture.LinkPPPSerial:
		return fixed(familyPPP, 2, 4)
	case capture.LinkPPPEther:
		return fixed(familyPPP, 6, 8)
	case capture.LinkLinuxSLL:
		return fixed(familySLL, 14, 16)
	case capture.LinkLinuxSLL2:
		return fixed(familySLL2, 0, 20)
	case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpenBSD:
		return fixed(familyRaw, 0, 0)
	case capture.LinkIPv4:
		return fixed(familyIPv4, 0, 0)
	case capture.LinkIPv6:
		return fixed(familyIPv6, 0, 0)
	case capture.LinkNull:
		return fixed(familyNull, 0, 4)
	case linkENC:
		return fixed(familyNull, 0, 12)
	case capture.LinkLoop:
		return fixed(familyLoop, 0, 4)
	case linkFDDI:
		return llc(familyLLC, 13)
	case linkATM:
		return llc(familyLLC, 0)
	}
	return newRareLayer(link, fixed, llc)
}

func newRareLayer(link uint16, fixed func(family, uint32, uint32) layer, llc func(family, uint32) layer) layer {
	switch link {
	case capture.LinkIEEE80211, capture.LinkPrism, capture.LinkRadiotap, capture.LinkAVS, capture.LinkPPI:
		l := llc(familyWLAN, 0)
		l.typ.base = 24
		l.payload = offset{slot: slotPayload, varying: true}
		if link != capture.LinkIEEE80211 {
			l.header = offset{slot: slotHeader, varying: true}
		}
		return l
	case linkFrameRelay:
		l := fixed(familyFrameRelay, 0, 0)
		l.noNet = true
		return l
	case linkPFLOG:
		l := fixed(familyPFLOG, 0, 0)
		l.payload = offset{slot: slotPayload, varying: true}
		return l
	}
	return fixed(familyOpaque, 0, 0)
}

// hasMAC reports whether there are Ethernet addresses at fixed places.
func (l *layer) hasMAC() bool {
	return l.family == familyEthernet || l.link == linkFDDI && l.family == familyLLC
}
