package packet

import (
	"math"
	"strings"
	"testing"

	"joy/capture"
)

// cutUp is a UDP datagram with words words of 8 bytes behind its header, the
// first fragment of two words, the others of one.
func cutUp(id, words int) (fragments [][]byte, payload string) {
	var s strings.Builder
	for i := range words {
		s.WriteString(strings.Repeat(string(rune('a'+i)), 8))
	}
	whole := udp(5353, s.String())
	for off := 0; off < len(whole); {
		n := 8
		if off == 0 {
			n = 16
		}
		fragments = append(fragments, fragment4(id, off, off+n < len(whole), ProtoUDP, whole[off:off+n]))
		off += n
	}
	return fragments, s.String()
}

func cutUp6(id, words int) (fragments [][]byte, payload string) {
	list, payload := cutUp(id, words)
	for _, b := range list {
		f := be.Uint16(b[6:])
		fragments = append(fragments, ipv6(60, []byte{44, 0, 1, 4, 0, 0, 0, 0},
			fragment6(ProtoUDP, id, int(f&0x1fff)*8, f&0x2000 != 0, b[20:])))
	}
	return fragments, payload
}

func TestReassembly(t *testing.T) {
	for _, c := range []struct {
		name  string
		make  func(id, words int) ([][]byte, string)
		order []int
		frags uint16
	}{
		{"in order", cutUp, []int{0, 1, 2, 3}, 4},
		{"backwards", cutUp, []int{3, 2, 1, 0}, 4},
		{"one twice", cutUp, []int{1, 0, 1, 2, 3}, 5},
		{"IPv6 in order", cutUp6, []int{0, 1, 2, 3}, 4},
		{"IPv6 shuffled", cutUp6, []int{2, 0, 3, 1}, 4},
		{"IPv6, one twice", cutUp6, []int{2, 0, 3, 2, 1}, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, payload := c.make(7, 4)
			var in [][]byte
			for _, i := range c.order {
				in = append(in, list[i])
			}
			ps, counts := decode(Options{}, onEthernet(in...))
			if len(ps) != 1 {
				t.Fatalf("got %+v, %+v", ps, counts)
			}
			p := &ps[0]
			check(t, p)
			if string(p.Captured()) != payload || int(p.PayloadLen) != len(payload) || p.Frags != c.frags ||
				p.Key.Ports != 5000<<16|5353 || p.Truncated || p.Invalid || p.Time != 1e9+int64(c.frags)-1 || p.Begun != 1e9 {
				t.Errorf("got %+v", p)
			}
			if int(p.IP) != 14 || p.Length != p.End-p.IP || p.TTL != 64 {
				t.Errorf("wrong head: %+v", p)
			}
			want := Counts{Frames: uint64(c.frags), Fragments: uint64(c.frags), Packets: 1}
			if counts != want {
				t.Errorf("counts %+v, want %+v", counts, want)
			}
		})
	}
}

func TestFragmentsOfDifferentDatagrams(t *testing.T) {
	a, payload := cutUp(7, 2)
	b, _ := cutUp(8, 2)
	other := join(a[1])
	other[9] = ProtoTCP
	another := join(a[1])
	another[15] = 9
	ps, c := decode(Options{}, onEthernet(a[0], b[1], other, another, a[1], b[0]))
	if len(ps) != 2 || string(ps[0].Captured()) != payload || ps[0].Frags != 2 || ps[0].ID != 7 || ps[1].ID != 8 {
		t.Errorf("got %+v", ps)
	}
	if c.Reasons[FragmentWithoutFirst] != 2 {
		t.Errorf("counts %+v", c)
	}
}

func TestAtomicFragmentIsAPacket(t *testing.T) {
	p := rawPacket(t, ipv6(44, fragment6(ProtoTCP, 7, 0, false, tcp(100, "hello"))))
	if !isHello(p) || p.Frags != 0 {
		t.Errorf("got %+v", p)
	}
}

func TestOverlapIPv4FirstWins(t *testing.T) {
	list, _ := cutUp(7, 3) // two words and header, one, one
	evil := fragment4(7, 8, true, ProtoUDP, []byte(strings.Repeat("X", 24)))
	ps, _ := decode(Options{}, onEthernet(list[0], evil, list[2]))
	if len(ps) != 1 || string(ps[0].Captured()) != "aaaaaaaaXXXXXXXXXXXXXXXX" {
		t.Errorf("got %+v", ps)
	}
}

