//go:build linux

package afpacket

import (
	"encoding/binary"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"joy/capture"
)

// newNetwork puts the test into a network namespace of its own, with nothing
// in it but a loopback interface that is down. The goroutine keeps its thread,
// which ends with it, and the namespace with that.
func newNetwork(t testing.TB) {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("a network namespace is needed, which takes root: %v", err)
	}
	// On one processor frames cannot overtake each other.
	var one unix.CPUSet
	one.Set(0)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		t.Logf("not on one processor: %v", err)
	}
	// No frames but those of the tests.
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}

// ip runs the command of iproute2.
func ip(t testing.TB, args string) {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("iproute2 is not installed")
	}
	if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v\n%s", args, err, out)
	}
}

// cable makes a pair of connected interfaces that are up.
func cable(t testing.TB, a, b string) {
	t.Helper()
	ip(t, "link add "+a+" mtu 9000 type veth peer name "+b+" mtu 9000")
	ip(t, "link set "+a+" up")
	ip(t, "link set "+b+" up")
}

// open captures until the end of the test.
func open(t testing.TB, o Options) *Source {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// A sender sends frames as they are.
type sender struct {
	t  testing.TB
	fd int
	to unix.SockaddrLinklayer
}

func newSender(t testing.TB, device string, kind int) *sender {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	h, err := ask(fd, device)
	if err != nil {
		t.Fatal(err)
	}
	return &sender{t, fd, unix.SockaddrLinklayer{Ifindex: h.index, Protocol: swap(unix.ETH_P_IP)}}
}

func (s *sender) send(frames ...[]byte) {
	s.t.Helper()
	for _, f := range frames {
		if err := unix.Sendto(s.fd, f, 0, &s.to); err != nil {
			s.t.Fatal(err)
		}
	}
}

// patience is how many times in a row a Source may have nothing, each of which
// takes 100 ms, before a test gives up on frames that it waits for.
const patience = 100

// receive reads n frames and copies them. None may be older than was promised,
// give or take what a machine with too much to do may let frames wait.
func receive(t testing.TB, s *Source, n int) (frames []capture.Frame) {
	t.Helper()
	var b capture.Batch
	for empty := 0; len(frames) < n; {
		promised := b.Now
		if err := s.Next(&b); err != nil {
			t.Fatal(err)
		}
		if len(b.Frames) > 0 {
			empty = 0
		} else if empty++; empty == patience {
			t.Fatalf("%d frames came instead of %d; %+v", len(frames), n, s.Stats())
		}
		for _, f := range b.Frames {
			if f.Time < promised-1e9 {
				t.Fatalf("a frame of %d came, but %d was said to be over", f.Time, promised)
			}
		}
		if b.Now == 0 || b.Input != 0 {
			t.Fatalf("a batch of input %d that does not say the time: %d", b.Input, b.Now)
		}
		frames = append(frames, copied(b.Frames)...)
	}
	s.release(&b)
	return frames
}

// last waits until no frame can come that is as old as f, and wants none.
func last(t testing.TB, s *Source, f capture.Frame) {
	t.Helper()
	for b := (capture.Batch{}); b.Now <= f.Time; {
		if err := s.Next(&b); err != nil {
			t.Fatal(err)
		}
		if len(b.Frames) > 0 {
			t.Fatalf("%d frames too many, the first one %x", len(b.Frames), b.Frames[0].Data)
		}
	}
}

func copied(frames []capture.Frame) (out []capture.Frame) {
	for _, f := range frames {
		f.Data = append([]byte(nil), f.Data...)
		out = append(out, f)
	}
	return out
}

// packet is an Ethernet frame with UDP over IPv4; the flow says the ports and
// addresses.
func packet(flow, serial uint32, size int) []byte {
	b := make([]byte, max(size, 50))
	copy(b, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00")
	h := b[14:]
	h[0], h[8], h[9] = 0x45, 64, unix.IPPROTO_UDP
	binary.BigEndian.PutUint16(h[2:], uint16(len(h)))
	copy(h[12:], netip.MustParseAddr("192.0.2.1").AsSlice())
	copy(h[16:], netip.MustParseAddr("198.51.100.0").AsSlice())
	h[19] = byte(flow)
	binary.BigEndian.PutUint16(h[10:], checksum(h[:20]))
	binary.BigEndian.PutUint16(h[20:], uint16(1024+flow))
	binary.BigEndian.PutUint16(h[22:], 9)
	binary.BigEndian.PutUint16(h[24:], uint16(len(h)-20))
	binary.BigEndian.PutUint32(h[28:], serial)
	return b
}

func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// tagged puts VLAN tags, the outer one first, into a frame.
func tagged(frame []byte, tags ...uint32) []byte {
	out := append([]byte(nil), frame[:12]...)
	for _, t := range tags {
		out = binary.BigEndian.AppendUint32(out, t)
	}
	return append(out, frame[12:]...)
}
