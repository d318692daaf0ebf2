//go:build linux

package filter_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"joy/capture"
	"joy/capture/afpacket"
	"joy/capture/filter"
)

// TestKernel sends frames through a cable and compares what the kernel lets
// pass, at both ends, with what the program for files chooses of what was sent.
// Where frames come in, the kernel takes the outer tag out; where they go out,
// it is in them.
func TestKernel(t *testing.T) {
	network(t)
	sent := sendable()
	for exprs := range slices.Chunk(filter.Expressions(), 60) {
		compareKernel(t, "a1", exprs, sent)
	}
	compareKernel(t, "a0", []string{"vlan", "vlan 300 and tcp", "tcp port 80", "not vlan and tcp", "inbound", "outbound", "len > 100"}, sent)
}

func sendable() [][]byte {
	return slices.DeleteFunc(filter.Frames(capture.LinkEthernet), func(f []byte) bool { return len(f) < 14 })
}

// tcpdumpProgram is what libpcap compiles for an interface.
func tcpdumpProgram(t *testing.T, device, expr string) (code []filter.Instruction) {
	t.Helper()
	out, err := exec.Command("tcpdump", "-i", device, "-ddd", expr).Output()
	if err != nil {
		t.Fatalf("%q: %v", expr, err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n")[1:] {
		var ins filter.Instruction
		if _, err := fmt.Sscan(line, &ins.Op, &ins.JT, &ins.JF, &ins.K); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		code = append(code, ins)
	}
	return code
}

// TestKernelTcpdump compares, for expressions that begin with the tag, what
// passes our program with what passes that of libpcap for the same interface.
func TestKernelTcpdump(t *testing.T) {
	network(t)
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("tcpdump is not installed; nothing to compare with")
	}
	sent := sendable()
	exprs := []string{
		"vlan", "vlan 300", "vlan 10", "vlan 301", "vlan and tcp", "vlan 300 and udp port 53", "vlan and host 10.1.2.3",
		"vlan and vlan 300", "vlan 10 and vlan 300 and ip6", "vlan and arp", "vlan and mpls 18 and tcp", "vlan and pppoed",
		"vlan 300 and ip[8] > 10", "vlan and tcp[tcpflags] & tcp-syn != 0", "not vlan",
	}
	var ours, theirs []*afpacket.Source
	for _, expr := range exprs {
		p, err := filter.Compile(expr, capture.LinkEthernet, filter.Options{Live: true})
		if err != nil {
			t.Fatal(err)
		}
		ours = append(ours, listen(t, "a1", p.Instructions()))
		theirs = append(theirs, listen(t, "a1", tcpdumpProgram(t, "a1", expr)))
	}
	all := listen(t, "a1", nil)
	defer all.Close()
	send(t, sent)
	saved := receive(t, all, func(_ *capture.Batch, frames [][]byte) bool { return len(frames) == len(sent) })
	var running sync.WaitGroup
	for i, expr := range exprs {
		running.Go(func() {
			defer ours[i].Close()
			defer theirs[i].Close()
			over := func(b *capture.Batch, _ [][]byte) bool { return b.Now > saved.last }
			our, their := receive(t, ours[i], over), receive(t, theirs[i], over)
			if !slices.EqualFunc(our.data, their.data, bytes.Equal) {
				t.Errorf("%q: %d frames pass ours, %d that of libpcap", expr, len(our.data), len(their.data))
			}
		})
	}
	running.Wait()
}

func network(t *testing.T) {
	t.Helper()
	runtime.LockOSThread() // the namespace ends with the thread
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("a network namespace is needed, which takes root: %v", err)
	}
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, args := range []string{"link add a0 type veth peer name a1", "link set a0 up", "link set a1 up"} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v\n%s", args, err, out)
		}
	}
	for _, device := range []string{"a0", "a1"} { // before it is up, frames are lost without a word
		state := ""
		for range 1000 {
			out, _ := exec.Command("ip", "-o", "link", "show", "dev", device).Output()
			if state = string(out); strings.Contains(state, "state UP") && !strings.Contains(state, "qdisc noop ") {
				break
			}
		}
		if !strings.Contains(state, "state UP") {
			t.Fatalf("%s does not come up: %s", device, state)
		}
	}
}

func compareKernel(t *testing.T, device string, exprs []string, sent [][]byte) {
	all := listen(t, device, nil)
	sources := make([]*afpacket.Source, len(exprs))
	for i, expr := range exprs {
		if p, err := filter.Compile(expr, capture.LinkEthernet, filter.Options{Live: true}); err == nil {
			sources[i] = listen(t, device, p.Instructions())
		}
	}
	send(t, sent)
	saved := receive(t, all, func(b *capture.Batch, frames [][]byte) bool { return len(frames) == len(sent) })
	if len(saved.data) != len(sent) {
		t.Fatalf("%d frames of %d came", len(saved.data), len(sent))
	}
	for i, f := range saved.data {
		if !bytes.Equal(f, sent[i]) {
			t.Fatalf("frame %d came as\n%x, sent was\n%x", i, f, sent[i])
		}
	}
	var running sync.WaitGroup // each takes its time: to be sure that no frame will come, and to close
	for i, expr := range exprs {
		if sources[i] == nil {
			continue
		}
		running.Go(func() {
			defer sources[i].Close()
			got := receive(t, sources[i], func(b *capture.Batch, _ [][]byte) bool { return b.Now > saved.last })
			if want := chosen(device, expr, sent); !slices.EqualFunc(got.data, want, bytes.Equal) {
				t.Errorf("%s, %q: %d frames came; from a file it would be %d", device, expr, len(got.data), len(want))
			}
		})
	}
	running.Wait()
	all.Close()
}

// chosen is what the program for files chooses, or what a socket alone knows.
func chosen(device, expr string, sent [][]byte) [][]byte {
	file, err := filter.Compile(expr, capture.LinkEthernet, filter.Options{})
	switch {
	case err == nil:
		return slices.DeleteFunc(slices.Clone(sent), func(f []byte) bool { return !file.Match(f, len(f)) })
	case expr == "outbound" && device == "a0", expr == "inbound" && device == "a1":
		return sent
	}
	return nil
}

func listen(t *testing.T, device string, code []filter.Instruction) *afpacket.Source {
	t.Helper()
	s, err := afpacket.Open(afpacket.Options{
		Interfaces: []string{device}, Promisc: true, RingSize: 2 << 20,
		Filter: func(uint16) ([]filter.Instruction, error) { return code, nil },
		Warn:   func(message string) { t.Error(message) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func send(t *testing.T, frames [][]byte) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	r, err := unix.NewIfreq("a0")
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, r); err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		if err := unix.Sendto(fd, f, 0, &unix.SockaddrLinklayer{Ifindex: int(r.Uint32())}); err != nil {
			t.Fatal(err)
		}
	}
}

type received struct {
	data [][]byte
	last int64 // time of the last one
}

// receive reads until the reader has enough.
func receive(t *testing.T, s *afpacket.Source, enough func(*capture.Batch, [][]byte) bool) (r received) {
	t.Helper()
	var b capture.Batch
	for range 1000 {
		if err := s.Next(&b); err != nil {
			t.Error(err)
			return r
		}
		for _, f := range b.Frames {
			r.data, r.last = append(r.data, bytes.Clone(f.Data)), f.Time
		}
		if enough(&b, r.data) {
			return r
		}
	}
	t.Errorf("%d frames came, and then no more; %+v", len(r.data), s.Stats())
	return r
}
