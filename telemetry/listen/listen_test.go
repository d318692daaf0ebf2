package listen

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"joy/capture"
	"joy/packet"
)

var (
	loop4 = netip.MustParseAddr("127.0.0.1")
	loop6 = netip.MustParseAddr("::1")
)

func open(t *testing.T, o Options) *Source {
	t.Helper()
	s, err := Open(o)
	if err != nil && o.Addr.Is6() {
		t.Skipf("no IPv6 here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// addr is where socket i listens.
func addr(s *Source, i int) string {
	_, a, _ := strings.Cut(s.Addrs()[i], " ")
	return a
}

func dial(t *testing.T, network, to string) net.Conn {
	t.Helper()
	c, err := net.Dial(network, to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func write(t *testing.T, c net.Conn, b []byte) {
	t.Helper()
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
}

// receive gives the packets of n frames.
func receive(t *testing.T, s *Source, n int) (list []packet.Packet) {
	t.Helper()
	dec := packet.NewDecoder(packet.Options{})
	deadline := time.Now().Add(20 * time.Second)
	for len(list) < n {
		var b capture.Batch // the packets borrow its bytes
		if err := s.Next(&b); err != nil {
			t.Fatal(err)
		}
		for i := range b.Frames {
			f := &b.Frames[i]
			if f.Time > b.Now || f.Wire != len(f.Data) || f.Link != capture.LinkRaw {
				t.Fatalf("frame of %d at %d, in a batch of %d", f.Wire, f.Time, b.Now)
			}
			checkSums(t, f.Data)
			list = dec.Decode(list, f)
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d frames of %d", len(list), n)
		}
	}
	return list
}

// checkSums wants the checksums that a receiver would compute: zero over all.
func checkSums(t *testing.T, b []byte) {
	t.Helper()
	add := func(sum int, b []byte) int {
		for i, c := range b {
			sum += int(c) << (8 * (1 - i%2))
		}
		return sum
	}
	size, addresses := 40, 8
	if b[0]>>4 == 4 {
		size, addresses = 20, 12
		if add(0, b[:size])%0xffff != 0 {
			t.Errorf("checksum of the IP header %x", b[:size])
		}
	}
	udp, sum := b[size:], add(0, b[addresses:size])
	if add(sum+17+len(udp), udp)%0xffff != 0 {
		t.Errorf("checksum of %x", b)
	}
}

// ends wants a packet from one address to another.
func wantEnds(t *testing.T, p *packet.Packet, from, to string) {
	t.Helper()
	a, b := netip.AddrPortFrom(p.Key.A(), p.Key.PortA()), netip.AddrPortFrom(p.Key.B(), p.Key.PortB())
	if p.Swapped {
		a, b = b, a
	}
	if a.String() != from || b.String() != to {
		t.Errorf("from %s to %s, want from %s to %s", a, b, from, to)
	}
}

func TestDatagrams(t *testing.T) {
	for _, local := range []netip.Addr{loop4, loop6} {
		t.Run(local.String(), func(t *testing.T) {
			s := open(t, Options{Addr: local, UDP: []uint16{0, 0}, ReceiveBuffer: 1 << 20})
			c := dial(t, "udp", addr(s, 1))
			payloads := [][]byte{[]byte("odd"), {}, make([]byte, 1400), make([]byte, maxPayload(local))}
			for _, b := range payloads {
				write(t, c, b)
			}
			got := receive(t, s, len(payloads))
			for i := range got {
				wantEnds(t, &got[i], c.LocalAddr().String(), addr(s, 1))
				if string(got[i].Captured()) != string(payloads[i]) {
					t.Errorf("datagram %d has %d bytes, want %d", i, len(got[i].Captured()), len(payloads[i]))
				}
			}
			st := s.Stats()
			if st.Frames != 4 || st.Interfaces[0].Frames != 0 || st.Interfaces[1].Frames != 4 || st.Interfaces[1].Name != "udp "+addr(s, 1) ||
				st.Bytes != int64(3+1400+maxPayload(local)) || st.Dropped != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// TestAllAddresses: with no address given both families are there, and the
// frames have the address that was used.
func TestAllAddresses(t *testing.T) {
	free, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(free.LocalAddr().(*net.UDPAddr).Port)
	free.Close()
	s := open(t, Options{UDP: []uint16{port}})
	for _, to := range []string{"127.0.0.1", "127.0.0.2", "::1"} {
		at := net.JoinHostPort(to, strconv.Itoa(int(port)))
		if len(s.Addrs()) == 1 && to == "::1" {
			t.Skip("no IPv6 here")
		}
		c := dial(t, "udp", at)
		write(t, c, []byte("x"))
		got := receive(t, s, 1)
		if want := s.ports[0].local.Addr(); !got[0].Key.V6() && got[0].Key.A() == want || got[0].Key.B() == want {
			t.Skip("this system does not tell the address")
		}
		wantEnds(t, &got[0], c.LocalAddr().String(), at)
	}
}

// message is one of IPFIX with n bytes.
func message(n int) []byte {
	b := make([]byte, n)
	b[1], b[2], b[3] = ipfixVersion, byte(n>>8), byte(n)
	return b
}

func TestMessagesOverTCP(t *testing.T) {
	for _, local := range []netip.Addr{loop4, loop6} {
		t.Run(local.String(), func(t *testing.T) {
			s := open(t, Options{Addr: local, TCP: []uint16{0}})
			c := dial(t, "tcp", addr(s, 0))
			sizes := []int{16, 1000, maxPayload(local), 17}
			var stream []byte
			for _, n := range sizes {
				stream = append(stream, message(n)...)
			}
			for part := range 7 { // borders are where they like
				write(t, c, stream[part*len(stream)/7:(part+1)*len(stream)/7])
			}
			got := receive(t, s, len(sizes))
			for i := range got {
				wantEnds(t, &got[i], c.LocalAddr().String(), addr(s, 0))
				if n := len(got[i].Captured()); n != sizes[i] {
					t.Errorf("message %d has %d bytes, want %d", i, n, sizes[i])
				}
			}
		})
	}
}

// TestLongMessage: what fits no datagram is counted, and the next one is read.
func TestLongMessage(t *testing.T) {
	s := open(t, Options{Addr: loop4, TCP: []uint16{0}})
	c := dial(t, "tcp", addr(s, 0))
	write(t, c, append(message(maxPayload(loop4)+1), message(20)...))
	if got := receive(t, s, 1); len(got[0].Captured()) != 20 {
		t.Errorf("%d bytes", len(got[0].Captured()))
	}
	if st := s.Stats(); st.Dropped != 1 || st.Interfaces[0].Dropped != 1 {
		t.Errorf("%+v", st)
	}
}

func TestGarbledStream(t *testing.T) {
	for name, b := range map[string][]byte{
		"HTTP": []byte("GET / HTTP/1.1\r\n\r\n"), "length 15": {0, 10, 0, 15}, "length 0": {0, 10, 0, 0}, "version 9": {0, 9, 0, 20},
	} {
		s := open(t, Options{Addr: loop4, TCP: []uint16{0}})
		c := dial(t, "tcp", addr(s, 0))
		write(t, c, append(message(16), b...))
		receive(t, s, 1)
		if _, err := io.ReadAll(c); err != nil && !errors.Is(err, net.ErrClosed) && !isReset(err) { // ends when we are hung up on
			t.Errorf("%s: %v", name, err)
		}
		waitFor(t, name, func() bool { n := s.Connections(); return n.Garbled == 1 && n.Open == 0 && n.Total == 1 })
	}
}

func isReset(err error) bool {
	var op *net.OpError
	return errors.As(err, &op)
}

// waitFor waits until something is so that no event tells.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); !so(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("%s: it never came", what)
		}
	}
}

func TestConnectionEndsInAMessage(t *testing.T) {
	s := open(t, Options{Addr: loop4, TCP: []uint16{0}})
	c := dial(t, "tcp", addr(s, 0))
	write(t, c, message(100)[:50])
	c.Close()
	waitFor(t, "cut message", func() bool { return s.Connections().Garbled == 1 })
	d := dial(t, "tcp", addr(s, 0))
	write(t, d, message(30))
	d.Close()
	receive(t, s, 1)
	waitFor(t, "whole message", func() bool { n := s.Connections(); return n.Open == 0 && n.Garbled == 1 })
}

func TestBoundOfConnections(t *testing.T) {
	s := open(t, Options{Addr: loop4, TCP: []uint16{0}, Connections: 2})
	first := dial(t, "tcp", addr(s, 0))
	second := dial(t, "tcp", addr(s, 0))
	write(t, first, message(16))
	write(t, second, message(16))
	receive(t, s, 2)
	third := dial(t, "tcp", addr(s, 0))
	if _, err := io.ReadAll(third); err != nil && !isReset(err) { // is hung up on
		t.Fatal(err)
	}
	if n := s.Connections(); n.Open != 2 || n.Refused != 1 {
		t.Errorf("%+v", n)
	}
	first.Close()
	waitFor(t, "end", func() bool { return s.Connections().Open == 1 })
	fourth := dial(t, "tcp", addr(s, 0))
	write(t, fourth, message(16))
	receive(t, s, 1)
}

func TestSilentConnectionIsEnded(t *testing.T) {
	s := open(t, Options{Addr: loop4, TCP: []uint16{0}, Idle: 10 * time.Millisecond})
	c := dial(t, "tcp", addr(s, 0))
	if _, err := io.ReadAll(c); err != nil && !isReset(err) {
		t.Fatal(err)
	}
	waitFor(t, "end", func() bool { n := s.Connections(); return n.Open == 0 && n.Total == 1 && n.Garbled == 0 })
}

func TestTimeGoesOnWithoutFrames(t *testing.T) {
	s := open(t, Options{Addr: loop4, UDP: []uint16{0}, Tick: time.Millisecond})
	var b capture.Batch
	before := time.Now().UnixNano()
	if err := s.Next(&b); err != nil || len(b.Frames) != 0 || b.Now < before {
		t.Errorf("%v, %d frames, %d", err, len(b.Frames), b.Now)
	}
}

func TestCloseWakesNext(t *testing.T) {
	s := open(t, Options{Addr: loop4, UDP: []uint16{0}, TCP: []uint16{0}, Tick: time.Hour})
	dial(t, "tcp", addr(s, 1))
	woken := make(chan error)
	go func() {
		var b capture.Batch
		woken <- s.Next(&b)
	}()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-woken; !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error("closed again:", err)
	}
}

// TestCloseGivesWhatCame: frames that were received are not lost by Close, and
// a full queue does not hold it up.
func TestCloseGivesWhatCame(t *testing.T) {
	s := open(t, Options{Addr: loop4, TCP: []uint16{0}})
	c := dial(t, "tcp", addr(s, 0))
	go func() { // blocks when the queue is full
		for {
			if _, err := c.Write(message(60_000)); err != nil {
				return
			}
		}
	}()
	waitFor(t, "full queue", func() bool { return s.Stats().Bytes > queueBytes-2*60_000 })
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	want, got := s.Stats().Frames, 0
	for {
		var b capture.Batch
		err := s.Next(&b)
		got += len(b.Frames)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if b.Load == 0 {
			t.Error("a full queue is no load")
		}
	}
	if int64(got) != want {
		t.Errorf("%d frames of %d", got, want)
	}
}

func TestBusyPortIsNamed(t *testing.T) {
	s := open(t, Options{Addr: loop4, UDP: []uint16{0}, TCP: []uint16{0}})
	for i, o := range []Options{{Addr: loop4, UDP: []uint16{s.ports[0].local.Port()}}, {Addr: loop4, TCP: []uint16{s.ports[1].local.Port()}}} {
		other, err := Open(o)
		if other != nil || err == nil || !strings.Contains(err.Error(), strconv.Itoa(int(s.ports[i].local.Port()))) {
			t.Errorf("%v", err)
		}
	}
	if _, err := Open(Options{UDP: []uint16{s.ports[0].local.Port()}}); err == nil {
		t.Error("a port that one family has is not free")
	}
}