func TestOverlapIPv6IsNotReassembled(t *testing.T) {
	list, _ := cutUp6(7, 3)
	evil := ipv6(44, fragment6(ProtoUDP, 7, 8, true, []byte(strings.Repeat("X", 24))))
	ps, c := decode(Options{}, onEthernet(list[0], evil, list[1], list[2]))
	if len(ps) != 1 || !ps[0].Truncated || ps[0].PayloadLen != 24 || string(ps[0].Captured()) != "aaaaaaaa" {
		t.Errorf("got %+v", ps)
	}
	if c.Reasons[FragmentOverlap] != 4 {
		t.Errorf("counts %+v", c)
	}
}

func TestIncompleteDatagram(t *testing.T) {
	list, _ := cutUp(7, 4)
	d := NewDecoder(Options{})
	for i, f := range onEthernet(list[0], list[2], list[3]) { // the second is missing
		if ps := d.Decode(nil, &f); len(ps) != 0 {
			t.Fatalf("fragment %d: %+v", i, ps)
		}
	}
	if ps := d.Expire(nil, 1e9+fragmentTimeout-1); len(ps) != 0 {
		t.Fatal("too early")
	}
	ps := d.Expire(nil, 1e9+fragmentTimeout)
	if len(ps) != 1 {
		t.Fatalf("got %+v", ps)
	}
	check(t, &ps[0])
	p := &ps[0]
	if string(p.Captured()) != "aaaaaaaa" || p.PayloadLen != 24 || !p.Truncated || p.Frags != 3 || p.Key.PortB() != 5353 || p.Time != 1e9+2 {
		t.Errorf("got %+v", p)
	}
	if ps := d.Expire(nil, math.MaxInt64); len(ps) != 0 || d.fragments.cost != 0 {
		t.Errorf("left: %+v", ps)
	}
}

func TestFragmentsWithoutFirst(t *testing.T) {
	list, _ := cutUp(7, 4)
	ps, c := decode(Options{}, onEthernet(list[1], list[2], list[3]))
	if len(ps) != 0 || c.Reasons[FragmentWithoutFirst] != 3 || c.Fragments != 3 {
		t.Errorf("got %+v, %+v", ps, c)
	}
}

func TestIdentificationUsedAgain(t *testing.T) {
	old, _ := cutUp(7, 2)
	young, payload := cutUp(7, 3)
	frames := onEthernet(old[0], young[0], young[1], young[2])
	for i := range frames[1:] {
		frames[1+i].Time += fragmentTimeout
	}
	ps, _ := decode(Options{}, frames)
	if len(ps) != 2 || ps[0].Frags != 1 || !ps[0].Truncated || string(ps[1].Captured()) != payload || ps[1].Frags != 3 {
		t.Errorf("got %+v", ps)
	}
}

// Another first fragment begins a new datagram; the same one again does not.
func TestIdentificationUsedAgainAtOnce(t *testing.T) {
	list, _ := cutUp(7, 4)
	other := join(list[0])
	other[20]++ // of the source port
	ps, c := decode(Options{}, onEthernet(list[0], list[1], list[0], other, list[1], list[2], list[3]))
	if len(ps) != 2 || !ps[0].Truncated || ps[0].Frags != 3 || ps[1].Truncated || ps[1].Frags != 4 || ps[0].Key.Ports == ps[1].Key.Ports {
		t.Errorf("got %+v, %+v", ps, c)
	}
}

func TestClockThatGoesBackEndsOldDatagrams(t *testing.T) {
	list, _ := cutUp(7, 2)
	d := NewDecoder(Options{})
	f := onEthernet(list[0])[0]
	f.Time = math.MaxInt64
	d.Decode(nil, &f)
	if ps := d.Expire(nil, math.MinInt64); len(ps) != 1 {
		t.Errorf("got %+v", ps)
	}
}

func TestCutFragments(t *testing.T) {
	list, payload := cutUp(7, 4)
	frames := onEthernet(list...)
	frames[0].Data = frames[0].Data[:14+20+10] // ports, length and two bytes
	frames[1].Data = frames[1].Data[:14+20]
	ps, c := decode(Options{}, frames)
	if len(ps) != 1 {
		t.Fatalf("got %+v, %+v", ps, c)
	}
	check(t, &ps[0])
	if p := &ps[0]; string(p.Captured()) != "aa" || int(p.PayloadLen) != len(payload) || !p.Truncated || p.Invalid || p.Key.PortB() != 5353 || p.Frags != 4 {
		t.Errorf("got %+v", p)
	}
}

