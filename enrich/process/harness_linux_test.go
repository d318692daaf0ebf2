package process

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"joy/record"
)

// Variables by which a test tells a copy of the test program what to be.
const (
	clientOf  = "JOY_PROCESS_CLIENT_OF" // network and address of a server
	lifeOf    = "JOY_PROCESS_LIFE"      // how long the client lives
	keeps     = "JOY_PROCESS_KEEPS"     // the client keeps its socket open for as long
	inNetwork = "JOY_PROCESS_NETWORK"   // it is in a network namespace of its own
	clients   = "JOY_PROCESS_CLIENTS"   // how many clients TestShortLived runs for each kind of network
	heir      = "JOY_PROCESS_HEIR"      // it accepts from the socket that it was given as descriptor 3
)

func TestMain(m *testing.M) {
	var err error
	switch target := os.Getenv(clientOf); {
	case target != "":
		err = client(target)
	case os.Getenv(heir) != "":
		err = inherit()
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// inherit serves one client of a socket that the parent listens on, and waits
// for its standard input to end.
func inherit() error {
	l, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return err
	}
	c, err := l.Accept()
	if err != nil {
		return err
	}
	var b [1]byte
	if _, err := c.Read(b[:]); err != nil {
		return err
	}
	if _, err := c.Write(b[:]); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, c.Close())
}

// client is a short-lived program: it asks a server once, says which address it
// did that from and ends.
func client(target string) error {
	life, err := time.ParseDuration(os.Getenv(lifeOf))
	if err != nil {
		return err
	}
	end := time.NewTimer(life)
	network, addr, _ := strings.Cut(target, " ")
	local, c, err := ask(network, addr)
	if err != nil {
		return err
	}
	if os.Getenv(keeps) == "" {
		c.Close()
	}
	fmt.Println(local)
	<-end.C
	return nil
}

// ask sends a byte and waits for the answer; udp- is a socket that is not
// connected.
func ask(network, addr string) (local string, c io.Closer, err error) {
	var b [8]byte
	if name, ok := strings.CutPrefix(network, "udp-"); ok {
		to, err := net.ResolveUDPAddr("udp"+name, addr)
		if err != nil {
			return "", nil, err
		}
		c, err := net.ListenUDP("udp"+name, nil)
		if err != nil {
			return "", nil, err
		}
		if _, err := c.WriteTo([]byte("?"), to); err != nil {
			return "", nil, err
		}
		_, _, err = c.ReadFrom(b[:])
		port := c.LocalAddr().(*net.UDPAddr).Port
		return (&net.UDPAddr{IP: to.IP, Port: port}).String(), c, err
	}
	s, err := net.Dial(network, addr)
	if err != nil {
		return "", nil, err
	}
	if _, err := s.Write([]byte("?")); err != nil {
		return "", nil, err
	}
	_, err = s.Read(b[:])
	return s.LocalAddr().String(), s, err
}

// alone runs a test again as root of a network namespace of its own, and
// reports whether this is that run.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inNetwork) != "" {
		lo, err := netlink.LinkByName("lo")
		if err == nil {
			err = netlink.LinkSetUp(lo)
		}
		if err != nil {
			t.Fatal(err)
		}
		return true
	}
	if os.Getuid() != 0 {
		t.Skip("needs root for a network namespace")
	}
	args := []string{"-test.run=^" + t.Name() + "$", "-test.v"}
	if testing.Short() {
		args = append(args, "-test.short")
	}
	c := exec.Command("/proc/self/exe", args...)
	c.Env = append(os.Environ(), inNetwork+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	out, err := c.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("cannot make a network namespace here")
	}
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out, []byte("--- SKIP")) {
		t.Skip("skipped in its namespace")
	}
	return false
}

