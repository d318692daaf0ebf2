package packet

import (
	"joy/capture"
)

// A seed is a frame that some test expects to give the packet in it.
type seed struct {
	name string
	link uint16
	data []byte
}

// carriedTCP is the TCP packet that is in all seeds of links.
func carriedTCP() []byte { return ipv4(ProtoTCP, tcp(100, "hello")) }

// links has a frame for each link type and each header below IP.
func links() []seed {
	ip, ip6 := carriedTCP(), ipv6(ProtoTCP, tcp(100, "hello"))
	snap := join([]byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, ip)
	eth := ether(0x0800, ip)
	macs := make([]byte, 18)
	wlan := func(control int, rest ...[]byte) []byte {
		return join(u16(control), []byte{0, 0}, macs, []byte{0, 0}, join(rest...))
	}
	ppp := join([]byte{0, 0x21}, ip)
	subframe := join(make([]byte, 12), u16(len(snap)), snap)
	return []seed{
		{"ethernet", capture.LinkEthernet, eth},
		{"ethernet IPv6", capture.LinkEthernet, ether(0x86dd, ip6)},
		{"IPv6 under the type of IPv4", capture.LinkEthernet, ether(0x0800, ip6)},
		{"ethernet padding", capture.LinkEthernet, join(eth, make([]byte, 9))},
		{"one tag", capture.LinkEthernet, ether(0x8100, u16(5, 0x0800), ip)},
		{"two tags", capture.LinkEthernet, ether(0x88a8, u16(5, 0x8100, 6, 0x0800), ip)},
		{"three tags", capture.LinkEthernet, ether(0x9100, u16(5, 0x9200, 6, 0x8100, 7, 0x0800), ip)},
		{"802.3 with SNAP", capture.LinkEthernet, ether(len(snap), snap, make([]byte, 3))},
		{"tag, then 802.3", capture.LinkEthernet, ether(0x8100, u16(5, len(snap)), snap)},
		{"LLC of IP", capture.LinkEthernet, ether(3+len(ip), []byte{6, 6, 3}, ip)},
		{"LLC of ISO", capture.LinkEthernet, ether(4+len(ip), []byte{0xfe, 0xfe, 3, 0xcc}, ip)},
		{"SNAP with bridged Ethernet", capture.LinkEthernet, ether(8+len(eth), []byte{0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7}, eth)},
		{"backbone bridge", capture.LinkEthernet, ether(0x88e7, make([]byte, 4), eth)},
		{"VN-Tag", capture.LinkEthernet, ether(0x8926, make([]byte, 4), u16(0x8100, 5, 0x0800), ip)},
		{"Cisco MetaData", capture.LinkEthernet, ether(0x8909, u16(0x0101, 1, 7, 0x0800), ip)},
		{"HSR", capture.LinkEthernet, ether(0x892f, u16(1, 2, 0x0800), ip)},
		{"FabricPath", capture.LinkEthernet, ether(0x8903, u16(1), eth)},
		{"MPLS", capture.LinkEthernet, ether(0x8847, []byte{0, 1, 0, 9, 0, 1, 1, 9}, ip)},
		{"MPLS IPv6", capture.LinkEthernet, ether(0x8848, []byte{0, 1, 1, 9}, ip6)},
		{"pseudowire", capture.LinkEthernet, ether(0x8847, []byte{0, 1, 1, 9}, eth)},
		{"pseudowire with control word", capture.LinkEthernet, ether(0x8847, []byte{0, 1, 1, 9, 0, 0, 0, 7}, eth)},
		{"pseudowire to an address like IPv4", capture.LinkEthernet, ether(0x8847, []byte{0, 1, 1, 9, 0x46, 0, 0xff}, eth[3:])},
		{"PPPoE", capture.LinkEthernet, ether(0x8864, []byte{0x11, 0, 0, 7}, u16(len(ppp)), ppp, make([]byte, 4))},
		{"SLL", capture.LinkLinuxSLL, join(u16(0, 1, 6, 0, 0, 0, 0, 0x0800), ip)},
		{"SLL with tag", capture.LinkLinuxSLL, join(u16(0, 1, 6, 0, 0, 0, 0, 0x8100, 5, 0x0800), ip)},
		{"SLL with LLC", capture.LinkLinuxSLL, join(u16(0, 1, 6, 0, 0, 0, 0, 4), snap)},
		{"SLL of 802.11", capture.LinkLinuxSLL, join(u16(0, 801, 6, 0, 0, 0, 0, 4), wlan(0x0801, snap))},
		{"SLL of radiotap", capture.LinkLinuxSLL, join(u16(0, 803, 6, 0, 0, 0, 0, 4), []byte{0, 0, 8, 0, 0, 0, 0, 0}, wlan(0x0801, snap))},
		{"SLL2", capture.LinkLinuxSLL2, join(u16(0x0800, 0, 0, 1, 1, 6, 0, 0, 0, 0), ip)},
		{"raw", capture.LinkRaw, ip},
		{"raw of BSD", capture.LinkRawBSD, ip6},
		{"raw of OpenBSD", capture.LinkRawOpenBSD, ip},
		{"raw IPv4", capture.LinkIPv4, ip},
		{"raw IPv6", capture.LinkIPv6, ip6},
		{"null, little endian", capture.LinkNull, join([]byte{2, 0, 0, 0}, ip)},
		{"null, big endian, Darwin", capture.LinkNull, join([]byte{0, 0, 0, 30}, ip6)},
		{"null, FreeBSD", capture.LinkNull, join([]byte{28, 0, 0, 0}, ip6)},
		{"loop", capture.LinkLoop, join([]byte{0, 0, 0, 24}, ip6)},
		{"PPP", capture.LinkPPP, ppp},
		{"PPP with HDLC", capture.LinkPPPSerial, join([]byte{0xff, 3}, ppp)},
		{"PPP, protocol compressed", capture.LinkPPP, join([]byte{0x21}, ip)},
		{"PPP, IPv6, all compressed", capture.LinkPPPSerial, join([]byte{0x57}, ip6)},
		{"PPP of MPLS", capture.LinkPPP, join([]byte{2, 0x81, 0, 1, 1, 9}, ip)},
		{"Cisco HDLC as PPP", capture.LinkPPP, join([]byte{0x0f, 0, 8, 0}, ip)},
		{"PPPoE without Ethernet", capture.LinkPPPEther, join([]byte{0x11, 0, 0, 7}, u16(len(ppp)), ppp)},
		{"Cisco HDLC", capture.LinkCiscoHDLC, join([]byte{0x8f, 0, 8, 0}, ip)},
		{"802.11", capture.LinkIEEE80211, wlan(0x0801, snap)},
		{"802.11 QoS", capture.LinkIEEE80211, wlan(0x8801, []byte{0, 0}, snap)},
		{"802.11 of four addresses", capture.LinkIEEE80211, wlan(0x0803, make([]byte, 6), snap)},
		{"802.11 QoS, four addresses, HT control", capture.LinkIEEE80211, wlan(0x8883, make([]byte, 6+2+4), snap)},
		{"802.11 deciphered", capture.LinkIEEE80211, wlan(0x0841, snap)},
		{"802.11 aggregate", capture.LinkIEEE80211, wlan(0x8801, []byte{0x80, 0}, subframe)},
		{"radiotap", capture.LinkRadiotap, join([]byte{0, 0, 8, 0, 0, 0, 0, 0}, wlan(0x0801, snap))},
		{"radiotap, flags behind time, padded", capture.LinkRadiotap, join(
			[]byte{0, 0, 25, 0, 3, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x30},
			wlan(0x8801, []byte{0, 0}, []byte{0xee, 0xee}, snap), []byte{1, 2, 3, 4})},
		{"Prism", capture.LinkPrism, join([]byte{0x44, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0}, wlan(0x0801, snap))},
		{"Prism, big endian", capture.LinkPrism, join([]byte{0, 0, 0, 0x44, 0, 0, 0, 12, 0, 0, 0, 0}, wlan(0x0801, snap))},
		{"AVS", capture.LinkAVS, join([]byte{0x80, 0x21, 0x10, 1, 0, 0, 0, 12, 0, 0, 0, 0}, wlan(0x0801, snap))},
		{"PPI", capture.LinkPPI, join([]byte{0, 0, 24, 0, 105, 0, 0, 0, 2, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}, wlan(0x0801, snap), []byte{1, 2, 3, 4})},
		{"PPI of Ethernet", capture.LinkPPI, join([]byte{0, 0, 8, 0, 1, 0, 0, 0}, eth)},
		{"NFLOG", capture.LinkNFLOG, join([]byte{2, 0, 0, 0, 5, 0, 10, 0, 'x', 0, 0, 0, byte(4 + len(ip)), 0, 9, 0}, ip)},
		{"NFLOG, big endian", capture.LinkNFLOG, join([]byte{10, 0, 0, 0}, u16(4+len(ip6), 9), ip6)},
		{"FDDI", linkFDDI, join([]byte{0x57}, make([]byte, 12), snap)},
		{"ATM", linkATM, snap},
		{"frame relay", linkFrameRelay, join([]byte{8, 1, 3, 0xcc}, ip)},
		{"frame relay of Cisco", linkFrameRelay, join([]byte{8, 1, 8, 0}, ip)},
		{"frame relay, padded SNAP", linkFrameRelay, join([]byte{8, 1, 3, 0, 0x80, 0, 0, 0, 8, 0}, ip)},
		{"ENC", linkENC, join([]byte{2, 0, 0, 0}, make([]byte, 8), ip)},
		{"PF log", linkPFLog, join([]byte{61, 2}, make([]byte, 62), ip)},
		{"PPP with direction", linkPPPDirection, join([]byte{1}, ppp)},
		{"Cisco HDLC with direction", linkCiscoDirection, join([]byte{1, 0x0f, 0, 8, 0}, ip)},
	}
}

