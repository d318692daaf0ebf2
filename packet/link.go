package packet

import (
	"encoding/binary"

	"joy/capture"
	"joy/wire"
)

// Link types (tcpdump.org/linktypes.html) that no Source asks for by name.
const (
	linkFDDI           = 10
	linkATM            = 100 // RFC 2684
	linkFrameRelay     = 107
	linkENC            = 109 // OpenBSD IPsec
	linkPFLog          = 117
	linkPPPDirection   = 204
	linkCiscoDirection = 205
)

// ARP hardware types (Linux) whose frames SLL gives whole.
const (
	hardware80211    = 801
	hardwareRadiotap = 803
	hardwareNetlink  = 824
)

// linkType decodes a frame of a link type. The type is wider than that of a
// capture because PPI has its own.
func (w *walk) linkType(t uint32, s span) bool {
	switch t {
	case capture.LinkEthernet:
		return w.ethernet(s)
	case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpenBSD, capture.LinkIPv4, capture.LinkIPv6:
		return w.ip(s)
	case capture.LinkLinuxSLL:
		return w.linuxSLL(s)
	case capture.LinkLinuxSLL2:
		return w.linuxSLL2(s)
	case capture.LinkNull, capture.LinkLoop:
		return w.loopback(s, 4)
	case capture.LinkPPP, capture.LinkPPPSerial:
		return w.ppp(s)
	case capture.LinkPPPEther:
		return w.pppoe(s)
	case capture.LinkCiscoHDLC:
		return w.ciscoHDLC(s)
	case capture.LinkNFLOG:
		return w.nflog(s)
	case capture.LinkIEEE80211:
		return w.wlan(s)
	case capture.LinkRadiotap:
		return w.radiotap(s)
	case capture.LinkPrism, capture.LinkAVS:
		return w.prism(s)
	case capture.LinkPPI:
		return w.ppi(s)
	}
	return w.rareType(t, s)
}

func (w *walk) rareType(t uint32, s span) bool {
	switch t {
	case linkFDDI:
		return w.fddi(s)
	case linkATM:
		return w.llc(s)
	case linkFrameRelay:
		return w.frameRelay(s)
	case linkENC:
		return w.loopback(s, 12)
	case linkPFLog:
		return w.pfLog(s)
	case linkPPPDirection:
		return w.ppp(s.drop(1))
	case linkCiscoDirection:
		return w.ciscoHDLC(s.drop(1))
	}
	return w.fail(UnknownLinkType)
}

// loopback decodes a header of size bytes that begins with an address family:
// in the byte order of the host that wrote it, or of the network.
func (w *walk) loopback(s span, size int) bool {
	if s.len() < size {
		return w.fail(TruncatedLink)
	}
	family := binary.LittleEndian.Uint32(w.data[s.off:])
	if family > 0xffff {
		family = binary.BigEndian.Uint32(w.data[s.off:])
	}
	if !familyIP(family) {
		return w.fail(NotIP)
	}
	return w.ip(s.drop(size))
}

// familyIP reports whether an address family is that of IPv4 or IPv6 on some
// system: the number of IPv6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on
// FreeBSD and 30 on Darwin.
func familyIP(family uint32) bool {
	switch family {
	case 2, 10, 24, 28, 30:
		return true
	}
	return false
}

// linuxSLL decodes the "cooked" header of Linux, linuxSLL2 its second version.
func (w *walk) linuxSLL(s span) bool {
	if s.len() < 16 {
		return w.fail(TruncatedLink)
	}
	b := w.bytes(s)
	return w.cooked(binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[14:]), s.drop(16))
}

func (w *walk) linuxSLL2(s span) bool {
	if s.len() < 20 {
		return w.fail(TruncatedLink)
	}
	b := w.bytes(s)
	return w.cooked(binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint16(b), s.drop(20))
}

// cooked decodes what is behind an SLL header. The protocol is an EtherType
// or, below 1536, a number of Linux, of which 4 is for 802.2.
func (w *walk) cooked(hardware, protocol uint16, s span) bool {
	switch {
	case hardware == hardwareNetlink:
		return w.fail(NotIP)
	case hardware == hardware80211:
		return w.wlan(s)
	case hardware == hardwareRadiotap:
		return w.radiotap(s)
	case protocol == 4:
		return w.llc(s)
	case protocol < 1536:
		return w.fail(NotIP)
	}
	return w.etherType(protocol, s)
}

// nflog decodes packets that the Linux firewall logged: attributes in the byte
// order of the host, of which number 9 is the packet.
func (w *walk) nflog(s span) bool {
	const payload = 9
	if s.len() < 8 {
		return w.fail(TruncatedLink)
	}
	if !familyIP(uint32(w.data[s.off])) {
		return w.fail(NotIP)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if s = s.drop(4); w.data[s.off+2] == 0 { // the upper half of the first type
		order = binary.BigEndian
	}
	for s.len() >= 4 {
		size, kind := int(order.Uint16(w.data[s.off:])), order.Uint16(w.data[s.off+2:])
		if size < 4 {
			break
		}
		if kind == payload {
			return w.ip(s.limit(size).drop(4))
		}
		s = s.drop((size + 3) &^ 3)
	}
	return w.fail(TruncatedLink)
}

// fddi decodes FDDI frames with 802.2 in them.
func (w *walk) fddi(s span) bool {
	switch {
	case s.len() < 13:
		return w.fail(TruncatedLink)
	case w.data[s.off]&0xf0 != 0x50: // asynchronous, of a station
		return w.fail(NotIP)
	}
	return w.llc(s.drop(13))
}

// frameRelay decodes an address of two bytes and either the encapsulation of
// RFC 2427 or that of Cisco, an EtherType.
func (w *walk) frameRelay(s span) bool {
	r := wire.NewReader(w.bytes(s))
	r.Skip(2)
	t := r.Uint16()
	switch {
	case r.Bad():
		return w.fail(TruncatedLink)
	case t == 0x0300: // control, padding
		return w.nlpid(s.drop(4))
	case t>>8 == 0x03:
		return w.nlpid(s.drop(3))
	case t <= 1500:
		return w.fail(NotIP)
	}
	return w.etherType(t, s.drop(4))
}

// pfLog decodes packets that the OpenBSD firewall logged.
func (w *walk) pfLog(s span) bool {
	r := wire.NewReader(w.bytes(s))
	size, family := int(r.Uint8()), r.Uint8()
	switch {
	case r.Bad():
		return w.fail(TruncatedLink)
	case !familyIP(uint32(family)):
		return w.fail(NotIP)
	}
	return w.ip(s.drop((size + 3) &^ 3))
}
