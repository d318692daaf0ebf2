//go:build linux

package afpacket

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

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
	stayOnProcessor(t)
	// No frames but those of the tests.
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}

// stayOnProcessor keeps the goroutine on one processor, where frames that it
// sends cannot overtake each other.
func stayOnProcessor(t testing.TB) {
	t.Helper()
	runtime.LockOSThread()
	var all, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Error(err)
		return
	}
	n := 0
	for !all.IsSet(n) {
		n++
	}
	one.Set(n)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		t.Error(err)
	}
}

// ip runs the command of iproute2.
func ip(t testing.TB, args string) string {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("iproute2 is not installed")
	}
	out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput()
	if err != nil {
		t.Fatalf("ip %s: %v\n%s", args, err, out)
	}
	return string(out)
}

// cable makes a pair of connected interfaces that are up.
func cable(t testing.TB, a, b string) {
	t.Helper()
	ip(t, "link add "+a+" mtu 9000 type veth peer name "+b+" mtu 9000")
	up(t, a, b)
}

// up waits until frames pass; before, they are lost without a word.
func up(t testing.TB, devices ...string) {
	t.Helper()
	for _, d := range devices {
		ip(t, "link set "+d+" up")
	}
	for _, d := range devices {
		state := ""
		for range 1000 {
			if state = ip(t, "-o link show dev "+d); strings.Contains(state, "state UP") && !strings.Contains(state, "qdisc noop ") {
				break
			}
		}
		if !strings.Contains(state, "state UP") {
			t.Fatalf("%s does not come up: %s", d, state)
		}
	}
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

// A sender sends frames as they are, and waits until they have arrived: the
// queue before the other end holds a thousand, and may lose what is more.
type sender struct {
	t       testing.TB
	fd      int
	to      unix.SockaddrLinklayer
	meter   int // a socket at the other end that counts
	sent    int
	arrived int
}

// newSender sends from one end of a cable to the other.
func newSender(t testing.TB, from, to string) *sender {
	t.Helper()
	s := &sender{t: t, fd: packetSocket(t), meter: packetSocket(t)}
	s.to = unix.SockaddrLinklayer{Ifindex: index(t, s.fd, from), Protocol: swap(unix.ETH_P_IP)}
	if err := unix.SetsockoptInt(s.meter, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1); err != nil {
		t.Fatal(err)
	}
	at := unix.SockaddrLinklayer{Ifindex: index(t, s.fd, to), Protocol: swap(unix.ETH_P_ALL)}
	if err := unix.Bind(s.meter, &at); err != nil {
		t.Fatal(err)
	}
	return s
}

func packetSocket(t testing.TB) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

func index(t testing.TB, fd int, device string) int {
	t.Helper()
	h, err := ask(fd, device)
	if err != nil {
		t.Fatal(err)
	}
	return h.index
}

func (s *sender) send(frames ...[]byte) {
	s.t.Helper()
	for _, f := range frames {
		if err := unix.Sendto(s.fd, f, 0, &s.to); err != nil {
			s.t.Error(err)
			return
		}
		if s.sent++; s.sent%200 == 0 {
			s.settle()
		}
	}
	s.settle()
}

// settle waits until what was sent has arrived.
func (s *sender) settle() {
	s.t.Helper()
	var waste [1]byte
	for s.arrived < s.sent {
		fds := []unix.PollFd{{Fd: int32(s.meter), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, int(time.Minute.Milliseconds()))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		st, _ := unix.GetsockoptTpacketStats(s.meter, unix.SOL_PACKET, unix.PACKET_STATISTICS)
		if n != 1 || st == nil {
			s.t.Errorf("%d frames of %d arrived: %v", s.arrived, s.sent, err)
			return
		}
		s.arrived += int(st.Packets)
		for err == nil {
			_, _, err = unix.Recvfrom(s.meter, waste[:], unix.MSG_DONTWAIT)
		}
	}
}

// start does something, which sends, while the test goes on.
func start(t testing.TB, send func()) {
	t.Helper()
	var running sync.WaitGroup
	running.Go(func() {
		stayOnProcessor(t)
		send()
	})
	t.Cleanup(running.Wait)
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

// many are frames of a size of 32 flows.
func many(n, size int) (frames [][]byte) {
	for i := range uint32(n) {
		frames = append(frames, packet(i%32, i, size))
	}
	return frames
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
