//go:build linux

package afpacket

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"joy/capture"
)

// mixed are frames of several flows, with tags and without.
func mixed(n int) (frames [][]byte) {
	for i := range uint32(n) {
		p := packet(i%16, i, 60+int(i)%1400)
		switch i % 5 {
		case 1:
			p = tagged(p, 0x8100_0064|i%8<<13) // VLAN 100 and all priorities
		case 2:
			p = tagged(p, 0x88a8_0007, 0x8100_0008)
		case 3:
			p = tagged(p, 0x8100_1fff) // the bit between priority and number
		}
		frames = append(frames, p)
	}
	return frames
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

// TestFramesArriveAsSent sends frames through cables: each comes once, with the
// same bytes, and in the order of sending even when flows are shared by rings
// and interfaces take turns.
func TestFramesArriveAsSent(t *testing.T) {
	for _, rings := range []int{1, 4} {
		for _, cables := range []int{1, 2} {
			t.Run(fmt.Sprintf("%d rings, %d interfaces", rings, cables), func(t *testing.T) {
				newNetwork(t)
				var names []string
				var senders []*sender
				for i := range cables {
					from, to := fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i)
					cable(t, from, to)
					names = append(names, to)
					senders = append(senders, newSender(t, from, to))
				}
				s := open(t, Options{Interfaces: names, Promisc: true, Rings: rings, RingSize: 8 << 20})
				sent := mixed(3000)
				start(t, func() {
					for i, f := range sent {
						senders[i%cables].send(f)
					}
				})
				got := receive(t, s, len(sent))
				compare(t, got, sent)
				last(t, s, got[len(got)-1])
				st := s.Stats()
				if st.Frames != int64(len(sent)) || st.Dropped != 0 || len(st.Interfaces) != cables {
					t.Errorf("counted %+v", st)
				}
				for i, c := range st.Interfaces {
					if c.Name != names[i] || c.Frames != int64(len(sent)/cables) {
						t.Errorf("counted %+v", c)
					}
				}
			})
		}
	}
}

// TestSharedFlows wants every ring to have some of many flows, and fragments to
// come as they are: nothing puts them together.
func TestSharedFlows(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	s := open(t, Options{Interfaces: []string{"a1"}, Rings: 4, RingSize: 4 << 20, Promisc: true})
	var sent [][]byte
	for i := range uint32(200) {
		p := packet(i, i, 700)
		binary.BigEndian.PutUint16(p[18:], uint16(i/2)) // two fragments of one datagram
		binary.BigEndian.PutUint16(p[20:], []uint16{0x2000, 85}[i%2])
		binary.BigEndian.PutUint16(p[24:], 0)
		p[33] = byte(i / 2)
		binary.BigEndian.PutUint16(p[24:], checksum(p[14:34]))
		sent = append(sent, p)
	}
	newSender(t, "a0", "a1").send(sent...)
	used := 0
	for _, r := range s.rings {
		if r.pending() > 0 {
			used++
		}
	}
	if used < 2 {
		t.Errorf("all flows are in %d rings", used)
	}
	compare(t, receive(t, s, len(sent)), sent)
}

// TestLoopback wants packets once that go out and come in again.
func TestLoopback(t *testing.T) {
	for _, rings := range []int{1, 2} {
		newNetwork(t)
		ip(t, "link set lo up")
		s := open(t, Options{Interfaces: []string{"lo"}, Rings: rings, RingSize: 2 << 20, Promisc: true})
		sent := [][]byte{packet(1, 1, 100), packet(2, 2, 1000), packet(3, 3, 10000)}
		newSender(t, "lo", "lo").send(sent...)
		got := receive(t, s, len(sent))
		compare(t, got, sent)
		last(t, s, got[2])
	}
}

// TestOutgoing captures what this host sends.
func TestOutgoing(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	s := open(t, Options{Interfaces: []string{"a0"}, RingSize: 2 << 20})
	sent := mixed(100)
	newSender(t, "a0", "a1").send(sent...)
	compare(t, receive(t, s, len(sent)), sent)
}