// A tunnel is a packet that carries another, and what its path must be.
type tunnel struct {
	name string
	data []byte // an IP packet
	kind []string
	id   []uint64 // of each hop; noID for none
}

const noID = 1 << 40

// tunnels has a packet for each kind, all with the same TCP packet inside, or
// the like of it over IPv6.
func tunnels() []tunnel {
	in, in6 := carriedTCP(), ipv6(ProtoTCP, tcp(100, "hello"))
	eth := ether(0x0800, in)
	over := func(port int, parts ...[]byte) []byte { return ipv4(ProtoUDP, udp(port, string(join(parts...)))) }
	one := func(name string, data []byte, kind string, id uint64) tunnel {
		return tunnel{name, data, []string{kind}, []uint64{id}}
	}
	teredo := ipv6(ProtoTCP, tcp(100, "hello"))
	copy(teredo[8:], []byte{0x20, 1, 0, 0})
	erspan2 := []byte{0x10, 0, 0, 9, 0, 0, 0, 0}
	erspan3 := []byte{0x20, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}
	return []tunnel{
		one("IP in IP", ipv4(4, in), "ipip", noID),
		one("6in4", ipv4(41, in6), "6in4", noID),
		one("4in6", ipv6(4, in), "4in6", noID),
		one("6in6 behind options", ipv6(60, []byte{41, 0, 1, 4, 0, 0, 0, 0}, in6), "6in6", noID),
		one("AH in tunnel mode", ipv4(51, []byte{4, 1}, make([]byte, 10), in), "ipip", noID),
		one("GRE", ipv4(47, gre(0x0800, in)), "gre", noID),
		one("GRE over IPv6", ipv6(47, gre(0x86dd, in6)), "gre", noID),
		one("GRE with everything", ipv4(47, u16(0xb000, 0x0800, 0, 0, 0, 7, 0, 1), in), "gre", 7),
		one("GRE with routes", ipv4(47, u16(0x4000, 0x0800, 0, 0, 0x800, 4, 1, 2, 0, 0), in), "gre", noID),
		one("GRE of Ethernet", ipv4(47, u16(0x2000, 0x6558, 0, 7), eth), "gretap", 7),
		one("GRE of MPLS", ipv4(47, gre(0x8847, join([]byte{0, 1, 1, 9}, in))), "gre", noID),
		one("GRE of PPP", ipv4(47, gre(0x880b, join([]byte{0xff, 3, 0, 0x21}, in))), "gre", noID),
		one("GRE of WCCP", ipv4(47, gre(0x883e, join([]byte{0, 1, 2, 3}, in))), "gre", noID),
		one("GRE of WCCP 1", ipv4(47, gre(0x883e, in)), "gre", noID),
		one("GRE of Aruba", ipv4(47, gre(0x8210, links80211())), "gre", noID),
		one("NVGRE", ipv4(47, u16(0x2000, 0x6558, 0x0012, 0x3456), eth), "nvgre", 0x1234),
		one("PPTP", ipv4(47, u16(0x3081, 0x880b, 1+len(in), 77, 0, 1, 0, 1), []byte{0x21}, in, []byte("glued")), "pptp", 77),
		one("ERSPAN I", ipv4(47, gre(0x88be, eth)), "erspan", noID),
		one("ERSPAN II", ipv4(47, u16(0x1000, 0x88be, 0, 1), erspan2, eth), "erspan", 9),
		one("ERSPAN III", ipv4(47, u16(0x1000, 0x22eb, 0, 1), erspan3, eth), "erspan", 9),
		one("EtherIP", ipv4(97, []byte{0x30, 0}, eth), "etherip", noID),
		one("MPLS in IP", ipv4(137, []byte{0, 1, 1, 9}, in), "mpls", noID),
		one("Ethernet in IPv6", ipv6(143, eth), "ethernet", noID),
		one("VXLAN", over(4789, []byte{8, 0, 0, 0, 0, 1, 2, 0}, eth), "vxlan", 0x102),
		one("VXLAN of Linux", over(8472, []byte{8, 0, 0, 0, 0, 1, 2, 0}, eth), "vxlan", 0x102),
		one("VXLAN-GPE", over(4790, []byte{0x0c, 0, 0, 1, 0, 1, 2, 0}, in), "vxlan", 0x102),
		one("GENEVE with options", over(6081, []byte{2, 0, 0x65, 0x58, 0, 0, 5, 0}, make([]byte, 8), eth), "geneve", 5),
		one("GENEVE of IPv6", over(6081, []byte{0, 0, 0x86, 0xdd, 0, 0, 5, 0}, in6), "geneve", 5),
		one("GTP-U", over(2152, []byte{0x30, 0xff}, u16(len(in), 0, 3), in), "gtpu", 3),
		one("GTP-U with extension", over(2152, []byte{0x34, 0xff}, u16(len(in)+8, 0, 3, 0), []byte{0, 0x85, 1, 0, 9, 0}, in), "gtpu", 3),
		one("GTP version 0", over(3386, []byte{0x1e, 0xff}, u16(len(in), 0, 0, 0, 0, 0, 0, 0, 3), in), "gtpu", 3),
		one("Teredo", over(3544, teredo), "teredo", noID),
		one("Teredo with authentication and origin", over(3544, []byte{0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0}, []byte{0, 0, 1, 2, 3, 4, 5, 6}, teredo), "teredo", noID),
		one("L2TP", over(1701, u16(0x0002, 5, 6), []byte{0xff, 3, 0, 0x21}, in), "l2tp", 5<<16|6),
		one("L2TP with everything", over(1701, u16(0x4a02, 18+len(in), 5, 6, 0, 0, 2, 0), []byte{0, 0x21}, in), "l2tp", 5<<16|6),
		one("AYIYA", over(5072, []byte{0x41, 0x52, 0x11, 41}, make([]byte, 4+16+20), in6), "ayiya", noID),
		{
			"VXLAN in GRE in 6in4", ipv4(41, ipv6(47, gre(0x0800, over(4789, []byte{8, 0, 0, 0, 0, 1, 2, 0}, eth)))),
			[]string{"6in4", "gre", "vxlan"},
			[]uint64{noID, noID, 0x102},
		},
	}
}

