package packet

import "encoding/binary"

// IP protocol numbers (IANA) that only the Decoder needs to know.
const (
	protoIPv4     = 4
	protoDCCP     = 33
	protoIPv6     = 41
	protoGRE      = 47
	protoEtherIP  = 97
	protoUDPLite  = 136
	protoMPLS     = 137
	protoEthernet = 143
)

// transport reads the header of what an IP packet carries. b is its captured
// part, p.Data from p.L4 to p.End, and n its length on the wire. It returns
// the ports as a Key has them, those of the sender first.
func (p *Packet) transport(proto uint8, b []byte, n int) (ports uint32) {
	p.Seq, p.Ack, p.Window, p.Flags, p.Invalid = 0, 0, 0, 0, false
	p.Payload, p.PayloadLen = p.L4, uint32(n)
	if HasPorts(proto) && len(b) >= 4 {
		ports = binary.BigEndian.Uint32(b)
	}
	switch proto {
	case ProtoTCP:
		p.Invalid = len(b) < 20 || !p.tcp(b, n)
	case ProtoUDP:
		p.Invalid = len(b) < 8
		if !p.Invalid {
			p.udp(b, n)
		}
	case ProtoICMP, ProtoICMPv6:
		p.Payload = min(p.L4+8, p.End)
		p.PayloadLen = uint32(max(n-8, 0))
	case protoDCCP, ProtoSCTP, protoUDPLite:
		p.Invalid = len(b) < 4
	}
	return ports
}

// tcp reads a TCP header (RFC 9293, section 3.1). b is the captured part of
// the segment, at least 20 bytes; n is the length of the segment on the wire.
// It reports false, and changes nothing, when the data offset can not be.
func (p *Packet) tcp(b []byte, n int) bool {
	_ = b[19]
	header := int(b[12]>>4) * 4
	if header < 20 || header > n {
		return false
	}
	p.Seq, p.Ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	p.Flags, p.Window = b[13], binary.BigEndian.Uint16(b[14:])
	p.Payload = p.L4 + uint32(min(header, len(b)))
	p.PayloadLen = uint32(n - header)
	return true
}

// udp reads a UDP header (RFC 768), of which all 8 bytes are in b, the
// captured part of the datagram; n is what the IP header says of its length.
// Bytes behind the UDP length are no payload.
func (p *Packet) udp(b []byte, n int) {
	length := int(binary.BigEndian.Uint16(b[4:]))
	if length < 8 || length > n {
		length = n
	}
	p.Payload = p.L4 + 8
	p.PayloadLen = uint32(length - 8)
	p.End = min(p.End, p.L4+uint32(length))
}

// setKey sets Key and Swapped.
func (p *Packet) setKey(src, dst address, ports, meta uint32) {
	p.Swapped = dst.less(src) || dst == src && uint16(ports) < uint16(ports>>16)
	if p.Swapped {
		src, dst = dst, src
		ports = ports<<16 | ports>>16
	}
	p.Key = Key{AHi: src.hi, ALo: src.lo, BHi: dst.hi, BLo: dst.lo, Ports: ports, Meta: meta}
}
