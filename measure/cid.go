package measure

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"net/netip"

	"joy/packet"
)

// CommunityID appends the Community ID, version 1, of a flow: "1:" and the
// base64 form of a SHA-1 over seed, addresses, protocol and ports, the smaller
// endpoint first, so that both directions have the same. Source: the Community
// ID specification of Corelight.
//
// Src sent the packet that sport and dport are taken from. For ICMP and ICMPv6
// these are type and code; types that have a counterpart (echo and echo reply)
// stand for a port each, others make an ID that differs by direction. TCP, UDP
// and SCTP have ports; for all other protocols they are not used.
func CommunityID(dst []byte, seed uint16, src, dest netip.Addr, proto uint8, sport, dport uint16) []byte {
	oneWay := false
	if proto == packet.ProtoICMP || proto == packet.ProtoICMPv6 {
		if t := counterpart(proto, sport); t >= 0 {
			dport = uint16(t)
		} else {
			oneWay = true
		}
	}
	if order := dest.Compare(src); !oneWay && (order < 0 || order == 0 && dport < sport) {
		src, dest, sport, dport = dest, src, dport, sport
	}
	var room [40]byte
	b := binary.BigEndian.AppendUint16(room[:0], seed)
	b = appendAddr(b, src)
	b = appendAddr(b, dest)
	b = append(b, proto, 0)
	if inCommunityID(proto) {
		b = binary.BigEndian.AppendUint16(b, sport)
		b = binary.BigEndian.AppendUint16(b, dport)
	}
	sum := sha1.Sum(b)
	return base64.StdEncoding.AppendEncode(append(dst, "1:"...), sum[:])
}

func appendAddr(b []byte, a netip.Addr) []byte {
	if a.Is4() {
		v := a.As4()
		return append(b, v[:]...)
	}
	v := a.As16()
	return append(b, v[:]...)
}

// inCommunityID reports whether the ports, or what stands for them, go into
// the ID. DCCP and UDP-Lite are not among them.
func inCommunityID(proto uint8) bool {
	switch proto {
	case packet.ProtoICMP, packet.ProtoTCP, packet.ProtoUDP, packet.ProtoICMPv6, packet.ProtoSCTP:
		return true
	}
	return false
}

// counterpart is the ICMP or ICMPv6 type that answers type t, or that t
// answers; -1 when there is none.
func counterpart(proto uint8, t uint16) int {
	pairs := icmpPairs[:]
	if proto == packet.ProtoICMPv6 {
		pairs = icmpv6Pairs[:]
	}
	for _, p := range pairs {
		switch t {
		case p[0]:
			return int(p[1])
		case p[1]:
			return int(p[0])
		}
	}
	return -1
}

// Requests and replies (IANA, ICMP parameters).
var (
	icmpPairs = [...][2]uint16{
		{8, 0},   // echo
		{10, 9},  // router solicitation, advertisement
		{13, 14}, // timestamp
		{15, 16}, // information
		{17, 18}, // address mask
	}
	icmpv6Pairs = [...][2]uint16{
		{128, 129}, // echo
		{130, 131}, // multicast listener query, report
		{133, 134}, // router solicitation, advertisement
		{135, 136}, // neighbour solicitation, advertisement
		{139, 140}, // node information query, response
		{144, 145}, // home agent address discovery
	}
)
