//go:build linux

package afpacket

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"joy/capture"
)

// TestNobodyReads sends more than the ring holds. What is given and what was
// dropped is what was sent; and when the ring was emptied, capture goes on.
func TestNobodyReads(t *testing.T) {
	for _, rings := range []int{1, 2} {
		newNetwork(t)
		cable(t, "a0", "a1")
		s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 2 << 20, Rings: rings, Promisc: true})
		from := newSender(t, "a0", "a1")
		const sent = 8000
		from.send(many(sent, 1000)...)
		lost := settled(s)
		if lost == 0 || s.Stats().Interfaces[0].Freezes == 0 {
			t.Fatalf("nothing was lost: %+v", s.Stats())
		}
		var b capture.Batch
		if err := s.Next(&b); err != nil {
			t.Fatal(err)
		}
		if b.Load < 80 {
			t.Errorf("the load of a full ring is %d %%", b.Load)
		}
		frames := copied(b.Frames)
		frames = append(frames, receive(t, s, sent-int(lost)-len(frames))...)
		last(t, s, frames[len(frames)-1])
		st := s.Stats()
		if st.Frames+st.Dropped != sent || st.Dropped != lost {
			t.Errorf("%d frames were sent: %+v", sent, st)
		}
		s.release(&b) // this is the block that the kernel waits for
		from.send(packet(1, 99999, 500))
		if f := receive(t, s, 1)[0]; binary.BigEndian.Uint32(f.Data[42:]) != 99999 {
			t.Errorf("then came %x", f.Data)
		}
	}
}

// settled is the number of frames dropped once it does not grow any more: on a
// busy machine, the kernel hands frames on a while after they were sent.
func settled(s *Source) int64 {
	dropped, since := s.Stats().Dropped, time.Now()
	for time.Since(since) < time.Second {
		time.Sleep(20 * time.Millisecond)
		if d := s.Stats().Dropped; d != dropped {
			dropped, since = d, time.Now()
		}
	}
	return dropped
}

// TestCloseCountsWhatIsLeft closes with frames in the rings, of which some have
// been read for merging.
func TestCloseCountsWhatIsLeft(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	for _, rings := range []int{1, 3} {
		s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 4 << 20, Rings: rings})
		from := newSender(t, "a0", "a1")
		const sent = 6000
		from.send(many(sent, 300)...)
		var b capture.Batch
		if err := s.Next(&b); err != nil {
			t.Fatal(err)
		}
		got := int64(len(b.Frames))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		st := s.Stats()
		if got == 0 || st.Frames != got || st.Frames+st.Dropped != sent {
			t.Errorf("%d rings: %d sent, %d given: %+v", rings, sent, got, st)
		}
		if len(b.Frames[0].Data) != 300 || b.Frames[0].Data[14] != 0x45 {
			t.Errorf("a frame cannot be read behind Close: %x", b.Frames[0].Data)
		}
		if err := s.Next(&b); !errors.Is(err, io.EOF) {
			t.Errorf("Next behind Close: %v", err)
		}
		for _, l := range s.leases {
			if len(l) > 0 {
				t.Errorf("the memory of %v is not given back", l)
			}
		}
	}
}

// notes collects what is told to Warn.
type notes struct {
	mu   sync.Mutex
	text []string
}

func (n *notes) warn(message string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.text = append(n.text, message)
}

// await calls Next until Warn was told of something.
func (n *notes) await(t *testing.T, s *Source, what string) {
	t.Helper()
	var b capture.Batch
	for range patience {
		n.mu.Lock()
		all := strings.Join(n.text, "\n")
		n.mu.Unlock()
		if strings.Contains(all, what) {
			n.text = nil
			return
		}
		if err := s.Next(&b); err != nil {
			t.Fatal(err)
		}
		if len(b.Frames) > 0 {
			t.Fatalf("a frame came: %x", b.Frames[0].Data)
		}
	}
	t.Fatalf("not told: %q, but %q", what, n.text)
}

