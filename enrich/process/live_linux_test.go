package process

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
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

// TestShortLived runs programs that live for 30 ms, one after the other, and
// looks afterwards who is named. Of the lists it wants nothing but that they
// name nobody else: that is a matter of luck.
func TestShortLived(t *testing.T) {
	if !alone(t) {
		return
	}
	n := 100
	if testing.Short() {
		n = 20
	}
	if s := os.Getenv(clients); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name    string
		way     Way
		without []string
		n       int
		keep    string // the clients keep their sockets open
	}{
		{"ebpf", EBPF, nil, n, ""},
		{"ebpf without cgroup2", EBPF, cgroupPrograms(), n / 5, ""},
		{"ebpf of kernels before 6.3", EBPF, usePrograms(), n / 5, ""},
		{"sock_diag, sockets open for 30 ms", SockDiag, nil, n / 5, "1"},
		{"sock_diag, sockets closed at once", SockDiag, nil, n / 5, ""},
		{"proc, sockets open for 30 ms", Proc, nil, n / 5, "1"},
		{"proc, sockets closed at once", Proc, nil, n / 5, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tr := begin(t, tc.way, tc.without...)
			for _, network := range networks() {
				all := visits(t, network, tc.n, 30*time.Millisecond, tc.keep)
				if tc.way == EBPF { // the last events may still be on their way
					eventually(t, func() bool {
						exe, _ := look(t, tr, all[len(all)-1])
						return exe != nil
					})
				}
				named := count(t, tr, network, all)
				if tc.way == EBPF && named*100 < tc.n*99 {
					t.Errorf("%s: only %d of %d are named", network, named, tc.n)
				}
			}
			t.Logf("%+v", tr.Stats())
		})
	}
}

// count returns how many clients are called by their name.
func count(t *testing.T, tr *Tracker, network string, all []visit) (named int) {
	t.Helper()
	wrong, pathed, hashed, sure := 0, 0, 0, map[string]int{}
	for _, v := range all {
		exe, _ := look(t, tr, v)
		switch {
		case exe == nil || exe.End != "sa":
			continue
		case exe.PID != v.pid:
			wrong++
			if exe.Sure == certain.String() {
				t.Errorf("%s: %d is called %d for certain", network, v.pid, exe.PID)
			}
			continue
		}
		named++
		sure[exe.Sure]++
		if len(exe.Path) > 0 {
			pathed++
		}
		if len(exe.Hash) > 0 {
			hashed++
		}
	}
	t.Logf("%s: %d of %d named, %d with path, %d with hash, %d wrong; %v", network, named, len(all), pathed, hashed, wrong, sure)
	return named
}

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

