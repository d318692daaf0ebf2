package packet

import (
	"encoding/binary"
	"slices"

	"joy/capture"
)

// The functions here build headers around payloads, with the lengths that
// belong there; tests change what is to be wrong.

var be = binary.BigEndian

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

func u16(v ...int) []byte {
	var b []byte
	for _, n := range v {
		b = be.AppendUint16(b, uint16(n))
	}
	return b
}

// ether is an Ethernet header and what is behind it.
func ether(etherType int, payload ...[]byte) []byte {
	return join([]byte{2, 0, 0, 0, 0, 2}, []byte{2, 0, 0, 0, 0, 1}, u16(etherType), join(payload...))
}

// ipv4 is a packet from 10.0.0.1 to 10.0.0.2.
func ipv4(proto int, payload ...[]byte) []byte { return ipv4Between(1, 2, proto, payload...) }

// ipv4Between is a packet between the hosts a and b of 10.0.0.0/24.
func ipv4Between(a, b byte, proto int, payload ...[]byte) []byte {
	p := join(payload...)
	return join([]byte{0x45, 0}, u16(20+len(p), 0x1234, 0), []byte{64, byte(proto), 0, 0, 10, 0, 0, a, 10, 0, 0, b}, p)
}

// fragment4 is a fragment of a datagram from 10.0.0.1 to 10.0.0.2.
func fragment4(id, offset int, more bool, proto int, payload []byte) []byte {
	b := ipv4(proto, payload)
	be.PutUint16(b[4:], uint16(id))
	field := offset / 8
	if more {
		field |= 0x2000
	}
	be.PutUint16(b[6:], uint16(field))
	return b
}

// ipv6 is a packet from 2001:db8::1 to 2001:db8::2.
func ipv6(next int, payload ...[]byte) []byte {
	p := join(payload...)
	host := func(n byte) []byte { return []byte{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, n} }
	return join([]byte{0x60, 0, 0, 0}, u16(len(p)), []byte{byte(next), 64}, host(1), host(2), p)
}

// fragment6 is a Fragment header and what is behind it.
func fragment6(next, id, offset int, more bool, payload []byte) []byte {
	field := offset
	if more {
		field |= 1
	}
	return join([]byte{byte(next), 0}, u16(field, 0, id), payload)
}

// tcp is a segment from port 1234 to 80.
func tcp(seq uint32, payload string) []byte {
	b := join(u16(1234, 80), be.AppendUint32(nil, seq), be.AppendUint32(nil, 7))
	return join(b, []byte{0x50, ACK | PSH}, u16(512, 0, 0), []byte(payload))
}

// udp is a datagram from port 5000 to port.
func udp(port int, payload string) []byte {
	return join(u16(5000, port, 8+len(payload), 0), []byte(payload))
}

// gre is a GRE header without options.
func gre(proto int, payload []byte) []byte { return join(u16(0, proto), payload) }

func frame(link int, data []byte) capture.Frame {
	return capture.Frame{Time: 1e9, Data: data, Wire: len(data), Link: uint16(link)}
}

func onEthernet(packets ...[]byte) []capture.Frame {
	var list []capture.Frame
	for i, p := range packets {
		f := frame(capture.LinkEthernet, ether(map[byte]int{4: 0x0800, 6: 0x86dd}[p[0]>>4], p))
		f.Time += int64(i)
		list = append(list, f)
	}
	return list
}
