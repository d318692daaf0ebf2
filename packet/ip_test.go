package packet

import (
	"testing"

	"joy/capture"
)

func rawPacket(t *testing.T, ip []byte) *Packet {
	t.Helper()
	return decodeOne(t, frame(capture.LinkRaw, ip))
}

func TestIPv4Lengths(t *testing.T) {
	whole := carriedTCP()
	set := func(length int) []byte {
		b := join(whole)
		be.PutUint16(b[2:], uint16(length))
		return b
	}
	for _, c := range []struct {
		name            string
		ip              []byte
		length, payload uint32
		captured        string
	}{
		{"padding behind the packet", set(43), 43, 3, "hel"},
		{"segment that is yet to be cut", set(0), 45, 5, "hello"},
	} {
		p := rawPacket(t, c.ip)
		if p.Length != c.length || p.PayloadLen != c.payload || string(p.Captured()) != c.captured || p.Truncated || p.Invalid {
			t.Errorf("%s: got %+v", c.name, p)
		}
	}
	// What the capture cut off counts, also when a program that wrote the file
	// again says that the frame was no longer.
	for _, wire := range []int{45, 1400} {
		f := frame(capture.LinkRaw, set(1400))
		f.Wire = wire
		if p := decodeOne(t, f); p.Length != 1400 || p.PayloadLen != 1360 || string(p.Captured()) != "hello" || !p.Truncated {
			t.Errorf("cut, %d bytes on the wire: got %+v", wire, p)
		}
	}
}

func TestIPv4Options(t *testing.T) {
	b := ipv4(ProtoTCP, []byte{1, 1, 1, 1}, tcp(100, "hello"))
	b[0] = 0x46
	if p := rawPacket(t, b); !isHello(p) || p.L4 != 24 || p.ID != 0x1234 {
		t.Errorf("got %+v", p)
	}
}

func TestIPv6Extensions(t *testing.T) {
	hello := tcp(100, "hello")
	options := func(next byte) []byte { return []byte{next, 0, 1, 4, 0, 0, 0, 0} }
	long := func(next byte) []byte { return join([]byte{next, 1, 1, 12}, make([]byte, 12)) }
	ah := func(next byte) []byte { return join([]byte{next, 4}, make([]byte, 22)) }
	for _, c := range []struct {
		name string
		ip   []byte
	}{
		{"hop by hop of 16 bytes", ipv6(0, long(6), hello)},
		{"all kinds", ipv6(0, options(60), long(43), options(60), options(44), fragment6(51, 7, 0, false, nil), ah(6), hello)},
		{"mobility with a payload", ipv6(135, options(6), hello)},
		{"HIP and Shim6", ipv6(139, options(140), long(6), hello)},
	} {
		if p := rawPacket(t, c.ip); !isHello(p) || p.Frags != 0 || int(p.Length) != len(c.ip) || int(p.L4) != len(c.ip)-25 {
			t.Errorf("%s: got %+v", c.name, p)
		}
	}
	if p := rawPacket(t, ipv4(51, join([]byte{6, 4}, make([]byte, 22)), hello)); !isHello(p) {
		t.Errorf("AH in IPv4: got %+v", p)
	}
}

func TestIPv6WithoutTransport(t *testing.T) {
	var chain []byte
	for range maxExtensions + 1 {
		chain = append(chain, 60, 0, 1, 4, 0, 0, 0, 0)
	}
	for _, c := range []struct {
		name    string
		ip      []byte
		proto   uint8
		payload uint32
		invalid bool
	}{
		{"no next header", ipv6(59, []byte("rest")), 59, 4, false},
		{"ESP", ipv6(50, make([]byte, 32)), 50, 32, false},
		{"ESP behind options", ipv6(0, []byte{50, 0, 1, 4, 0, 0, 0, 0}, make([]byte, 32)), 50, 32, false},
		{"mobility message", ipv6(135, []byte{59, 0, 1, 4, 0, 0, 0, 0}), 135, 8, false},
		{"extension longer than the packet", ipv6(0, []byte{6, 9, 1, 4, 0, 0, 0, 0}, tcp(1, "x")), 0, 29, true},
		{"extension of 4 bytes", ipv6(43, make([]byte, 4)), 43, 4, true},
		{"chain without end", ipv6(60, chain, tcp(1, "x")), 60, 29, true},
	} {
		p := rawPacket(t, c.ip)
		if p.Key.Proto() != c.proto || p.PayloadLen != c.payload || p.Invalid != c.invalid || p.Key.Ports != 0 {
			t.Errorf("%s: got %+v", c.name, p)
		}
	}
}

func TestIPv6PayloadLengthOfZero(t *testing.T) {
	hello := tcp(100, "hello")
	zero := func(b []byte) []byte {
		b[4], b[5] = 0, 0
		return b
	}
	if p := rawPacket(t, zero(ipv6(ProtoTCP, hello))); !isHello(p) {
		t.Errorf("yet to be cut: got %+v", p)
	}
	if p := rawPacket(t, zero(ipv6(ProtoUDP, make([]byte, 6)))); p.PayloadLen != 0 || !p.Invalid || p.Length != 40 {
		t.Errorf("padding of Ethernet: got %+v", p)
	}
	jumbo := func(n uint32) []byte {
		option := be.AppendUint32([]byte{ProtoTCP, 0, 0xc2, 4}, n)
		return zero(ipv6(0, option, tcp(100, string(make([]byte, 70000)))))
	}
	b := jumbo(8 + 20 + 70000)
	if p := rawPacket(t, b); p.PayloadLen != 70000 || int(p.Length) != len(b) {
		t.Errorf("jumbogram: payload %d, length %d", p.PayloadLen, p.Length)
	}
	if p := rawPacket(t, jumbo(1<<31)); p.Length != 40 {
		t.Errorf("jumbogram longer than its frame: length %d", p.Length)
	}
}