// TestDownAndUp takes one of two interfaces down and up, and then away and back.
func TestDownAndUp(t *testing.T) {
	for _, rings := range []int{1, 2} {
		newNetwork(t)
		cable(t, "a0", "a1")
		cable(t, "b0", "b1")
		var told notes
		s := open(t, Options{Interfaces: []string{"a1", "b1"}, RingSize: 2 << 20, Rings: rings, Promisc: true, Warn: told.warn})
		other := newSender(t, "b0", "b1")
		both := func(serial uint32) {
			t.Helper()
			sent := [][]byte{packet(1, serial, 100), tagged(packet(2, serial+1, 100), 0x81000001)}
			newSender(t, "a0", "a1").send(sent[0])
			other.send(sent[1])
			compare(t, receive(t, s, 2), sent)
		}
		both(1)
		ip(t, "link set a1 down")
		told.await(t, s, "a1 went down")
		other.send(packet(3, 3, 200))
		compare(t, receive(t, s, 1), [][]byte{packet(3, 3, 200)})
		up(t, "a1", "a0")
		told.await(t, s, "a1 is up again")
		both(10)

		ip(t, "link del a0") // and the other end with it
		told.await(t, s, "a1 has vanished")
		other.send(packet(3, 4, 200))
		compare(t, receive(t, s, 1), [][]byte{packet(3, 4, 200)})
		cable(t, "a0", "a1")
		told.await(t, s, "a1 is captured from again")
		both(20)
		if st := s.Stats(); st.Interfaces[0].Down != 2 || st.Interfaces[1].Down != 0 || st.Frames != 8 || st.Dropped != 0 {
			t.Errorf("counted %+v", st)
		}
		if len(s.rings) != 2*rings {
			t.Errorf("%d rings are left", len(s.rings))
		}
	}
}

// TestVanishedWithFrames takes an interface away while frames of it are in the
// ring and in a batch.
func TestVanishedWithFrames(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	var told notes
	s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 2 << 20, Warn: told.warn, Promisc: true})
	from := newSender(t, "a0", "a1")
	from.send(packet(1, 1, 100))
	var b capture.Batch
	for len(b.Frames) == 0 {
		if err := s.Next(&b); err != nil {
			t.Fatal(err)
		}
	}
	from.send(packet(1, 2, 100))
	ip(t, "link del a0")
	if f := receive(t, s, 1)[0]; !bytes.Equal(f.Data, packet(1, 2, 100)) {
		t.Errorf("what was in the ring came as %x", f.Data)
	}
	told.await(t, s, "a1 has vanished")
	for len(s.rings) > 0 { // all are gone: the time goes on
		var idle capture.Batch
		if err := s.Next(&idle); err != nil || idle.Now == 0 {
			t.Fatal(err, idle.Now)
		}
	}
	if !bytes.Equal(b.Frames[0].Data, packet(1, 1, 100)) {
		t.Error("a frame changed while its batch was out")
	}
	cable(t, "a0", "a1")
	told.await(t, s, "again")
	newSender(t, "a0", "a1").send(packet(1, 3, 100))
	compare(t, receive(t, s, 1), [][]byte{packet(1, 3, 100)})
	if err := s.Next(&b); err != nil || len(s.rings) != 1 {
		t.Errorf("%v; %d rings", err, len(s.rings))
	}
}

// TestDownAtFirst begins with an interface that is down.
func TestDownAtFirst(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	ip(t, "link set a1 down")
	var told notes
	s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 2 << 20, Rings: 2, Warn: told.warn, Promisc: true})
	told.await(t, s, "a1 is down")
	up(t, "a1", "a0")
	told.await(t, s, "again")
	newSender(t, "a0", "a1").send(packet(1, 3, 100))
	compare(t, receive(t, s, 1), [][]byte{packet(1, 3, 100)})
	if st := s.Stats(); st.Interfaces[0].Down != 0 {
		t.Errorf("counted %+v", st)
	}
}

// TestCloseWakesNext closes while Next waits, and while others ask for counts.
func TestCloseWakesNext(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	for range 5 {
		s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 2 << 20, Rings: 2})
		waits := make(chan bool)
		ended := make(chan error)
		go func() {
			var b capture.Batch
			close(waits)
			for {
				if err := s.Next(&b); err != nil {
					ended <- err
					return
				}
			}
		}()
		<-waits
		var asking sync.WaitGroup
		asking.Go(func() { s.Stats() })
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, io.EOF) {
			t.Errorf("Next ended with %v", err)
		}
		asking.Wait()
		if err := s.Close(); err != nil {
			t.Errorf("closed twice: %v", err)
		}
	}
}