// serve answers all that ask, until the test ends.
func serve(t *testing.T, network string) netip.AddrPort {
	t.Helper()
	addr := "127.0.0.1:0"
	if strings.HasSuffix(network, "6") {
		addr = "[::1]:0"
	}
	if strings.HasPrefix(network, "udp") {
		c, err := net.ListenPacket(strings.Replace(network, "-", "", 1), addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		go echo(c)
		return netip.MustParseAddrPort(c.LocalAddr().String())
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				io.Copy(c, c)
				c.Close()
			}()
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}

func echo(c net.PacketConn) {
	var b [64]byte
	for {
		n, from, err := c.ReadFrom(b[:])
		if err != nil {
			return
		}
		c.WriteTo(b[:n], from)
	}
}

// A visit is one run of the client.
type visit struct {
	pid   uint32
	proto uint8
	src   netip.AddrPort
	dst   netip.AddrPort
	start time.Time
	end   time.Time
}

// visits runs clients of a server one after the other.
func visits(t *testing.T, network string, n int, life time.Duration, keep string) (all []visit) {
	t.Helper()
	server := serve(t, network)
	for range n {
		c := exec.Command("/proc/self/exe")
		c.Env = []string{clientOf + "=" + network + " " + server.String(), lifeOf + "=" + life.String(), keeps + "=" + keep}
		c.Stderr = os.Stderr
		v := visit{proto: tcp, dst: server, start: time.Now()}
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		v.end, v.pid = time.Now(), uint32(c.Process.Pid)
		v.src = netip.MustParseAddrPort(strings.TrimSpace(string(out)))
		if strings.HasPrefix(network, "udp") {
			v.proto = udp
		}
		all = append(all, v)
	}
	return all
}

// look asks a stage for both ends of a visit.
func look(t *testing.T, tr *Tracker, v visit) (exe, peer *record.Exe) {
	t.Helper()
	var k keeper
	r := &record.Record{
		Pr: v.proto, Src: v.src.Addr(), Dst: v.dst.Addr(), SP: record.Port(v.src.Port()), DP: record.Port(v.dst.Port()),
		TimeStart: record.Time(v.start.UnixNano()), TimeEnd: record.Time(v.end.UnixNano()),
	}
	if err := tr.Stage(&k).Write(r); err != nil {
		t.Fatal(err)
	}
	return k.exe, k.peer
}

// begin opens a tracker that uses one way.
func begin(t *testing.T, w Way, without ...string) *Tracker {
	t.Helper()
	tr, err := Open(Options{Ways: []Way{w}, Cmdline: true, Warn: func(s string) { t.Log(s) }, without: without})
	switch {
	case errors.Is(err, unix.EPERM) || errors.Is(err, ebpf.ErrNotSupported) || errors.Is(err, os.ErrNotExist):
		t.Skipf("%s does not work here: %v", w, err)
	case err != nil:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	})
	return tr
}

// Programs of the kernel that are not everywhere.
func cgroupPrograms() []string { return []string{"create", "send4", "send6", "release"} }
func usePrograms() []string    { return []string{"sent", "received"} }

func networks() []string { return []string{"tcp4", "tcp6", "udp4", "udp6", "udp-4", "udp-6"} }

// eventually waits for what another goroutine or the kernel will do.
func eventually(t *testing.T, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !f(); {
		if time.Now().After(deadline) {
			t.Fatal("not after a minute")
		}
		time.Sleep(time.Millisecond)
	}
}

// each runs a test for every way to learn of processes.
func each(t *testing.T, f func(t *testing.T, w Way, without []string)) {
	t.Helper()
	for _, tc := range []struct {
		name    string
		way     Way
		without []string
	}{
		{"ebpf", EBPF, nil},
		{"ebpf without cgroup2", EBPF, cgroupPrograms()},
		{"ebpf of kernels before 6.3", EBPF, usePrograms()},
		{"sock_diag", SockDiag, nil},
		{"proc", Proc, nil},
	} {
		t.Run(tc.name, func(t *testing.T) { f(t, tc.way, tc.without) })
	}
}

// converse connects to a server of this process, and leaves it at that.
func converse(t *testing.T) visit {
	t.Helper()
	server := serve(t, "tcp4")
	c, err := net.Dial("tcp4", server.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := c.Write([]byte("?")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return visit{proto: tcp, dst: server, src: netip.MustParseAddrPort(c.LocalAddr().String()), start: time.Now(), end: time.Now()}
}