// TestFacts looks at all that is said of a process that stays.
func TestFacts(t *testing.T) {
	if !alone(t) {
		return
	}
	me, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(me)
	each(t, func(t *testing.T, w Way, without []string) {
		tr := begin(t, w, without...)
		v := converse(t)
		var exe, peer *record.Exe
		eventually(t, func() bool {
			v.end = time.Now()
			exe, peer = look(t, tr, v)
			return exe != nil && peer != nil && len(exe.Hash) > 0 && peer.Sure != "guess"
		})
		for _, x := range []*record.Exe{exe, peer} {
			if int(x.PID) != os.Getpid() || int(x.Parent.PID) != os.Getppid() || len(x.Parent.Name) == 0 || !x.HasUser || x.User.ID != 0 || string(x.User.Name) != "root" {
				t.Errorf("process, parent or user: %+v", x)
			}
			if !bytes.Equal(x.Hash, hash[:]) || !bytes.HasSuffix(x.Path, x.Name) || string(x.Name) != "process.test" {
				t.Errorf("program: %+v", x)
			}
			if len(x.Cmdline) < 3 || string(x.Cmdline[2]) != "-test.v" || !x.HasUptime || x.Uptime > 600 || x.Via != w.String() {
				t.Errorf("%+v", x)
			}
		}
		if exe.End != "sa" || peer.End != "da" {
			t.Errorf("ends %s and %s", exe.End, peer.End)
		}
		if w == EBPF && exe.Sure != "certain" {
			t.Errorf("who connects is only %s", exe.Sure)
		}
	})
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

// TestClosed wants the table to know that sockets were closed. Without cgroup2
// no event tells that of UDP.
func TestClosed(t *testing.T) {
	if !alone(t) {
		return
	}
	each(t, func(t *testing.T, w Way, without []string) {
		tr := begin(t, w, without...)
		for _, network := range networks() {
			if strings.HasPrefix(network, "udp") && slices.Contains(without, "release") {
				continue
			}
			var v visit
			eventually(t, func() bool { // lists may miss one
				v = visits(t, network, 1, 100*time.Millisecond, "1")[0]
				n, _ := left(tr.sockets, v.src.Port())
				return n > 0
			})
			eventually(t, func() bool {
				_, open := left(tr.sockets, v.src.Port())
				return open == 0
			})
		}
	})
}

// left counts the sockets of a local port, and those that are open.
func left(t *table, port uint16) (all, open int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for e, list := range t.byEnds {
		if e.local.Port() != port {
			continue
		}
		for _, s := range list {
			all++
			if s.to == 0 {
				open++
			}
		}
	}
	return all, open
}

// TestOpenBefore wants sockets to be known that were open before joy came.
func TestOpenBefore(t *testing.T) {
	if !alone(t) {
		return
	}
	v := converse(t)
	each(t, func(t *testing.T, w Way, without []string) {
		tr := begin(t, w, without...)
		v.start, v.end = time.Now(), time.Now()
		exe, peer := look(t, tr, v)
		if exe == nil || peer == nil || int(exe.PID) != os.Getpid() || int(peer.PID) != os.Getpid() {
			t.Errorf("got %+v and %+v", exe, peer)
		}
	})
}

// TestInherited wants the process that accepted a connection, and not the one
// that listens.
func TestInherited(t *testing.T) {
	if !alone(t) {
		return
	}
	each(t, func(t *testing.T, w Way, without []string) {
		tr := begin(t, w, without...)
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		f, err := l.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		child := exec.Command("/proc/self/exe")
		child.Env, child.ExtraFiles = []string{heir + "=1"}, []*os.File{f}
		in, err := child.StdinPipe()
		if err == nil {
			err = child.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		v := visit{proto: tcp, dst: netip.MustParseAddrPort(l.Addr().String()), start: time.Now()}
		local, c, err := ask("tcp4", v.dst.String())
		if err != nil {
			t.Fatal(err)
		}
		v.src, v.end = netip.MustParseAddrPort(local), time.Now()
		if w == EBPF && len(without) > 0 { // close tells
			in.Close()
			child.Wait()
		}
		eventually(t, func() bool {
			exe, peer := look(t, tr, v)
			return exe != nil && peer != nil && int(exe.PID) == os.Getpid() && int(peer.PID) == child.Process.Pid && (w != EBPF || peer.Sure == "certain")
		})
		c.Close()
		in.Close()
		child.Wait()
	})
}

// TestNobodyAnswers wants the process to be known whose SYN is lost.
func TestNobodyAnswers(t *testing.T) {
	if !alone(t) {
		return
	}
	if err := abyss(); err != nil {
		t.Skipf("no interface that leads nowhere: %v", err)
	}
	each(t, func(t *testing.T, w Way, without []string) {
		tr := begin(t, w, without...)
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		v := visit{proto: tcp, dst: netip.MustParseAddrPort("10.9.0.2:80"), start: time.Now()}
		if err := unix.Connect(fd, &unix.SockaddrInet4{Addr: v.dst.Addr().As4(), Port: 80}); !errors.Is(err, unix.EINPROGRESS) {
			t.Fatal(err)
		}
		local, err := unix.Getsockname(fd)
		if err != nil {
			t.Fatal(err)
		}
		in := local.(*unix.SockaddrInet4)
		v.src = netip.AddrPortFrom(netip.AddrFrom4(in.Addr), uint16(in.Port))
		eventually(t, func() bool {
			v.end = time.Now()
			exe, peer := look(t, tr, v)
			return exe != nil && int(exe.PID) == os.Getpid() && exe.Sure != "guess" && exe.Via == w.String() && peer == nil
		})
	})
}

// abyss makes an interface to 10.9.0.2, where nobody is.
func abyss() error {
	veth := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "process0"}, PeerName: "process1"}
	if err := netlink.LinkAdd(veth); err != nil {
		return err
	}
	peer, err := netlink.LinkByName("process1")
	if err != nil {
		return err
	}
	addr, err := netlink.ParseAddr("10.9.0.1/24")
	if err != nil {
		return err
	}
	return errors.Join(netlink.AddrAdd(veth, addr), netlink.LinkSetUp(veth), netlink.LinkSetUp(peer), netlink.NeighAdd(&netlink.Neigh{
		LinkIndex: veth.Attrs().Index, State: netlink.NUD_PERMANENT, IP: net.IPv4(10, 9, 0, 2), HardwareAddr: peer.Attrs().HardwareAddr,
	}))
}

// TestCurl names a program that everybody has.
func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("no curl")
	}
	if !alone(t) {
		return
	}
	n := 200
	if testing.Short() {
		n = 20
	}
	tr := begin(t, EBPF)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	v := visit{proto: tcp, dst: netip.MustParseAddrPort(server.Listener.Addr().String())}
	var all []visit
	for range n {
		c := exec.Command(curl, "-s", "-o", os.DevNull, "-w", "%{local_ip}:%{local_port}", server.URL)
		v.start = time.Now()
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		v.end, v.pid, v.src = time.Now(), uint32(c.Process.Pid), netip.MustParseAddrPort(string(out))
		all = append(all, v)
	}
	eventually(t, func() bool {
		exe, _ := look(t, tr, all[n-1])
		return exe != nil
	})
	if named := count(t, tr, "curl", all); named*100 < n*99 {
		t.Errorf("only %d of %d are named", named, n)
	}
	if exe, _ := look(t, tr, all[0]); exe == nil || string(exe.Name) != "curl" {
		t.Errorf("curl is called %+v", exe)
	}
}

// BenchmarkSend is what the programs cost those who send and receive.
func BenchmarkSend(b *testing.B) {
	for _, tracked := range []bool{false, true} {
		b.Run(map[bool]string{false: "alone", true: "tracked"}[tracked], func(b *testing.B) {
			if tracked {
				tr, err := Open(Options{Ways: []Way{EBPF}})
				if err != nil {
					b.Skip(err)
				}
				defer tr.Close()
			}
			to, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				b.Fatal(err)
			}
			defer to.Close()
			c, err := net.DialUDP("udp4", nil, to.LocalAddr().(*net.UDPAddr))
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			var buf [1]byte
			for b.Loop() {
				c.Write(buf[:])
				to.Read(buf[:])
			}
		})
	}
}
