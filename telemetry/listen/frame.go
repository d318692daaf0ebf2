package listen

import (
	"encoding/binary"
	"net/netip"
)

const (
	ipv4Header = 20
	ipv6Header = 40
	udpHeader  = 8
	maxHeaders = ipv6Header + udpHeader
	hopLimit   = 64 // of the headers that are made up
	protoUDP   = 17
)

// maxPayload is the most bytes that fit a UDP datagram of a family.
func maxPayload(a netip.Addr) int {
	if a.Is4() {
		return 1<<16 - 1 - ipv4Header - udpHeader
	}
	return 1<<16 - 1 - udpHeader
}

// appendFrame appends an IP packet with a UDP datagram. Both addresses are of one
// family; b is not longer than maxPayload.
func appendFrame(dst []byte, from, to netip.AddrPort, b []byte) []byte {
	length := udpHeader + len(b)
	start := len(dst)
	if from.Addr().Is4() {
		dst = append(dst, 0x45, 0)
		dst = binary.BigEndian.AppendUint16(dst, uint16(ipv4Header+length))
		dst = append(dst, 0, 0, 0, 0, hopLimit, protoUDP, 0, 0)
		a, b := from.Addr().As4(), to.Addr().As4()
		dst = append(append(dst, a[:]...), b[:]...)
		binary.BigEndian.PutUint16(dst[start+10:], ^fold(sum(0, dst[start:])))
	} else {
		dst = append(dst, 0x60, 0, 0, 0)
		dst = binary.BigEndian.AppendUint16(dst, uint16(length))
		dst = append(dst, protoUDP, hopLimit)
		a, b := from.Addr().As16(), to.Addr().As16()
		dst = append(append(dst, a[:]...), b[:]...)
	}
	addresses := dst[start+12:]
	if from.Addr().Is6() {
		addresses = dst[start+8:]
	}
	pseudo := sum(uint32(length+protoUDP), addresses)
	udp := len(dst)
	dst = binary.BigEndian.AppendUint16(dst, from.Port())
	dst = binary.BigEndian.AppendUint16(dst, to.Port())
	dst = binary.BigEndian.AppendUint16(dst, uint16(length))
	dst = append(append(dst, 0, 0), b...)
	check := ^fold(sum(pseudo, dst[udp:]))
	if check == 0 {
		check = 0xffff // 0 stands for none (RFC 768)
	}
	binary.BigEndian.PutUint16(dst[udp+6:], check)
	return dst
}

// sum adds up words of 16 bits for the checksum of RFC 1071. It cannot overflow
// with the bytes of one datagram.
func sum(s uint32, b []byte) uint32 {
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}