// TestTimeGoesOn wants the time to go on without frames.
func TestTimeGoesOn(t *testing.T) {
	newNetwork(t)
	cable(t, "a0", "a1")
	s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 2 << 20, Promisc: true})
	newSender(t, "a0", "a1").send(packet(1, 1, 100))
	f := receive(t, s, 1)[0]
	last(t, s, f)
	var before, b capture.Batch
	if err := errors.Join(s.Next(&before), s.Next(&b)); err != nil {
		t.Fatal(err)
	}
	wall := time.Now().UnixNano()
	if b.Now <= before.Now || b.Now > wall || b.Now < wall-int64(time.Minute) {
		t.Errorf("time went from %d to %d, on the wall it is %d", before.Now, b.Now, wall)
	}
}

// TestTcpdump compares with the file that tcpdump saves beside it.
func TestTcpdump(t *testing.T) {
	newNetwork(t)
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("tcpdump is not installed; nothing to compare with")
	}
	cable(t, "a0", "a1")
	sent := mixed(500)
	cmd := exec.Command("tcpdump", "-i", "a1", "-U", "-w", "-", "-c", "500")
	var saved bytes.Buffer
	cmd.Stdout = &saved
	ready, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for line, b := "", make([]byte, 1); !strings.Contains(line, "listening on"); line += string(b) {
		if _, err := ready.Read(b); err != nil {
			t.Skipf("tcpdump does not run: %s", line)
		}
	}
	s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 4 << 20, Promisc: true})
	from := newSender(t, "a0", "a1")
	start(t, func() { from.send(sent...) })
	got := receive(t, s, len(sent))
	if _, err := io.Copy(io.Discard, ready); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	file := saved.Bytes()[24:]
	for i, f := range got {
		if len(file) < 16 {
			t.Fatalf("tcpdump has %d frames", i)
		}
		at, size, wire := number(file, 0), number(file, 8), number(file, 12)
		if !bytes.Equal(f.Data, file[16:16+size]) || f.Wire != int(wire) || f.Time/1e9 != int64(at) {
			t.Fatalf("frame %d: %d bytes of %d at %d\n%x\ntcpdump: %d at %d\n%x", i, len(f.Data), f.Wire, f.Time, f.Data, wire, at, file[16:16+size])
		}
		file = file[16+size:]
	}
}

// TestNextDoesNotAllocate reads blocks that are there already.
func TestNextDoesNotAllocate(t *testing.T) {
	for _, rings := range []int{1, 2} {
		newNetwork(t)
		cable(t, "a0", "a1")
		s := open(t, Options{Interfaces: []string{"a1"}, RingSize: 16 << 20, Rings: rings, BlockTimeout: maxTimeout, Promisc: true})
		from := newSender(t, "a0", "a1")
		from.send(many(16000, 900)...)
		var b [3]capture.Batch
		for i := range b {
			b[i].Frames = make([]capture.Frame, 0, mergeFrames)
		}
		n, frames := 0, 0
		next := func() {
			if err := s.Next(&b[n%3]); err != nil {
				t.Fatal(err)
			}
			frames += len(b[n%3].Frames)
			n++
		}
		for range 3 {
			next() // makes room for leases
		}
		if a := testing.AllocsPerRun(4, next); a != 0 {
			t.Errorf("%d rings: %v allocations", rings, a)
		}
		if frames < 700 {
			t.Errorf("%d rings: only %d frames were read", rings, frames)
		}
	}
}

// What has come in before End is given, what comes behind it is not, and then
// Next says that it was all.
func TestEnd(t *testing.T) {
	for _, rings := range []int{1, 3} {
		newNetwork(t)
		cable(t, "a0", "a1")
		s := open(t, Options{Interfaces: []string{"a1"}, Rings: rings})
		from := newSender(t, "a0", "a1")
		from.send(mixed(500)...)
		if err := s.End(); err != nil {
			t.Fatal(err)
		}
		from.send(mixed(100)...)
		n := 0
		var b capture.Batch
		err := s.Next(&b)
		for ; err == nil; err = s.Next(&b) {
			n += len(b.Frames)
		}
		if n != 500 || !errors.Is(err, io.EOF) || s.Stats().Dropped != 0 {
			t.Errorf("%d rings: %d frames, then %v; %d dropped", rings, n, err, s.Stats().Dropped)
		}
	}
}