func TestTransport(t *testing.T) {
	offset := func(words byte) []byte {
		b := tcp(100, "hello")
		b[12] = words << 4
		return b
	}
	length := func(n int) []byte {
		b := udp(53, "hello")
		be.PutUint16(b[4:], uint16(n))
		return b
	}
	for _, c := range []struct {
		name    string
		proto   int
		b       []byte
		payload uint32
		start   uint32 // of the payload, behind L4
		ports   uint32
		invalid bool
	}{
		{"TCP options", ProtoTCP, offset(6), 1, 24, 1234<<16 | 80, false},
		{"TCP data offset of 4", ProtoTCP, offset(4), 25, 0, 1234<<16 | 80, true},
		{"TCP data offset past the end", ProtoTCP, offset(7), 25, 0, 1234<<16 | 80, true},
		{"TCP header cut", ProtoTCP, tcp(1, "")[:19], 19, 0, 1234<<16 | 80, true},
		{"TCP ports cut", ProtoTCP, tcp(1, "")[:3], 3, 0, 0, true},
		{"UDP", ProtoUDP, length(13), 5, 8, 5000<<16 | 53, false},
		{"UDP length shorter", ProtoUDP, length(10), 2, 8, 5000<<16 | 53, false},
		{"UDP length past the end", ProtoUDP, length(14), 5, 8, 5000<<16 | 53, false},
		{"UDP length of 7", ProtoUDP, length(7), 5, 8, 5000<<16 | 53, false},
		{"UDP length of 0", ProtoUDP, length(0), 5, 8, 5000<<16 | 53, false},
		{"UDP header cut", ProtoUDP, length(7)[:7], 7, 0, 5000<<16 | 53, true},
		{"ICMP", ProtoICMP, make([]byte, 20), 12, 8, 0, false},
		{"ICMP of 4 bytes", ProtoICMP, make([]byte, 4), 0, 4, 0, false},
		{"SCTP", ProtoSCTP, tcp(1, ""), 20, 0, 1234<<16 | 80, false},
		{"SCTP ports cut", ProtoSCTP, tcp(1, "")[:3], 3, 0, 0, true},
		{"OSPF", 89, tcp(1, ""), 20, 0, 0, false},
		{"nothing", 89, nil, 0, 0, 0, false},
	} {
		for v, p := range map[string]*Packet{"IPv4": rawPacket(t, ipv4(c.proto, c.b)), "IPv6": rawPacket(t, ipv6(c.proto, c.b))} {
			if p.PayloadLen != c.payload || p.Payload-p.L4 != c.start || p.Key.Ports != c.ports || p.Invalid != c.invalid ||
				uint32(len(p.Captured())) != c.payload {
				t.Errorf("%s over %s: got %+v", c.name, v, p)
			}
		}
	}
	if p := rawPacket(t, ipv4(ProtoTCP, offset(6))); string(p.TCPOptions()) != "hell" {
		t.Errorf("options %q", p.TCPOptions())
	}
}

func TestCutTransport(t *testing.T) {
	b := tcp(100, "hello")
	b[12] = 6 << 4
	for keep, want := range map[int]struct {
		payload uint32
		invalid bool
		ports   bool
		options string
	}{
		25: {1, false, true, "hell"},
		22: {1, false, true, "he"},
		19: {25, true, true, ""},
		3:  {25, true, false, ""},
		0:  {25, true, false, ""},
	} {
		f := frame(capture.LinkRaw, ipv4(ProtoTCP, b))
		f.Data = f.Data[:20+keep]
		p := decodeOne(t, f)
		if p.PayloadLen != want.payload || p.Invalid != want.invalid || (p.Key.Ports != 0) != want.ports ||
			string(p.TCPOptions()) != want.options || p.Truncated != (keep < 25) {
			t.Errorf("%d bytes: got %+v", keep, p)
		}
	}
}

func TestKeyIsTheSameBothWays(t *testing.T) {
	back := func(b []byte) []byte {
		b = join(b)
		copy(b[0:], []byte{0, 80, 4, 210})
		return b
	}
	there := rawPacket(t, ipv4Between(1, 2, ProtoTCP, tcp(1, "x")))
	here := rawPacket(t, ipv4Between(2, 1, ProtoTCP, back(tcp(1, "x"))))
	if there.Key != here.Key || there.Swapped || !here.Swapped || there.Key.A().String() != "10.0.0.1" || there.Key.PortB() != 80 {
		t.Errorf("%+v %+v", there.Key, here.Key)
	}
	same := rawPacket(t, ipv4Between(1, 1, ProtoTCP, tcp(1, "x")))
	other := rawPacket(t, ipv4Between(1, 1, ProtoTCP, back(tcp(1, "x"))))
	if same.Key != other.Key || !same.Swapped || other.Swapped || same.Key.PortA() != 80 {
		t.Errorf("one address: %+v %+v", same.Key, other.Key)
	}
	if p := rawPacket(t, ipv6(ProtoUDP, udp(53, "x"))); p.Swapped || p.Key.A().String() != "2001:db8::1" || !p.Key.V6() {
		t.Errorf("IPv6: %+v", p.Key)
	}
}
