//go:build linux

package afpacket

import (
	"bytes"
	"testing"

	"golang.org/x/sys/unix"

	"joy/capture"
)

// TestFramesArriveAsSent sends frames of many kinds through a cable.
func TestFramesArriveAsSent(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	s := open(t, Options{Interfaces: []string{"a1"}, Promisc: true})
	var sent [][]byte
	for n := range uint32(2000) {
		p := packet(n%16, n, 60+int(n)%1400)
		switch n % 5 {
		case 1:
			p = tagged(p, 0x8100_0064|n%8<<13) // VLAN 100 and all priorities
		case 2:
			p = tagged(p, 0x88a8_0007, 0x8100_0008)
		case 3:
			p = tagged(p, 0x8100_1fff) // the bit between priority and number
		}
		sent = append(sent, p)
	}
	newSender(t, "a0", unix.SOCK_RAW).send(sent...)
	compare(t, receive(t, s, len(sent)), sent)
	if st := s.Stats(); st.Frames != int64(len(sent)) || st.Dropped != 0 {
		t.Errorf("counted %+v", st)
	}
}

// compare wants frames to be what was sent, in the same order.
func compare(t *testing.T, got []capture.Frame, sent [][]byte) {
	t.Helper()
	if len(got) != len(sent) {
		t.Fatalf("%d frames came, %d were sent", len(got), len(sent))
	}
	for i, f := range got {
		if !bytes.Equal(f.Data, sent[i]) {
			t.Fatalf("frame %d came as\n%x, sent was\n%x", i, f.Data, sent[i])
		}
		if f.Wire != len(sent[i]) || f.Link != capture.LinkEthernet {
			t.Fatalf("frame %d of %d bytes came with length %d and link type %d", i, len(sent[i]), f.Wire, f.Link)
		}
	}
}
