package packet

import (
	"slices"
	"testing"

	"joy/capture"
)

func decodeOne(t *testing.T, f capture.Frame) *Packet {
	t.Helper()
	ps, c := decode(Options{}, []capture.Frame{f})
	if len(ps) != 1 {
		t.Fatalf("%d packets, %+v", len(ps), c)
	}
	check(t, &ps[0])
	return &ps[0]
}

// isHello reports whether p is the TCP packet of carriedTCP, or its like.
func isHello(p *Packet) bool {
	return string(p.Captured()) == "hello" && p.PayloadLen == 5 && p.Seq == 100 && p.Ack == 7 &&
		p.Window == 512 && p.Flags == ACK|PSH && p.TTL == 64 && !p.Invalid && !p.Truncated &&
		p.Key.Proto() == ProtoTCP && p.Key.PortA() == 1234 && p.Key.PortB() == 80 && !p.Swapped
}

func TestLinks(t *testing.T) {
	for _, s := range links() {
		t.Run(s.name, func(t *testing.T) {
			p := decodeOne(t, frame(int(s.link), s.data))
			if !isHello(p) || p.Path != nil {
				t.Errorf("got %+v", p)
			}
			if want := uint32(45); !p.Key.V6() && p.Length != want || p.Key.V6() && p.Length != want+20 {
				t.Errorf("length %d", p.Length)
			}
		})
	}
}

func TestEveryFrameHasAReason(t *testing.T) {
	label := []byte{0, 1, 0, 9}
	for _, c := range []struct {
		name string
		link int
		data []byte
		want Reason
	}{
		{"no such link type", 9999, carriedTCP(), UnknownLinkType},
		{"empty frame", capture.LinkEthernet, nil, TruncatedLink},
		{"half a MAC address", capture.LinkEthernet, make([]byte, 3), TruncatedLink},
		{"tag cut off", capture.LinkEthernet, ether(0x8100, []byte{0, 5, 8}), TruncatedLink},
		{"label cut off", capture.LinkEthernet, ether(0x8847, []byte{0, 5, 8}), TruncatedLink},
		{"SNAP cut off", capture.LinkEthernet, ether(8, []byte{0xaa, 0xaa, 3, 0, 0}), TruncatedLink},
		{"ARP", capture.LinkEthernet, ether(0x0806, make([]byte, 28)), ARP},
		{"LLDP", capture.LinkEthernet, ether(0x88cc, make([]byte, 28)), NotIP},
		{"spanning tree", capture.LinkEthernet, ether(3, []byte{0x42, 0x42, 3}), NotIP},
		{"PPPoE discovery code", capture.LinkEthernet, ether(0x8864, []byte{0x11, 9, 0, 0, 0, 0}), NotIP},
		{"PPP LCP", capture.LinkPPP, []byte{0xff, 3, 0xc0, 0x21, 1}, NotIP},
		{"beacon", capture.LinkIEEE80211, append([]byte{0x80, 0}, make([]byte, 30)...), NotData},
		{"null data", capture.LinkIEEE80211, append([]byte{0x48, 1}, make([]byte, 30)...), NotData},
		{"encrypted", capture.LinkIEEE80211, append([]byte{0x08, 0x41}, make([]byte, 60)...), Encrypted},
		{"aggregate of nothing", capture.LinkIEEE80211, append([]byte{0x88, 1}, append(make([]byte, 22), 0x80, 0, 1)...), TruncatedLink},
		{"IPX on loopback", capture.LinkNull, []byte{23, 0, 0, 0, 1}, NotIP},
		{"radiotap longer than the frame", capture.LinkRadiotap, []byte{0, 0, 99, 0, 0, 0, 0, 0}, TruncatedLink},
		{"PPI in PPI", capture.LinkPPI, []byte{0, 0, 8, 0, 192, 0, 0, 0}, UnknownLinkType},
		{"NFLOG without packet", capture.LinkNFLOG, []byte{2, 0, 0, 0, 0, 0, 9, 0}, TruncatedLink},
		{"version 5", capture.LinkRaw, append([]byte{0x55}, make([]byte, 40)...), BadIPHeader},
		{"nothing raw", capture.LinkRaw, nil, TruncatedIP},
		{"header length of 16", capture.LinkRaw, append([]byte{0x44}, make([]byte, 40)...), BadIPHeader},
		{"total length less than header", capture.LinkRaw, append([]byte{0x46, 0, 0, 23}, make([]byte, 40)...), BadIPHeader},
		{"IPv6 of 39 bytes", capture.LinkRaw, append([]byte{0x60}, make([]byte, 38)...), BadIPHeader},
		{"tags without end", capture.LinkEthernet, ether(0x8100, slices.Repeat(u16(5, 0x8100), 300)), TooManyHeaders},
		{"labels without end", capture.LinkEthernet, ether(0x8847, slices.Repeat(label, 300)), TooManyHeaders},
		{"pseudowires in pseudowires", capture.LinkEthernet, slices.Repeat(ether(0x8847, []byte{0, 1, 1, 9}), 300), TooManyHeaders},
	} {
		t.Run(c.name, func(t *testing.T) {
			ps, counts := decode(Options{}, []capture.Frame{frame(c.link, c.data)})
			want := Counts{Frames: 1}
			want.Reasons[c.want] = 1
			if len(ps) != 0 || counts != want {
				t.Errorf("got %d packets, %+v, want one %v", len(ps), counts, c.want)
			}
		})
	}
}

