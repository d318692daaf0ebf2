// Package packet turns frames into packets: addresses, ports, flags, where the
// payload lies, and the path through tunnels.
package packet

import (
	"encoding/binary"
	"net/netip"
)

// IP protocol numbers (IANA) that the program treats by name.
const (
	ProtoICMP   = 1
	ProtoTCP    = 6
	ProtoUDP    = 17
	ProtoICMPv6 = 58
	ProtoSCTP   = 132
)

// TCP flags in the order of their bits (RFC 9293, section 3.1).
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// A Key names a conversation: the same value for both of its directions. The
// smaller (address, port) pair comes first; addresses are big-endian 128-bit
// numbers, IPv4 ones in the form ::ffff:a.b.c.d.
type Key struct {
	AHi, ALo, BHi, BLo uint64
	Ports              uint32 // port of A, port of B; 0 for protocols without
	Meta               uint32 // Proto, V6 and the number of the tunnel, see MakeMeta
}

// MakeMeta packs what a Key holds beside addresses and ports. Tunnel is the
// Group of the Path, 0 outside of tunnels, less than 1<<23.
func MakeMeta(proto uint8, v6 bool, tunnel uint32) uint32 {
	m := uint32(proto) | tunnel<<9
	if v6 {
		m |= 1 << 8
	}
	return m
}

// Proto is the IP protocol.
func (k *Key) Proto() uint8 { return uint8(k.Meta) }

// V6 reports whether the addresses are of IPv6.
func (k *Key) V6() bool { return k.Meta&(1<<8) != 0 }

// PortA is the port of A, 0 for protocols without ports.
func (k *Key) PortA() uint16 { return uint16(k.Ports >> 16) }

// PortB is the port of B.
func (k *Key) PortB() uint16 { return uint16(k.Ports) }

// A is the address that comes first in the key.
func (k *Key) A() netip.Addr { return addr(k.AHi, k.ALo, k.V6()) }

// B is the other address.
func (k *Key) B() netip.Addr { return addr(k.BHi, k.BLo, k.V6()) }

func addr(hi, lo uint64, v6 bool) netip.Addr {
	if !v6 {
		return netip.AddrFrom4([4]byte{byte(lo >> 24), byte(lo >> 16), byte(lo >> 8), byte(lo)})
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], hi)
	binary.BigEndian.PutUint64(b[8:], lo)
	return netip.AddrFrom16(b)
}

// A Packet is one decoded IP packet, the innermost one of a tunnelled frame. A
// datagram that arrived in fragments is one Packet.
//
// Data is borrowed from the capture.Batch (or, for a datagram put together
// from fragments, allocated for it); the offsets are positions in it.
type Packet struct {
	Time  int64  // nanoseconds since 1970; of a reassembled datagram, its last fragment's
	Begun int64  // the same, of its first fragment to arrive; Time where there are none
	Index uint64 // number of the frame in the run, from 0: the order of everything
	Clock int64  // largest Time up to here in this input; set by who reads the packets
	Key   Key
	Data  []byte // the frame, without its check sequence
	Path  *Path  // tunnels on the way to the packet, nil for none

	IP      uint32 // offset of the IP header
	L4      uint32 // offset of the transport header
	Payload uint32 // offset of the transport payload; at most End
	End     uint32 // end of the captured part of the IP packet, or of the UDP datagram where that says it is shorter

	Length     uint32 // of the IP packet on the wire: header and payload
	PayloadLen uint32 // of the transport payload on the wire; more than End-Payload when the capture cut it

	Seq, Ack  uint32 // TCP
	Window    uint16 // TCP, as sent, not scaled
	ID        uint16 // IPv4 identification
	Link      uint16 // link type of the frame
	Frags     uint16 // frames that the datagram, or that of a tunnel around it, came in; 0 when neither was fragmented
	Flags     uint8  // TCP flags
	TTL       uint8  // or hop limit
	Swapped   bool   // sent by the B of the Key
	Invalid   bool   // the transport header is malformed or cut off; such a packet has no ports unless they were read
	Truncated bool   // fewer bytes captured than sent, or fragments are missing
	// Overstated says that the IP header claims more bytes than the frame had on
	// the wire: they may never have been sent.
	Overstated bool
}

// Captured is the part of the transport payload that was captured.
func (p *Packet) Captured() []byte { return p.Data[p.Payload:p.End] }

// FlowLabel is that of IPv6, 0 for IPv4.
func (p *Packet) FlowLabel() uint32 {
	h := p.Data[p.IP:]
	if len(h) < 4 || h[0]>>4 != 6 {
		return 0
	}
	return binary.BigEndian.Uint32(h) & 0xfffff
}

// TCPOptions is the option area of the TCP header, as far as captured.
func (p *Packet) TCPOptions() []byte {
	if p.Payload < p.L4+20 {
		return nil
	}
	return p.Data[p.L4+20 : p.Payload]
}

// A Path lists the tunnels that a packet came through, outermost first. Paths
// are made once for each distinct list and never changed.
type Path struct {
	Hops []Hop
	// Group numbers the tunnel for the Key, from 1. It is the same for both
	// directions: see Decoder.
	Group uint32
}

// A Hop is one encapsulation.
type Hop struct {
	Kind  string     // ipip, 6in4, 4in6, gre, gretap, erspan, vxlan, geneve, gtpu, teredo, ...
	Src   netip.Addr // outer addresses
	Dst   netip.Addr
	ID    uint64 // VNI, GRE key, TEID, ERSPAN session; valid when HasID
	HasID bool
}

// HasPorts reports whether an IP protocol has ports: TCP, UDP, DCCP, SCTP and
// UDP-Lite.
func HasPorts(proto uint8) bool {
	switch proto {
	case ProtoTCP, ProtoUDP, 33, ProtoSCTP, 136:
		return true
	}
	return false
}
