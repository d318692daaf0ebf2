package filter

import (
	"encoding/binary"
	"net/netip"

	"joy/capture"
)

// Frames are built in code. A datagram is a packet and the EtherType that
// announces it; each link type wraps the same datagrams.
type datagram struct {
	typ  uint16
	data []byte
}

func be16(v int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func be32(v int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }

func cat(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func addr(s string) []byte { return netip.MustParseAddr(s).AsSlice() }

// ip4 builds a packet; words of options follow the header.
func ip4(proto int, src, dst string, fragment, options int, payload []byte) datagram {
	size := 20 + 4*options
	h := cat([]byte{byte(0x40 | size/4), 0}, be16(size+len(payload)), be16(7), be16(fragment),
		[]byte{64, byte(proto), 0, 0}, addr(src), addr(dst), make([]byte, 4*options))
	return datagram{0x0800, append(h, payload...)}
}

func ip6(next int, src, dst string, payload []byte) datagram {
	h := cat([]byte{0x60, 0, 0, 0}, be16(len(payload)), []byte{byte(next), 64}, addr(src), addr(dst))
	return datagram{0x86dd, append(h, payload...)}
}

func tcp(src, dst, flags int, payload string) []byte {
	return cat(be16(src), be16(dst), be32(1000), be32(2000), []byte{0x50, byte(flags)}, be16(512), make([]byte, 4), []byte(payload))
}

func udp(src, dst int, payload []byte) []byte {
	return cat(be16(src), be16(dst), be16(8+len(payload)), be16(0), payload)
}

func arp(op int, src, dst string) datagram {
	return datagram{0x0806, cat(be16(1), be16(0x0800), []byte{6, 4}, be16(op), macA, addr(src), macB, addr(dst))}
}

func tag(typ uint16, id int, d datagram) datagram {
	return datagram{typ, cat(be16(id), be16(int(d.typ)), d.data)}
}

func label(n int, last int, d datagram) datagram {
	if d.typ == 0x8847 {
		last = 0
	}
	return datagram{0x8847, cat(be32(n<<12|last<<8|64), d.data)}
}

func session(id, ppp int, d datagram) datagram {
	return datagram{0x8864, cat([]byte{0x11, 0}, be16(id), be16(len(d.data)+2), be16(ppp), d.data)}
}

// geneve carries an Ethernet frame, or a packet bare; options are words.
func geneve(vni, options int, typ uint16, inner []byte) []byte {
	return udp(50000, 6081, cat([]byte{byte(options), 0}, be16(int(typ)), be32(vni<<8), make([]byte, 4*options), inner))
}

var (
	macA = []byte{0x02, 0, 0, 0, 0, 0x0a}
	macB = []byte{0x02, 0, 0, 0, 0, 0x0b}
	macM = []byte{0x01, 0, 0x5e, 0, 0, 0xfb}
	macF = []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
)

const (
	a4, b4, c4, m4 = "10.1.2.3", "192.168.7.9", "10.200.1.5", "224.0.0.251"
	a6, b6, m6     = "fe80::1:2", "2001:db8::53", "ff02::fb"
)

// datagrams are those of every link type.
func datagrams() []datagram {
	var out []datagram
	add := func(ds ...datagram) { out = append(out, ds...) }
	for _, ports := range [][2]int{{40000, 80}, {443, 40001}, {22, 51000}, {1500, 2001}, {53, 53}, {67, 68}, {25, 25}} {
		add(ip4(6, a4, b4, 0, 0, tcp(ports[0], ports[1], 0x02, "")), ip4(17, b4, a4, 0, 0, udp(ports[0], ports[1], []byte("query"))),
			ip6(6, a6, b6, tcp(ports[0], ports[1], 0x10, "x")), ip6(17, b6, m6, udp(ports[0], ports[1], nil)),
			ip4(132, c4, a4, 0, 0, cat(be16(ports[0]), be16(ports[1]), make([]byte, 8))))
	}
	for flags := 0; flags < 64; flags += 5 {
		add(ip4(6, a4, c4, 0, flags%3, tcp(1024+flags, 80, flags, "GET / HTTP/1.1\r\n")))
	}
	for _, proto := range []int{1, 2, 9, 47, 50, 51, 58, 103, 112, 4} {
		add(ip4(proto, b4, m4, 0, 0, cat([]byte{8, 0}, make([]byte, 30))), ip6(proto, b6, m6, cat([]byte{135, 0}, make([]byte, 30))))
	}
	for _, typ := range []byte{0, 3, 5, 11, 13} {
		add(ip4(1, a4, b4, 0, 1, cat([]byte{typ, 1}, make([]byte, 6))), ip6(58, a6, b6, cat([]byte{128 + typ, 0}, make([]byte, 6))))
	}
	add(ip4(6, a4, b4, 0x2000, 0, tcp(1, 80, 2, "first")), ip4(6, a4, b4, 0x2010, 0, tcp(1, 80, 2, "later")),
		ip4(17, a4, b4, 0x4000, 0, udp(5, 53, nil)), ip4(17, a4, b4, 0x00b9, 0, udp(5, 53, nil)),
		ip6(44, a6, b6, cat([]byte{6, 0, 0, 1, 0, 0, 0, 7}, tcp(1, 80, 2, ""))),
		ip6(0, a6, b6, cat([]byte{17, 0, 1, 4, 0, 0, 0, 0}, udp(9, 53, nil))),
		ip6(0, a6, b6, cat([]byte{60, 1}, make([]byte, 14), []byte{43, 0}, make([]byte, 6), []byte{6, 0}, make([]byte, 6), tcp(9, 80, 2, ""))),
		ip6(51, a6, b6, cat([]byte{6, 4}, make([]byte, 22), tcp(9, 80, 2, ""))),
		ip4(51, a4, b4, 0, 0, cat([]byte{17, 4}, make([]byte, 22), udp(9, 53, nil))),
		ip4(17, a4, "255.255.255.255", 0, 0, udp(68, 67, nil)), ip4(17, "0.0.0.0", "0.0.0.0", 0, 0, udp(68, 67, nil)),
		ip4(17, a4, b4, 0, 10, udp(1000, 2000, make([]byte, 1200))), ip4(17, a4, b4, 0, 0, udp(1000, 2000, make([]byte, 400))),
		arp(1, a4, b4), arp(2, c4, a4), datagram{0x8035, arp(3, a4, a4).data},
		ip4(6, a4, b4, 0, 0, nil), ip6(17, a6, b6, []byte{0, 53}), datagram{0x0800, []byte{0x45}}, datagram{0x0800, nil})
	return out
}

// tunnelled are datagrams inside what Ethernet and some others carry.
func tunnelled() []datagram {
	in4, in6 := ip4(6, a4, b4, 0, 0, tcp(1, 80, 2, "")), ip6(17, a6, b6, udp(53, 9, nil))
	query := ip4(17, a4, b4, 0, 0, udp(9, 53, nil))
	framed := ethernet(macA, macB, in4)
	out := []datagram{
		tag(0x8100, 300, in4), tag(0x8100, 0x2000|10, query), tag(0x88a8, 10, tag(0x8100, 300, in6)), tag(0x9100, 7, query),
		tag(0x8100, 300, arp(1, a4, b4)), tag(0x8100, 10, tag(0x8100, 10, in4)),
		label(18, 1, in4), label(19, 1, in6), label(18, 0, label(100, 1, query)), label(18, 0, label(16, 0, label(18, 1, in6))),
		tag(0x8100, 300, label(18, 1, in4)),
		session(5, 0x21, in4), session(6, 0x57, in6), session(5, 0x281, label(18, 1, in4)), session(5, 0xc021, datagram{0, make([]byte, 9)}),
		{0x8863, make([]byte, 20)},
		tag(0x8100, 300, session(5, 0x21, query)),
		ip4(17, a4, b4, 0, 0, geneve(9, 0, 0x6558, framed)), ip6(17, a6, b6, geneve(10, 2, 0x6558, framed)),
		ip4(17, a4, b4, 0, 1, geneve(9, 1, 0x0800, in4.data)), ip4(17, a4, b4, 0, 0, geneve(9, 0, 0x86dd, in6.data)),
		ip4(17, a4, b4, 0, 0, udp(6081, 6081, []byte{0xc0, 0, 0, 0, 0, 0, 0, 0})),
		tag(0x8100, 300, ip4(17, a4, b4, 0, 0, geneve(9, 0, 0x6558, ethernet(macA, macB, tag(0x8100, 10, in4))))),
		label(18, 1, ip4(17, a4, b4, 0, 0, geneve(9, 0, 0x6558, framed))),
	}
	for _, typ := range []uint16{0x809b, 0x80f3, 0x6003, 0x6007, 0x6004, 0x6001, 0x6002, 0x8137, 0x9000, 0x0600, 0x88cc} {
		out = append(out, datagram{typ, make([]byte, 46)})
	}
	return out
}

// llcs are payloads with a header of 802.2.
func llcs() [][]byte {
	rest := make([]byte, 40)
	snap := func(oui int, typ int, data []byte) []byte {
		return cat([]byte{0xaa, 0xaa, 3, byte(oui >> 16), byte(oui >> 8), byte(oui)}, be16(typ), data)
	}
	out := [][]byte{
		cat([]byte{0x42, 0x42, 3}, rest), cat([]byte{0xf0, 0xf0, 3}, rest), cat([]byte{6, 6, 3}, ip4(6, a4, b4, 0, 0, tcp(1, 80, 2, "")).data),
		cat([]byte{0xe0, 0xe0, 3}, rest), cat([]byte{0xff, 0xff, 0, 30}, rest), snap(0, 0x8137, rest), snap(0x080007, 0x809b, rest), snap(0, 0x80f3, rest),
		snap(0, 0x0800, ip4(17, a4, b4, 0, 0, udp(9, 53, nil)).data), snap(0, 0x86dd, ip6(6, a6, b6, tcp(1, 80, 2, "")).data), snap(0, 0x0806, arp(1, a4, b4).data),
	}
	for _, control := range []byte{0x00, 0x01, 0x05, 0x09, 0x03, 0x63, 0x43, 0x0f, 0x6f, 0xe3, 0xaf, 0x87, 0x13} {
		out = append(out, cat([]byte{0x04, 0x04, control}, rest))
	}
	for _, nlpid := range []byte{0x81, 0x82, 0x83} {
		out = append(out, cat([]byte{0xfe, 0xfe, 3, nlpid}, rest))
	}
	for pdu := byte(14); pdu < 28; pdu++ {
		out = append(out, cat([]byte{0xfe, 0xfe, 3, 0x83, 27, 1, 0, pdu}, rest))
	}
	return out
}

func ethernet(dst, src []byte, d datagram) []byte {
	return cat(dst, src, be16(int(d.typ)), d.data)
}

// frames are those of a link type, among them some that are cut off.
func frames(link uint16) []packet {
	var out []packet
	add := func(b []byte) { out = append(out, packet{b, len(b)}) }
	dsts := [][]byte{macB, macF, macM, macA}
	for i, d := range datagrams() {
		for _, b := range wrap(link, d, i) {
			add(b)
		}
	}
	for _, d := range tunnelled() {
		for _, b := range wrap(link, d, 0) {
			add(b)
		}
	}
	if link == capture.LinkEthernet {
		for i, b := range llcs() {
			add(cat(dsts[i%4], macA, be16(len(b)), b))
		}
	} else {
		for i, b := range llcs() {
			if b = wrapLLC(link, b, i); b != nil {
				add(b)
			}
		}
	}
	for i, n := 0, len(out); i < n; i += 7 {
		for _, cut := range []int{3, 13, 17, 33, 37, 60} {
			if p := out[(i+cut)%n]; cut < len(p.data) {
				out = append(out, packet{p.data[:cut], p.wire})
			}
		}
	}
	return out
}