func links80211() []byte {
	return join([]byte{8, 1}, make([]byte, 22), []byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, carriedTCP())
}

// seeds is all of it.
func seeds() []seed {
	list := links()
	for _, u := range tunnels() {
		list = append(list, seed{u.name, capture.LinkRaw, u.data})
	}
	return append(list, []seed{
		{"fragment", capture.LinkRaw, fragment4(7, 0, true, ProtoUDP, udp(53, "12345678"))},
		{"fragment, last", capture.LinkRaw, fragment4(7, 16, false, ProtoUDP, []byte("9"))},
		{"IPv6 fragment", capture.LinkRaw, ipv6(44, fragment6(ProtoUDP, 7, 0, true, udp(53, "12345678")))},
		{"IPv6 fragment, last", capture.LinkRaw, ipv6(44, fragment6(ProtoUDP, 7, 16, false, []byte("9")))},
		{"fragment of tunnel", capture.LinkRaw, fragment4(8, 0, true, 47, gre(0x0800, fragment4(7, 0, true, ProtoUDP, udp(53, "12345678"))))},
		{"ICMP error", capture.LinkRaw, ipv4(ProtoICMP, []byte{3, 1, 0, 0, 0, 0, 0, 0}, carriedTCP())},
		{"options", capture.LinkRaw, ipv6(0, []byte{60, 0, 1, 4, 0, 0, 0, 0, 43, 0, 1, 4, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0}, tcp(1, "x"))},
		{"ARP", capture.LinkEthernet, ether(0x0806, make([]byte, 28))},
	}...)
}
