package packet

import (
	"slices"
	"testing"

	"joy/capture"
)

func TestTunnels(t *testing.T) {
	for _, u := range tunnels() {
		t.Run(u.name, func(t *testing.T) {
			p := rawPacket(t, u.data)
			if !isHello(p) || p.Path == nil {
				t.Fatalf("got %+v", p)
			}
			var kinds []string
			var ids []uint64
			for _, h := range p.Path.Hops {
				kinds = append(kinds, h.Kind)
				if h.HasID {
					ids = append(ids, h.ID)
				} else {
					ids = append(ids, noID)
				}
			}
			if !slices.Equal(kinds, u.kind) || !slices.Equal(ids, u.id) {
				t.Errorf("got %v %v, want %v %v", kinds, ids, u.kind, u.id)
			}
			outer := p.Path.Hops[0]
			if s := outer.Src.String(); s != "10.0.0.1" && s != "2001:db8::1" || outer.Dst == outer.Src {
				t.Errorf("addresses %v %v", outer.Src, outer.Dst)
			}
			all, _ := decode(Options{Carriers: true}, []capture.Frame{frame(capture.LinkRaw, u.data)})
			if len(all) != len(u.kind)+1 || all[0].Path != nil || all[0].IP != 0 || !isHello(&all[len(all)-1]) {
				t.Errorf("with carriers: %+v", all)
			}
		})
	}
}

// TestTunnelsOfNothing has packets that look like tunnels but carry nothing
// that can be read: they are the flow themselves, whole.
func TestTunnelsOfNothing(t *testing.T) {
	teredo := ipv6(ProtoTCP, tcp(100, "hello"))
	copy(teredo[8:], []byte{0x20, 1, 0, 0})
	cases := map[string][]byte{
		"VXLAN of ARP":            ipv4(ProtoUDP, udp(4789, string(join([]byte{8, 0, 0, 0, 0, 1, 2, 0}, ether(0x0806, make([]byte, 28)))))),
		"GENEVE of version 1":     ipv4(ProtoUDP, udp(6081, "\x40\x00\x08\x00\x00\x00\x00\x00"+string(carriedTCP()))),
		"GTP echo":                ipv4(ProtoUDP, udp(2152, "\x32\x01\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00")),
		"DNS from the GTP port":   ipv4(ProtoUDP, udp(2152, "not a tunnel at all, but some words")),
		"L2TP control":            ipv4(ProtoUDP, udp(1701, "\xc8\x02\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00")),
		"Teredo, no such address": ipv4(ProtoUDP, udp(3544, string(ipv6(ProtoTCP, tcp(1, "x"))))),
		"UDP length of 0":         ipv4(ProtoUDP, udp(4789, "")),
		"IP in IP of version 6":   ipv4(4, ipv6(ProtoTCP, tcp(1, "x"))),
		"6in4 of version 4":       ipv4(41, carriedTCP()),
		"Teredo on another port":  ipv4(ProtoUDP, udp(6000, string(teredo))),
		"GRE of version 2":        ipv4(47, u16(2, 0x0800), carriedTCP()),
		"PPTP acknowledgment":     ipv4(47, u16(0x2081, 0x880b, 0, 77, 0, 1)),
		"GRE keepalive":           ipv4(47, u16(0, 0)),
		"GRE routes without end":  ipv4(47, u16(0x4000, 0x0800, 0, 0, 1, 0)),
		"ERSPAN of version 0":     ipv4(47, u16(0x1000, 0x88be, 0, 1), make([]byte, 40)),
		"inner header is bad":     ipv4(4, []byte{0x44}, make([]byte, 40)),
		"inner packet is cut":     ipv4(4, carriedTCP()[:19]),
	}
	for name, data := range cases {
		for _, o := range []Options{{}, {Carriers: true}} {
			ps, c := decode(o, []capture.Frame{frame(capture.LinkRaw, data)})
			if len(ps) != 1 || ps[0].Path != nil || int(ps[0].Length) != len(data) {
				t.Errorf("%s: got %+v", name, ps)
			}
			if c.Reasons != [NumReasons]uint64{} {
				t.Errorf("%s: counts %+v", name, c)
			}
		}
	}
}

func TestQuotedPacketIsNoTunnel(t *testing.T) {
	p := rawPacket(t, ipv4(ProtoICMP, []byte{3, 1, 0, 0, 0, 0, 0, 0}, carriedTCP()))
	if p.Key.Proto() != ProtoICMP || p.Path != nil || p.PayloadLen != 45 {
		t.Errorf("got %+v", p)
	}
}

func TestTunnelsWithoutEnd(t *testing.T) {
	b := carriedTCP()
	for range maxHops + 1 {
		b = ipv4(4, b)
	}
	ps, c := decode(Options{}, []capture.Frame{frame(capture.LinkRaw, b)})
	if len(ps) != 1 || len(ps[0].Path.Hops) != maxHops || ps[0].Key.Proto() != 4 || c.Reasons[TooManyTunnels] != 1 {
		t.Errorf("got %+v, %+v", ps, c)
	}
}

