package filter

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"joy/capture"
)

func compile(t *testing.T, expr string, link uint16) *Program {
	t.Helper()
	p, err := Compile(expr, link, Options{})
	if err != nil {
		t.Fatalf("%q: %v", expr, err)
	}
	return p
}

func TestMatch(t *testing.T) {
	web := ip4(6, a4, b4, 0, 0, tcp(40000, 80, 2, ""))
	query6 := ip6(17, a6, b6, udp(40000, 53, nil))
	later := ip4(6, a4, b4, 0x2010, 0, tcp(40000, 80, 2, ""))
	tests := []struct {
		what string
		expr string
		d    datagram
		want bool
	}{
		{"everything", "", web, true},
		{"only spaces", " \t\n", web, true},
		{"port of IPv4", "tcp port 80", web, true},
		{"port of another protocol", "udp port 80", web, false},
		{"port of IPv6", "port 53", query6, true},
		{"name of a service", "port domain", query6, true},
		{"a later fragment has no ports", "port 80", later, false},
		{"nor its negation an exception", "not port 80", later, true},
		{"options before the ports", "port 80", ip4(6, a4, b4, 0, 9, tcp(1, 80, 2, "")), true},
		{"and and or have the same rank", "udp or tcp and port 53", web, false},
		{"or and and, from the left", "tcp and port 80 or udp", web, true},
		{"not binds to one primitive", "not udp and port 80", web, true},
		{"an id takes over the qualifier", "port 53 or 80", web, true},
		{"and is negated", "port 80 and not 53", web, true},
		{"src and dst net", "src and dst net 10", web, false},
		{"src or dst net", "src or dst net 10", web, true},
		{"a short address is a network", "net 192.168", web, true},
		{"flags", "tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn", web, true},
		{"bytes compared as one number", "ip[12:4] = 0x0a010203", web, true},
		{"octal", "tcp[0:2] = 0116100", web, true},
		{"length on the wire", "len = 54", web, true},
		{"behind a tag things move", "vlan 300 and tcp port 80", tag(0x8100, 300, web), true},
		{"and for what follows or, too", "vlan or tcp port 80", web, false},
		{"before a tag they do not", "tcp port 80 or vlan", web, true},
		{"two tags", "vlan 1 and vlan 2 and tcp", tag(0x88a8, 1, tag(0x8100, 2, web)), true},
		{"behind labels", "mpls 5 and mpls 6 and tcp port 80", label(5, 0, label(6, 1, web)), true},
		{"a label that is not the last", "mpls and tcp", label(5, 0, label(6, 1, web)), false},
		{"behind PPPoE", "pppoes 7 and host " + a4, session(7, 0x21, web), true},
		{"inside Geneve", "geneve 9 and tcp port 80", ip4(17, a4, b4, 0, 0, geneve(9, 3, 0x6558, ethernet(macA, macB, web))), true},
		{
			"inside Geneve without Ethernet", "geneve and tcp port 80 and not ether host 02:00:00:00:00:0a",
			ip4(17, a4, b4, 0, 0, geneve(9, 0, 0x0800, web.data)), true,
		},
		{"what follows geneve is inside it, behind or too", "geneve 8 or tcp port 80", web, false},
		{"broadcast of the network is not known", "ip broadcast", ip4(17, a4, "10.1.2.255", 0, 0, udp(1, 2, nil)), false},
		{
			"protochain behind extension headers", "ip6 protochain 17",
			ip6(0, a6, b6, cat([]byte{43, 0}, make([]byte, 6), []byte{60, 1}, make([]byte, 14), []byte{17, 0}, make([]byte, 6), udp(1, 2, nil))), true,
		},
		{
			"protochain behind AH and another header", "ip6 protochain 6",
			ip6(51, a6, b6, cat([]byte{60, 4}, make([]byte, 22), []byte{6, 0}, make([]byte, 6), tcp(1, 2, 0, ""))), true,
		},
		{"protochain ends at what it does not know", "protochain 6", ip4(47, a4, b4, 0, 0, []byte{6, 6, 6, 6}), false},
		{"protochain of more headers than are followed", "ip6 protochain 6", ip6(60, a6, b6, make([]byte, 8*300)), false},
	}
	for _, tt := range tests {
		b := ethernet(macB, macA, tt.d)
		if got := compile(t, tt.expr, capture.LinkEthernet).Match(b, len(b)); got != tt.want {
			t.Errorf("%s: %q gives %v", tt.what, tt.expr, got)
		}
	}
}

