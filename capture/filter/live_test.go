package filter

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"

	"joy/capture"
)

// A socketFrame is a frame as a filter in the kernel sees it.
type socketFrame struct {
	data   []byte
	beside map[uint32]uint32
}

// inSocket gives what the kernel has of a frame that a file would have.
func inSocket(link uint16, b []byte) (f socketFrame, ok bool) {
	f = socketFrame{data: b, beside: map[uint32]uint32{besideHasTag: 0, besideTCI: 0, besideTPID: 0, besidePacketType: 4, besideIfindex: 1}}
	be := binary.BigEndian
	switch {
	case link == capture.LinkLinuxSLL2:
		if len(b) < sll2Header {
			return f, false
		}
		f.data = b[sll2Header:]
		f.beside = map[uint32]uint32{
			besideProtocol: uint32(be.Uint16(b)), besideIfindex: be.Uint32(b[4:]),
			besideHatype: uint32(be.Uint16(b[8:])), besidePacketType: uint32(b[10]),
		}
	case link == capture.LinkEthernet && len(b) >= 18 && (be.Uint16(b[12:]) == etherVLAN || be.Uint16(b[12:]) == etherQinQ):
		f.data = cat(b[:12], b[16:])
		f.beside[besideHasTag] = 1
		f.beside[besideTPID] = uint32(be.Uint16(b[12:]))
		f.beside[besideTCI] = uint32(be.Uint16(b[14:]))
	}
	return f, true
}

// matches runs a program as the kernel does: what is beside the frame is put
// into the program.
func (f socketFrame) matches(t *testing.T, p *Program) bool {
	t.Helper()
	code := p.Instructions()
	for i, ins := range code {
		if ins.Op&7 != classLD || ins.Op&0xe0 != modeABS || ins.K < besideProtocol {
			continue
		}
		v, ok := f.beside[ins.K]
		if !ok {
			t.Fatalf("the kernel does not say what is at %#x\n%s", ins.K, p)
		}
		code[i] = Instruction{Op: opLoadImm, K: v}
	}
	q, err := Load(code)
	if err != nil {
		t.Fatal(err)
	}
	return q.Match(f.data, len(f.data))
}

// refusedLive reports whether an expression asks for what the kernel does not
// have, or has in another way.
func refusedLive(link uint16, expr string) bool {
	switch expr {
	case "vlan and geneve and vlan and tcp", "len - tcp[12] > 10":
		return link == capture.LinkEthernet
	case "ether[len - 1] = 0":
		return link != capture.LinkRaw
	case "ip[-14] & 1 = 0":
		return link != capture.LinkEthernet
	case "ether[0] & 1 = 0", "ether[12:2] = 0x0800":
		return link == capture.LinkLinuxSLL2
	}
	return link == capture.LinkLinuxSLL2 && strings.HasPrefix(expr, "geneve")
}

// TestLive compares every verdict of a live program on what the kernel has of a
// frame with that of the program for files on the frame that is captured.
func TestLive(t *testing.T) {
	for _, link := range []uint16{capture.LinkEthernet, capture.LinkRaw, capture.LinkLinuxSLL2} {
		for _, expr := range expressions() {
			file, err := Compile(expr, link, Options{})
			if err != nil {
				continue
			}
			live, err := Compile(expr, link, Options{Live: true})
			if (err != nil) != refusedLive(link, expr) {
				t.Errorf("link type %d, %q: %v", link, expr, err)
			}
			if err != nil {
				continue
			}
			compareLive(t, link, expr, file, live)
		}
	}
}

func compareLive(t *testing.T, link uint16, expr string, file, live *Program) {
	t.Helper()
	for i, p := range frames(link) {
		f, ok := inSocket(link, p.data)
		if !ok || p.wire != len(p.data) { // what is cut off in a file is whole in the kernel
			continue
		}
		if got, want := f.matches(t, live), file.Match(p.data, p.wire); got != want {
			t.Errorf("link type %d, %q, frame %d %x: live says %v\n%s", link, expr, i, p.data, got, live)
			return
		}
	}
}

// TestLiveRandom does the same for expressions that nobody would write.
func TestLiveRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 5))
	compared := 0
	for range 600 {
		expr := randomExpr(random, 3)
		for _, link := range []uint16{capture.LinkEthernet, capture.LinkRaw, capture.LinkLinuxSLL2} {
			file, err := Compile(expr, link, Options{})
			if err != nil {
				continue
			}
			live, err := Compile(expr, link, Options{Live: true})
			if err == nil {
				compareLive(t, link, expr, file, live)
				compared++
			}
		}
	}
	if compared < 600 {
		t.Errorf("%d were compared", compared)
	}
}

func TestLiveRefuses(t *testing.T) {
	tests := []struct {
		what string
		link uint16
		expr string
		want string
	}{
		{"frames that no socket gives", capture.LinkIEEE80211, "type data", "link type 105"},
		{"a shift that the kernel does otherwise", capture.LinkRaw, "1 << ip[0] = 2", "shift"},
		{"a place that means something else to it", capture.LinkEthernet, "ip[-20] = 0", "out of range"},
		{"bytes on both sides of the tag's edge", capture.LinkEthernet, "ether[11:2] = 0", "VLAN tag"},
		{"a link header that is not there", capture.LinkLinuxSLL2, "ether[12] = 0", "header"},
		{"an error of the expression comes first", capture.LinkRaw, "vlan 5", "no VLAN tags"},
	}
	for _, tt := range tests {
		p, err := Compile(tt.expr, tt.link, Options{Live: true})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %q gives %v\n%v", tt.what, tt.expr, err, p)
		}
	}
}

// A frame's place is calculated with 32 bits in the kernel; the sum must not
// come round to the frame's beginning.
func TestLiveBoundsPlaces(t *testing.T) {
	p, err := Compile("ip[ip[0] - 0x49] = 0x45", capture.LinkRaw, Options{Live: true})
	if err != nil {
		t.Fatal(err)
	}
	code := p.Instructions()
	var load int
	for i, ins := range code {
		if ins.Op == classLD|modeIND|sizeB {
			load = i
		}
	}
	// What X is at the load is made the outcome.
	code = append(code[:load:load], Instruction{Op: classRET | srcX})
	for i, ins := range code[:load] {
		if ins.Op&7 == classJMP {
			code[i] = Instruction{Op: opLoadImm} // not what this is about
		}
	}
	q, err := Load(code)
	if err != nil {
		t.Fatal(err)
	}
	for first, want := range map[byte]uint32{0x49: 0, 0x4f: 6, 0x45: 0x3ffffffc} {
		if x := q.run([]byte{first, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 10); x != want {
			t.Errorf("first byte %#x: the place is %#x, not %#x\n%s", first, x, want, q)
		}
	}
}
