package packet

import (
	"encoding/binary"
	"testing"

	"joy/capture"
)

func BenchmarkDecode(b *testing.B) {
	for name, frame := range benchFrames() {
		b.Run(name, func(b *testing.B) {
			d := NewDecoder(Options{})
			f := capture.Frame{Time: 1, Data: frame, Wire: len(frame), Link: capture.LinkEthernet}
			ps := make([]Packet, 0, 32)
			b.ReportAllocs()
			for b.Loop() {
				if len(ps) == cap(ps) {
					ps = ps[:0]
				}
				ps = d.Decode(ps, &f)
			}
		})
	}
}

// TestDecodeAllocates holds the rule that a packet costs no allocation.
func TestDecodeAllocates(t *testing.T) {
	for name, frame := range benchFrames() {
		d := NewDecoder(Options{})
		f := capture.Frame{Time: 1, Data: frame, Wire: len(frame), Link: capture.LinkEthernet}
		ps := d.Decode(make([]Packet, 0, 4), &f)
		if len(ps) != 1 {
			t.Fatalf("%s: %d packets, %+v", name, len(ps), d.Counts())
		}
		if n := testing.AllocsPerRun(100, func() { ps = d.Decode(ps[:0], &f) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func benchFrames() map[string][]byte {
	inner := ether(0x0800, ipv4(ProtoTCP, tcp(100, "hello")))
	vxlan := append([]byte{8, 0, 0, 0, 0, 0, 7, 0}, inner...)
	return map[string][]byte{
		"tcp4":  inner,
		"udp6":  ether(0x86dd, ipv6(ProtoUDP, udp(53, "hello"))),
		"vlan2": ether(0x88a8, binary.BigEndian.AppendUint16([]byte{0, 5, 0x81, 0, 0, 6}, 0x0800), ipv4(ProtoUDP, udp(53, "hello"))),
		"icmp":  ether(0x0800, ipv4(ProtoICMP, make([]byte, 64))),
		"vxlan": ether(0x0800, ipv4(ProtoUDP, udp(4789, string(vxlan)))),
	}
}