func TestFragmentPastTheLargestDatagram(t *testing.T) {
	ps, c := decode(Options{}, onEthernet(fragment4(7, 65528, false, ProtoUDP, make([]byte, 8))))
	if len(ps) != 0 || c.Reasons[FragmentTooLong] != 1 || c.Fragments != 0 {
		t.Errorf("got %+v, %+v", ps, c)
	}
}

func TestTooManyPieces(t *testing.T) {
	var list [][]byte
	for i := range maxPieces + 5 {
		list = append(list, fragment4(7, 16*i, true, 253, make([]byte, 8)))
	}
	ps, c := decode(Options{}, onEthernet(list...))
	if len(ps) != 1 || int(ps[0].Frags) != len(list) || int(ps[0].PayloadLen) != 8*len(list) || c.Reasons[FragmentsTooMany] != 5 {
		t.Errorf("got %+v, %+v", ps, c)
	}
}

func TestBoundsOfFragments(t *testing.T) {
	var frames []capture.Frame
	for id := range 10 {
		list, _ := cutUp(id, 4)
		if id%2 == 0 {
			list = list[1:]
		}
		frames = append(frames, onEthernet(list[0], list[1])...)
	}
	for name, o := range map[string]Options{
		"datagrams": {Datagrams: 4},
		"bytes":     {FragmentBytes: 4 * (datagramCost + 2*pieceCost + 2*60)},
	} {
		d := NewDecoder(o)
		var ps []Packet
		for i := range frames {
			ps = d.Decode(ps, &frames[i])
			if n := len(d.fragments.byKey); n > 4 {
				t.Fatalf("%s: %d datagrams", name, n)
			}
		}
		gone := 10 - len(d.fragments.byKey)
		if c := d.Counts(); gone < 6 || c.Reasons[FragmentsEvicted] != uint64(2*gone) || len(ps) != gone/2 {
			t.Errorf("%s: %d packets, %+v", name, len(ps), c)
		}
		for i := range ps { // oldest first
			if ps[i].ID != uint16(2*i+1) || ps[i].Frags != 2 || !ps[i].Truncated {
				t.Errorf("%s: %+v", name, ps[i])
			}
		}
	}
}

func TestFragmentedTunnel(t *testing.T) {
	inner, payload := cutUp(9, 2)
	carry := func(id int, in []byte) [][]byte {
		whole := gre(0x0800, in)
		return [][]byte{fragment4(id, 0, true, 47, whole[:24]), fragment4(id, 24, false, 47, whole[24:])}
	}
	first, second := carry(1, inner[0]), carry(2, inner[1])
	for _, o := range []Options{{}, {Carriers: true}} {
		ps, _ := decode(o, onEthernet(first[0], second[0], second[1], first[1]))
		if o.Carriers {
			if len(ps) != 3 || ps[0].Path != nil || ps[0].Frags != 2 || ps[1].Frags != 2 {
				t.Fatalf("with carriers: %+v", ps)
			}
			ps = ps[2:]
		}
		if len(ps) != 1 || string(ps[0].Captured()) != payload || ps[0].Frags != 4 || ps[0].Path.Hops[0].Kind != "gre" {
			t.Errorf("got %+v", ps)
		}
	}
	// What is missing of the tunnel is missing of the packet in it.
	whole := gre(0x0800, carriedTCP())
	ps, _ := decode(Options{}, onEthernet(fragment4(1, 0, true, 47, whole[:48])))
	if len(ps) != 1 || ps[0].Path == nil || string(ps[0].Captured()) != "hell" || !ps[0].Truncated || ps[0].Frags != 1 {
		t.Errorf("incomplete: %+v", ps)
	}
}

func TestFragmentsInDifferentTunnels(t *testing.T) {
	list, _ := cutUp(7, 2)
	vni := func(n byte, in []byte) []byte {
		return ipv4(ProtoUDP, udp(4789, string(join([]byte{8, 0, 0, 0, 0, 0, n, 0}, ether(0x0800, in)))))
	}
	ps, c := decode(Options{}, onEthernet(vni(1, list[0]), vni(2, list[1])))
	if len(ps) != 1 || !ps[0].Truncated || ps[0].Path.Hops[0].ID != 1 || c.Reasons[FragmentWithoutFirst] != 1 {
		t.Errorf("got %+v, %+v", ps, c)
	}
}