func TestGroupsOfTunnels(t *testing.T) {
	in := func(swap bool) []byte {
		if swap {
			return ipv4Between(2, 1, ProtoUDP, udp(53, "x"))
		}
		return ipv4Between(1, 2, ProtoUDP, udp(53, "x"))
	}
	greKeyed := func(a, b byte, key int) []byte {
		return ipv4Between(a, b, 47, u16(0x2000, 0x0800, 0, key), in(a > b))
	}
	gtp := func(a, b byte, teid int) []byte {
		p := in(a > b)
		return ipv4Between(a, b, ProtoUDP, udp(2152, string(join([]byte{0x30, 0xff}, u16(len(p), 0, teid), p))))
	}
	same := [][2][]byte{
		{greKeyed(1, 2, 7), greKeyed(2, 1, 7)},
		{gtp(1, 2, 7), gtp(2, 1, 8)},
		{ipv4Between(1, 2, 4, greKeyed(3, 4, 7)), ipv4Between(2, 1, 4, greKeyed(4, 3, 7))},
	}
	for i, c := range same {
		ps, _ := decode(Options{}, []capture.Frame{frame(capture.LinkRaw, c[0]), frame(capture.LinkRaw, c[1])})
		if ps[0].Path == ps[1].Path || ps[0].Path.Group != ps[1].Path.Group || ps[0].Path.Group != 1 && i < 2 {
			t.Errorf("%d: %+v %+v", i, ps[0].Path, ps[1].Path)
		}
	}
	different := [][2][]byte{
		{greKeyed(1, 2, 7), greKeyed(1, 2, 8)},
		{greKeyed(1, 2, 7), greKeyed(1, 3, 7)},
		{greKeyed(1, 2, 7), ipv4Between(1, 2, 47, gre(0x0800, in(false)))},
		{greKeyed(1, 2, 7), ipv4Between(1, 2, 4, greKeyed(1, 2, 7))},
	}
	for i, c := range different {
		ps, _ := decode(Options{}, []capture.Frame{frame(capture.LinkRaw, c[0]), frame(capture.LinkRaw, c[1])})
		if ps[0].Path.Group == ps[1].Path.Group || ps[0].Key == ps[1].Key {
			t.Errorf("%d: %+v %+v", i, ps[0].Path, ps[1].Path)
		}
	}
}

func TestPathsAreMadeOnce(t *testing.T) {
	d := NewDecoder(Options{})
	f := frame(capture.LinkRaw, ipv4(4, ipv4(47, gre(0x0800, carriedTCP()))))
	ps := d.Decode(nil, &f)
	ps = d.Decode(ps, &f)
	if ps[0].Path != ps[1].Path || len(d.paths.all) != 2 {
		t.Errorf("%d paths", len(d.paths.all))
	}
}

func TestFullListOfPaths(t *testing.T) {
	d := NewDecoder(Options{})
	d.paths.limit = 1
	vni := func(a, b, n byte) *Packet {
		f := frame(capture.LinkRaw, ipv4Between(a, b, ProtoUDP, udp(4789, string(join([]byte{8, 0, 0, 0, 0, 0, n, 0}, ether(0x0800, carriedTCP()))))))
		return &d.Decode(nil, &f)[0]
	}
	vni(1, 2, 1)
	there, back, other := vni(1, 2, 2).Path, vni(2, 1, 2).Path, vni(1, 2, 3).Path
	if there.Group != back.Group || there.Group == other.Group || there.Group < 2 || there.Group >= 1<<23 {
		t.Errorf("groups %d %d %d", there.Group, back.Group, other.Group)
	}
	if there.Hops[0].ID != 2 || there.Hops[0].Src.String() != "10.0.0.1" || back.Hops[0].Src.String() != "10.0.0.2" {
		t.Errorf("hops %+v %+v", there.Hops, back.Hops)
	}
	if len(d.paths.all) != 1 || d.Counts().Reasons[TooManyPaths] != 3 {
		t.Errorf("%d paths, %+v", len(d.paths.all), d.Counts())
	}
}

// ARP in a GRE tunnel is counted, and is no packet of the tunnel; unless the
// carriers are asked for.
func TestARPInGRE(t *testing.T) {
	arp := ether(0x0806, make([]byte, 28))
	for name, data := range map[string][]byte{
		"bridging":          ipv4(47, u16(0, 0x6558), arp),
		"bridging with key": ipv4(47, u16(0x2000, 0x6558, 0, 7), arp),
		"ERSPAN":            ipv4(47, u16(0x1000, 0x88be, 0, 1, 0x1000, 1, 0, 0), arp),
	} {
		ps, c := decode(Options{}, []capture.Frame{frame(capture.LinkRaw, data)})
		if len(ps) != 0 || c.Reasons[ARP] != 1 {
			t.Errorf("%s: got %+v, %+v", name, ps, c)
		}
		ps, c = decode(Options{Carriers: true}, []capture.Frame{frame(capture.LinkRaw, data)})
		if len(ps) != 1 || c.Reasons[ARP] != 0 {
			t.Errorf("%s with carriers: got %+v, %+v", name, ps, c)
		}
	}
}
