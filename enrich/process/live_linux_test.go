package process

import (
	"bytes"
	"crypto/sha256"
	"errors"
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
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"joy/record"
)

// TestShortLived runs programs that live for 30 ms, one after the other, and
// looks afterwards who is named. Of the lists it wants nothing but that they
// name nobody else: that is a matter of luck.
func TestShortLived(t *testing.T) {
	if !alone(t) {
		return
	}
	n := 100
	if testing.Short() {
		n = 10
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

// TestFacts looks at all that is said of a process that stays.
func TestFacts(t *testing.T) {
	if !alone(t) {
		return
	}
	file, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	me, err := os.ReadFile(file)
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
			if !bytes.Equal(x.Hash, hash[:]) || !bytes.HasSuffix(x.Path, x.Name) || string(x.Path) != file {
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

// bequeath begins a process that accepts from a listener of this one, until in
// is closed.
func bequeath(t *testing.T) (l net.Listener, child *exec.Cmd, in io.WriteCloser) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	child = exec.Command("/proc/self/exe")
	child.Env, child.ExtraFiles = []string{heir + "=1"}, []*os.File{f}
	if in, err = child.StdinPipe(); err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return l, child, in
}

// TestInherited wants the process that accepted a connection, and not the one
// that listens.
func TestInherited(t *testing.T) {
	if !alone(t) {
		return
	}
	each(t, func(t *testing.T, w Way, without []string) {
		tr := begin(t, w, without...)
		l, child, in := bequeath(t)
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

// BenchmarkList is one look at a machine with many sockets.
func BenchmarkList(b *testing.B) {
	for range 5000 {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
	}
	for _, bm := range []struct {
		way  Way
		list lister
	}{{SockDiag, listDiag}, {Proc, listProc}} {
		b.Run(bm.way.String(), func(b *testing.B) {
			tr, err := newTracker(Options{}.withDefaults())
			if err != nil {
				b.Fatal(err)
			}
			s := newSweeper(tr, newReader(tr), bm.list, bm.way)
			for b.Loop() {
				if err := s.sweep(time.Now().UnixNano()); err != nil {
					b.Fatal(err)
				}
			}
			if n, _ := tr.sockets.sizes(); n < 5000 {
				b.Errorf("%d sockets", n)
			}
		})
	}
}