func TestMatchLinkTypes(t *testing.T) {
	web := ip4(6, a4, b4, 0, 0, tcp(40000, 80, 2, ""))
	web6 := ip6(6, a6, b6, tcp(40000, 80, 2, ""))
	h := make([]byte, 64)
	h[0] = 61
	pflog := func(af byte, d datagram) []byte { h[1] = af; return cat(h, d.data) }
	tests := []struct {
		what  string
		link  uint16
		expr  string
		frame []byte
		want  bool
	}{
		{"NULL of a little-endian host", capture.LinkNull, "tcp port 80", cat([]byte{2, 0, 0, 0}, web.data), true},
		{"NULL of a big-endian host", capture.LinkNull, "tcp port 80", cat([]byte{0, 0, 0, 2}, web.data), true},
		{"NULL with IPv6 of a big-endian host", capture.LinkNull, "tcp port 80", cat([]byte{0, 0, 0, 28}, web6.data), true},
		{"NULL with another family", capture.LinkNull, "ip or ip6", cat([]byte{16, 0, 0, 0}, web.data), false},
		{"LOOP is in network order only", capture.LinkLoop, "ip", cat([]byte{2, 0, 0, 0}, web.data), false},
		{"raw IP of OpenBSD", capture.LinkRawOpenBSD, "tcp port 80", web.data, true},
		{"raw IP has no ARP", capture.LinkRaw, "arp", web.data, false},
		{"IPv4 for sure", capture.LinkIPv4, "ip6", web6.data, false},
		{"PFLOG of OpenBSD", linkPFLOG, "tcp port 80", pflog(24, web6), true},
		{"PFLOG of FreeBSD", linkPFLOG, "ip6 host " + a6, pflog(28, web6), true},
		{"frame relay", linkFrameRelay, "ip", cat([]byte{0x18, 0x41, 3, 0xcc}, web.data), true},
		{
			"PPPoE behind radiotap", capture.LinkRadiotap, "pppoes and tcp port 80",
			radiotap(cat([]byte{0xaa, 0xaa, 3, 0, 0, 0}, be16(0x8864), session(5, 0x21, web).data), 1), true,
		},
		{
			"Geneve behind 802.11", capture.LinkIEEE80211, "geneve and tcp port 80",
			wlan(cat([]byte{0xaa, 0xaa, 3, 0, 0, 0}, be16(0x0800), ip4(17, a4, b4, 0, 0, geneve(1, 1, 0x6558, ethernet(macA, macB, web))).data), 1, 0), true,
		},
		{"unknown link type by length", 147, "greater 3 and ether[0] = 7", []byte{7, 7, 7}, true},
	}
	for _, tt := range tests {
		if got := compile(t, tt.expr, tt.link).Match(tt.frame, len(tt.frame)); got != tt.want {
			t.Errorf("%s: %q gives %v", tt.what, tt.expr, got)
		}
	}
}

// A frame that ends before what is asked for is refused, even if it is asked
// what it is not.
func TestMatchCutOff(t *testing.T) {
	b := ethernet(macB, macA, ip4(6, a4, b4, 0, 0, tcp(1, 80, 2, "")))
	p := compile(t, "not udp and not port 81", capture.LinkEthernet)
	for n := range b {
		if want := n >= 38; p.Match(b[:n], len(b)) != want {
			t.Errorf("%d of %d bytes: we say %v", n, len(b), !want)
		}
	}
	if !compile(t, "len = 9000", capture.LinkEthernet).Match(nil, 9000) {
		t.Error("the length on the wire needs no bytes")
	}
}

