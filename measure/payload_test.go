package measure

import (
	"bytes"
	"testing"

	"joy/packet"
)

func TestPayloadKeepsTheFirstOfEachDirection(t *testing.T) {
	var s Blocks
	var y Payload
	y.Add(&s, 0, []byte("GET / HTTP/1.1"), 5)
	y.Add(&s, 1, []byte("OK"), 5)
	y.Add(&s, 0, []byte("more"), 5)
	if got := string(y.First(nil, &s, 0)) + "|" + string(y.First(nil, &s, 1)); got != "GET /|OK" {
		t.Errorf("%q", got)
	}
	y.Reset(&s)
	if len(y.First(nil, &s, 0))+len(y.First(nil, &s, 1)) != 0 {
		t.Error("Reset leaves something")
	}
	y.Add(&s, 0, []byte("next"), 5)
	if got := string(y.First(nil, &s, 0)); got != "next" {
		t.Errorf("after Reset: %q", got)
	}
}

func TestPayloadThatWasNotCapturedIsNotReplacedByTheNext(t *testing.T) {
	var s Blocks
	var y Payload
	y.Add(&s, 0, nil, 32)
	y.Add(&s, 0, []byte("second"), 32)
	if got := y.First(nil, &s, 0); len(got) != 0 {
		t.Errorf("%q is not of the first payload", got)
	}
}

// tcpPacket is a segment whose IP packet is the given bytes behind a link
// header of two.
func tcpPacket(seq uint32, flags uint8, payload string) *packet.Packet {
	data := append([]byte("L2ip-"), payload...)
	return &packet.Packet{
		Key:  packet.Key{Meta: packet.MakeMeta(packet.ProtoTCP, false, 0)},
		Data: append(data, "padding"...),
		IP:   2, L4: 5, Payload: 5, End: uint32(len(data)),
		PayloadLen: uint32(len(payload)), Seq: seq, Flags: flags,
	}
}

func udpPacket(payload string) *packet.Packet {
	p := tcpPacket(0, 0, payload)
	p.Key.Meta = packet.MakeMeta(packet.ProtoUDP, false, 0)
	return p
}

func TestIDP(t *testing.T) {
	invalid := tcpPacket(9, packet.ACK, "cut")
	invalid.Invalid = true
	for _, c := range []struct {
		name    string
		packets []*packet.Packet
		want    string
	}{
		{"segment behind the SYN", []*packet.Packet{
			tcpPacket(99, packet.SYN, ""), tcpPacket(100, packet.ACK, ""), tcpPacket(100, packet.ACK, "one"),
		}, "ip-one"},
		{"later segment arrives first", []*packet.Packet{
			tcpPacket(99, packet.SYN, ""), tcpPacket(103, packet.ACK, "two"), tcpPacket(100, packet.ACK, "one"),
		}, "ip-one"},
		{"sequence number past 2^32", []*packet.Packet{
			tcpPacket(1<<32-1, packet.SYN, ""), tcpPacket(0, packet.ACK, "one"),
		}, "ip-one"},
		{"no SYN", []*packet.Packet{
			tcpPacket(100, packet.ACK, ""), tcpPacket(100, packet.ACK, "one"), tcpPacket(103, packet.ACK, "two"),
		}, "ip-one"},
		{"payload in the SYN (TCP Fast Open)", []*packet.Packet{
			tcpPacket(99, packet.SYN, "zero"), tcpPacket(104, packet.ACK, "one"),
		}, "ip-zero"},
		{"segment behind the SYN was lost", []*packet.Packet{
			tcpPacket(99, packet.SYN, ""), tcpPacket(103, packet.ACK, "two"),
		}, ""},
		{"SYN with another number", []*packet.Packet{
			tcpPacket(99, packet.SYN, ""), tcpPacket(499, packet.SYN, ""), tcpPacket(500, packet.ACK, "one"),
		}, "ip-one"},
		{"malformed TCP header", []*packet.Packet{tcpPacket(99, packet.SYN, ""), invalid, tcpPacket(100, packet.ACK, "one")}, "ip-cut"},
		{"UDP", []*packet.Packet{udpPacket(""), udpPacket("one"), udpPacket("two")}, "ip-one"},
		{"longer than the limit", []*packet.Packet{udpPacket("a payload that is long")}, "ip-a payload "},
		{"no payload", []*packet.Packet{tcpPacket(99, packet.SYN, "")}, ""},
	} {
		var s Blocks
		var d IDP
		for _, p := range c.packets {
			d.Add(&s, 1, p, 13)
		}
		if got := string(d.First(nil, &s, 1)); got != c.want || len(d.First(nil, &s, 0)) != 0 {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		d.Reset(&s)
		d.Add(&s, 1, udpPacket("one"), 13)
		if got := string(d.First(nil, &s, 1)); got != "ip-one" {
			t.Errorf("%s: after Reset %q", c.name, got)
		}
	}
}

func FuzzPayload(f *testing.F) {
	f.Add([]byte("first"), []byte("second"), uint8(32))
	f.Add([]byte{}, []byte{1}, uint8(0))
	f.Fuzz(func(t *testing.T, a, b []byte, limit uint8) {
		var s Blocks
		var y Payload
		y.Add(&s, 0, a, int(limit))
		y.Add(&s, 0, b, int(limit))
		kept := y.First(nil, &s, 0)
		if len(kept) > int(limit) || !bytes.HasPrefix(a, kept) || len(kept) < min(len(a), int(limit)) {
			t.Fatalf("kept %q of %q", kept, a)
		}
	})
}

func BenchmarkPayload(b *testing.B) {
	var s Blocks
	var y Payload
	p := make([]byte, 1460)
	b.ReportAllocs()
	for b.Loop() {
		y.Reset(&s)
		y.Add(&s, 0, p, 32)
		y.Add(&s, 1, p, 32)
		y.Add(&s, 0, p, 32)
		y.Add(&s, 1, p, 32)
	}
}

func BenchmarkIDP(b *testing.B) {
	var s Blocks
	var d IDP
	syn, data := tcpPacket(99, packet.SYN, ""), tcpPacket(100, packet.ACK, "one")
	b.ReportAllocs()
	for b.Loop() {
		d.Reset(&s)
		d.Add(&s, 0, syn, 64)
		d.Add(&s, 0, data, 64)
		d.Add(&s, 0, data, 64)
		d.Add(&s, 0, data, 64)
	}
}