// TestSuperFrame sends 60,000 bytes of TCP in one frame that the adapter would
// take apart.
func TestSuperFrame(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	s := open(t, Options{Interfaces: []string{"a0", "a1"}, RingSize: minRing})
	from := newSender(t, "a0", "a1")
	if err := unix.SetsockoptInt(from.fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1); err != nil {
		t.Fatal(err)
	}
	p := packet(1, 1, 60000)
	p[14+9] = unix.IPPROTO_TCP
	p[14+32] = 0x50 // TCP header without options
	binary.BigEndian.PutUint16(p[14+10:], 0)
	binary.BigEndian.PutUint16(p[14+10:], checksum(p[14:34]))
	ne := binary.NativeEndian
	h := []byte{1, 1} // struct virtio_net_hdr: the checksum is to be filled in; TCP over IPv4
	h = ne.AppendUint16(h, 14+20+20)
	h = ne.AppendUint16(h, 1400)
	h = ne.AppendUint16(h, 14+20)
	h = ne.AppendUint16(h, 16)
	from.send(append(h, p...))
	for _, f := range receive(t, s, 2) {
		if !bytes.Equal(f.Data, p) || f.Wire != len(p) {
			t.Errorf("a frame of %d bytes, %d of them captured, came of %d", f.Wire, len(f.Data), len(p))
		}
	}
}

func TestSnap(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 2 << 20, Snap: 80})
	newSender(t, "a0", "a1").send(packet(1, 1, 1000), tagged(packet(1, 2, 1000), 0x81000005), packet(1, 3, 70))
	for i, f := range receive(t, s, 3) {
		if want := [][2]int{{80, 1000}, {80, 1004}, {70, 70}}[i]; len(f.Data) != want[0] || f.Wire != want[1] {
			t.Errorf("frame %d: %d bytes of %d", i, len(f.Data), f.Wire)
		}
	}
}

// tun makes a device whose packets the test writes, as if a network brought
// them. The ARPHRD number says what it looks like.
func tun(t *testing.T, name string, arphrd int) *os.File {
	t.Helper()
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no tunnel devices: %v", err)
	}
	file := os.NewFile(uintptr(fd), name)
	t.Cleanup(func() { file.Close() })
	r, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	r.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, r); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetInt(fd, unix.TUNSETLINK, arphrd); err != nil {
		t.Fatal(err)
	}
	ip(t, "link set "+name+" up")
	return file
}

// TestLinkTypes captures from what is not Ethernet.
func TestLinkTypes(t *testing.T) {
	p := packet(1, 1, 100)[14:]
	tests := []struct {
		what   string
		arphrd int
		link   uint16
		want   string
	}{
		{"a tunnel", unix.ARPHRD_NONE, capture.LinkRaw, string(p)},
		{"a modem", unix.ARPHRD_RAWIP, capture.LinkRaw, string(p)},
		{"PPP", unix.ARPHRD_PPP, capture.LinkLinuxSLL2, "\x08\x00\x00\x00\x00\x00\x00\x02\x02\x00\x00\x00" + string(make([]byte, 8)) + string(p)},
	}
	for _, tt := range tests {
		newNetwork(t)
		device := tun(t, "t0", tt.arphrd)
		s := open(t, Options{Interfaces: []string{"t0"}, RingSize: 2 << 20, Promisc: true})
		if _, err := device.Write(p); err != nil {
			t.Fatal(err)
		}
		f := receive(t, s, 1)[0]
		if string(f.Data) != tt.want || f.Link != tt.link || f.Wire != len(tt.want) {
			t.Errorf("%s: link type %d, %d bytes\n%x, not\n%x", tt.what, f.Link, f.Wire, f.Data, tt.want)
		}
	}
}

// TestBlocksInAnyOrder returns batches in another order than they came; what
// they hold must not change meanwhile, and the ring must go on.
func TestBlocksInAnyOrder(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 2 << 20, BlockTimeout: maxTimeout}) // 16 blocks
	from := newSender(t, "a0", "a1")
	random := rand.New(rand.NewPCG(1, 2))
	var held [6]capture.Batch
	var kept [6][]capture.Frame
	sent, came := uint32(0), uint32(0)
	for range 20 {
		for _, i := range random.Perm(len(held)) {
			for k, f := range kept[i] {
				if !bytes.Equal(held[i].Frames[k].Data, f.Data) {
					t.Fatal("a frame has changed while its batch was out")
				}
			}
			for s.rings[0].count() < 2 && sent < 1e6 {
				from.send(packet(1, sent, 1000))
				sent++
			}
			if err := s.Next(&held[i]); err != nil {
				t.Fatal(err)
			}
			for _, f := range held[i].Frames {
				if got := binary.BigEndian.Uint32(f.Data[42:]); got != came {
					t.Fatalf("frame %d came instead of %d; %+v", got, came, s.Stats())
				}
				came++
			}
			kept[i] = copied(held[i].Frames)
		}
	}
	if came < sent/2 {
		t.Errorf("%d frames of %d came", came, sent)
	}
}