func TestCutHeaderIsNotABadOne(t *testing.T) {
	for _, ip := range [][]byte{carriedTCP(), ipv6(ProtoTCP, tcp(1, "x"))} {
		f := frame(capture.LinkRaw, ip)
		f.Data = ip[:19]
		_, c := decode(Options{}, []capture.Frame{f})
		if c.Reasons[TruncatedIP] != 1 {
			t.Errorf("got %+v", c)
		}
	}
}

func TestReasonNames(t *testing.T) {
	seen := map[string]bool{}
	for r := range NumReasons {
		if name := r.String(); name == "" || seen[name] {
			t.Errorf("reason %d is %q", r, name)
		}
		seen[r.String()] = true
	}
}

func TestFrameCheckSequenceIsNoData(t *testing.T) {
	data := join(ether(0x0800, carriedTCP()), []byte{1, 2, 3, 4})
	f := frame(capture.LinkEthernet, data)
	f.FCS = 4
	if p := decodeOne(t, f); !isHello(p) || len(p.Data) != len(data)-4 {
		t.Errorf("got %+v", p)
	}
	total := data[14+2:]
	copy(total, []byte{0, 0}) // the packet goes up to the end of the frame
	if p := decodeOne(t, f); !isHello(p) {
		t.Errorf("with total length 0: got %+v", p)
	}
	f.Data = f.Data[:len(data)-6] // the capture cut the sequence and two bytes more
	if p := decodeOne(t, f); string(p.Captured()) != "hel" || p.PayloadLen != 5 {
		t.Errorf("cut: got %+v", p)
	}
}

func TestAggregateGivesAllPackets(t *testing.T) {
	sub := func(ip []byte) []byte {
		return join(make([]byte, 12), u16(8+len(ip)), []byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, ip)
	}
	first := fragment4(7, 0, true, ProtoUDP, udp(53, "12345678"))
	be.PutUint16(first[24:], 17)
	parts := [][]byte{
		first, carriedTCP(), fragment4(7, 16, false, ProtoUDP, []byte("9")), carriedTCP(),
	}
	data := append([]byte{0x88, 1}, append(make([]byte, 22), 0x80, 0)...)
	for _, ip := range parts {
		s := sub(ip)
		data = append(data, append(s, make([]byte, -len(s)&3)...)...)
	}
	ps, c := decode(Options{}, []capture.Frame{frame(capture.LinkIEEE80211, data)})
	if len(ps) != 3 || !isHello(&ps[0]) || string(ps[1].Captured()) != "123456789" || !isHello(&ps[2]) {
		t.Errorf("got %+v, %+v", ps, c)
	}
}

func TestMACs(t *testing.T) {
	a, b := [6]byte{2, 0, 0, 0, 0, 1}, [6]byte{2, 0, 0, 0, 0, 2}
	if src, dst, ok := decodeOne(t, frame(capture.LinkEthernet, ether(0x0800, carriedTCP()))).MACs(); !ok || src != a || dst != b {
		t.Errorf("Ethernet: %v %v %v", src, dst, ok)
	}
	if _, _, ok := decodeOne(t, frame(capture.LinkRaw, carriedTCP())).MACs(); ok {
		t.Error("raw IP has none")
	}
	for control, want := range [][2]byte{{2, 1}, {2, 3}, {3, 1}, {4, 3}} { // which of the addresses are source and destination
		wlan := []byte{8, byte(control), 0, 0}
		for n := range byte(3) {
			wlan = append(wlan, slices.Repeat([]byte{n + 1}, 6)...)
		}
		wlan = append(wlan, 0, 0, 4, 4, 4, 4, 4, 4)
		for _, p := range []Packet{
			{Link: capture.LinkIEEE80211, Data: wlan},
			{Link: capture.LinkRadiotap, Data: join([]byte{0, 0, 8, 0, 0, 0, 0, 0}, wlan)},
		} {
			src, dst, ok := p.MACs()
			if got := [2]byte{src[0], dst[0]}; !ok || got != want {
				t.Errorf("802.11, bits %d: got %v %v, want %v", control, got, ok, want)
			}
		}
	}
}

func TestLabels(t *testing.T) {
	for _, s := range links() {
		want := map[string][]uint32{
			"MPLS": {16, 16}, "MPLS IPv6": {16}, "pseudowire": {16}, "pseudowire with control word": {16},
			"pseudowire to an address like IPv4": {16},
		}[s.name]
		if got := decodeOne(t, frame(int(s.link), s.data)).Labels(nil); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", s.name, got, want)
		}
	}
}

func TestVLANs(t *testing.T) {
	for _, s := range links() {
		want := map[string][]uint16{
			"one tag": {5}, "two tags": {5, 6}, "three tags": {5, 6, 7}, "tag, then 802.3": {5},
			"VN-Tag": {5}, "SLL with tag": {5},
		}[s.name]
		if got := decodeOne(t, frame(int(s.link), s.data)).VLANs(nil); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", s.name, got, want)
		}
	}
}