func TestRefused(t *testing.T) {
	const ether = capture.LinkEthernet
	tests := []struct {
		link uint16
		expr string
		word string // that is complained about
		says string
	}{
		{ether, "host example.org", "example.org", "names are not looked up"},
		{ether, "net somewhere", "somewhere", "names are not looked up"},
		{ether, "ether host router", "router", "names are not looked up"},
		{ether, "gateway router", "gateway", "not supported"},
		{ether, "vxlan 5", "vxlan", "not supported"},
		{ether, "byte 0 = 1", "byte", "not supported"},
		{ether, "vpi 5", "vpi", "not supported"},
		{ether, "fisu", "fisu", "not supported"},
		{ether, "port nosuch", "nosuch", "no service name"},
		{ether, "port 65536", "65536", "no port"},
		{ether, "portrange 1-70000", "1-70000", "no port"},
		{ether, "portrange 1-", "", "is missing"},
		{ether, "udp port http", "http", "does not use udp"},
		{ether, "icmp port 80", "icmp", "no ports"},
		{ether, "tcp host 1.2.3.4", "tcp", "no IPv4 addresses"},
		{ether, "ip host ::1", "ip", "no IPv6 addresses"},
		{ether, "ip6 host 1.2.3.4", "ip6", "no IPv4 addresses"},
		{ether, "host 300.1.1.1", "300.1.1.1", "no IPv4 address"},
		{ether, "host 1.2.3.4.5", "1.2.3.4.5", "no IPv4 address"},
		{ether, "host 10.0.0.0/8", "10.0.0.0", "only a net"},
		{ether, "net 10.0.0.1/8", "10.0.0.1", "behind the end of its mask"},
		{ether, "net 10.0.0.0/33", "10.0.0.0", "at most 32"},
		{ether, "net fe80::1/64", "fe80::1", "behind the end of its mask"},
		{ether, "net fe80::/129", "fe80::", "at most 128"},
		{ether, "net 10.0.0.0/", "10.0.0.0", "length of the network"},
		{ether, "net 10.0.0.0 mask 8", "8", "mask"},
		{ether, "host 1:2:3", "1:2:3", "no Ethernet or IPv6 address"},
		{ether, "host 02:00:00:00:00:01", "02:00:00:00:00:01", "ether host"},
		{ether, "ether host 10.0.0.1", "10.0.0.1", "no Ethernet address"},
		{ether, "addr1 02:00:00:00:00:01", "02:00:00:00:00:01", "ether host"},
		{ether, "wlan addr1 02:00:00:00:00:01", "02:00:00:00:00:01", "802.11 only"},
		{ether, "type mgt", "type", "only 802.11"},
		{ether, "1.2.3.4", "1.2.3.4", "missing before it"},
		{ether, "tcp and 80", "80", "missing before it"},
		{ether, "htpp", "htpp", "unknown word"},
		{ether, "tcp port", "", "a value is missing"},
		{ether, "tcp port and udp", "and", "a value is missing"},
		{ether, "tcp and", "", "not expected"},
		{ether, "and tcp", "and", "not expected"},
		{ether, "tcp udp", "udp", "not expected"},
		{ether, "(tcp", "", "closing parenthesis"},
		{ether, "tcp)", ")", "not expected"},
		{ether, "()", ")", "not expected"},
		{ether, "port (80 or tcp)", "tcp", "list of values"},
		{ether, "src or src host 1.2.3.4", "src", "src or dst"},
		{ether, "ip proto tcp", "tcp", `\tcp`},
		{ether, "ip proto nosuch", "nosuch", "unknown protocol name"},
		{ether, "ip proto 256", "256", "at most 255"},
		{ether, "tcp proto 5", "tcp", "no field for a protocol"},
		{ether, "src proto 5", "proto", "direction"},
		{ether, "arp protochain 5", "arp", "no field for a protocol"},
		{ether, "len", "", "comparison"},
		{ether, "len > ", "", "is missing"},
		{ether, "tcp[0", "", "closing bracket"},
		{ether, "tcp[0:3] = 1", "3", "1, 2 or 4"},
		{ether, "tcp[] = 1", "]", "is missing"},
		{ether, "esp[0] = 1", "esp", "cannot be read"},
		{ether, "radio[0] = 1", "radio", "no radio header"},
		{ether, "len / 0 = 1", "/", "division by zero"},
		{ether, "1 << 32 = 1", "<<", "more than 31"},
		{ether, "len = 4294967296", "4294967296", "32 bits"},
		{ether, "len = 09", "09", "octal"},
		{ether, "len # 5", "#", "no meaning"},
		{ether, `ip proto \`, `\`, "name is missing"},
		{ether, "vlan 4096", "4096", "at most 4095"},
		{ether, "vlan (", "", "a number is missing"},
		{ether, "mpls 1048576", "1048576", "at most 1048575"},
		{ether, "mpls and arp", "arp", "behind MPLS"},
		{ether, "mpls and vlan", "vlan", "behind MPLS"},
		{ether, "pppoes and vlan", "vlan", "no VLAN tags"},
		{ether, "inbound", "inbound", "do not say"},
		{ether, "ifindex 1", "ifindex", "do not say"},
		{ether, "on em0", "on", "only PFLOG"},
		{ether, "llc nosuch", "nosuch", "unknown type of LLC"},
		{ether, "tcp broadcast", "broadcast", "ether and ip"},
		{ether, "less", "", "a number is missing"},
		{capture.LinkRaw, "vlan", "vlan", "no VLAN tags"},
		{capture.LinkRaw, "mpls", "mpls", "no MPLS labels"},
		{capture.LinkRaw, "ether broadcast", "broadcast", "no broadcast"},
		{capture.LinkLinuxSLL, "ether host 02:00:00:00:00:01", "02:00:00:00:00:01", "no Ethernet addresses"},
		{capture.LinkNFLOG, "tcp", "tcp", "length and ether[...] only"},
		{251, "ip", "ip", "length and ether[...] only"},
		{linkFrameRelay, "tcp", "tcp", "no fixed length"},
		{capture.LinkIEEE80211, "ip protochain 6", "6", "no fixed length"},
		{capture.LinkIEEE80211, "type nosuch", "nosuch", "unknown type"},
		{capture.LinkIEEE80211, "type ctl subtype beacon", "beacon", "unknown subtype"},
		{capture.LinkPPI, "type mgt", "type", "only 802.11"},
		{linkPFLOG, "on a-name-of-16-chars", "a-name-of-16-chars", "at most 15"},
	}
	for _, tt := range tests {
		_, err := Compile(tt.expr, tt.link, Options{})
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q for link type %d is not refused: %v", tt.expr, tt.link, err)
			continue
		}
		if e.Word != tt.word || !strings.Contains(e.Error(), tt.says) {
			t.Errorf("%q: %q is complained about: %v", tt.expr, e.Word, e)
		}
		if e.Expr != tt.expr || e.Word != "" && !strings.HasPrefix(tt.expr[e.Pos:], e.Word) {
			t.Errorf("%q: the place %d is wrong", tt.expr, e.Pos)
		}
	}
}

func TestCheck(t *testing.T) {
	for expr, want := range map[string]bool{"": true, "type mgt": true, "inbound": true, "tcp and": false, "host": false} {
		if err := Check(expr); (err == nil) != want {
			t.Errorf("%q: %v", expr, err)
		}
	}
}

func TestBounds(t *testing.T) {
	calculation := strings.Repeat("len - (", 20) + "len" + strings.Repeat(")", 20) + " = 0"
	tests := []struct{ expr, says string }{
		{strings.Repeat(" ", maxExpression+1), "65537 bytes"},
		{strings.Repeat("(", maxDepth+1) + "tcp" + strings.Repeat(")", maxDepth+1), "nested"},
		{strings.Repeat("not ", maxDepth+1) + "tcp", "nested"},
		{strings.Repeat("-", maxDepth+1) + "1 = 1", "nested"},
		{strings.Repeat("tcp[", maxDepth+1), "nested"},
		{"vlan " + strings.Repeat("(", maxExpression/2), "a number is missing"},
		{"host 10.0.0.1" + strings.Repeat(" or 10.0.0.2", 2000), "more than 4096 instructions"},
		{strings.Repeat("udp or ", 9000) + "tcp[9] = 1", "more than 4096 instructions"},
		{calculation, "words of memory"},
		{strings.Repeat("geneve and ", 9) + "tcp", "words of memory"},
	}
	for _, tt := range tests {
		if _, err := Compile(tt.expr, capture.LinkEthernet, Options{}); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%.40q...: %v", tt.expr, err)
		}
	}
}

// A long list needs jumps that are farther than a comparison reaches.
func TestFarJumps(t *testing.T) {
	var expr []string
	for i := range 200 {
		expr = append(expr, fmt.Sprintf("host 10.0.0.%d", i))
	}
	p := compile(t, "tcp and ("+strings.Join(expr, " or ")+") and port 80", capture.LinkEthernet)
	if n := len(p.Instructions()); n < 600 {
		t.Fatalf("%d instructions are too few to tell", n)
	}
	for i := range 256 {
		b := ethernet(macB, macA, ip4(6, fmt.Sprintf("10.0.0.%d", i), b4, 0, 0, tcp(1, 80, 2, "")))
		if got := p.Match(b, len(b)); got != (i < 200) {
			t.Errorf("10.0.0.%d: we say %v", i, got)
		}
	}
}

// Services have the protocols of the registry, whatever the machine has.
func TestServices(t *testing.T) {
	for name, want := range map[string]string{"https": "443tu", "http": "80t", "tftp": "69u", "domain": "53tu"} {
		port, tcp, udp, ok := service(name)
		got := fmt.Sprint(port) + map[bool]string{true: "t"}[tcp] + map[bool]string{true: "u"}[udp]
		if got != want || !ok {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, name := range []string{"", "=", "domain=53tu", " ", "tu"} {
		if _, _, _, ok := service(name); ok {
			t.Errorf("%q is no service", name)
		}
	}
}
