package process

import (
	"bytes"
	"crypto/sha256"
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

	"github.com/vishvananda/netlink"

	"joy/record"
)

// Variables by which a test tells a copy of the test program what to be.
const (
	clientOf  = "JOY_PROCESS_CLIENT_OF" // network and address of a server
	lifeOf    = "JOY_PROCESS_LIFE"      // how long the client lives
	keeps     = "JOY_PROCESS_KEEPS"     // the client keeps its socket open for as long
	inNetwork = "JOY_PROCESS_NETWORK"   // it is in a network namespace of its own
)

func TestMain(m *testing.M) {
	if target := os.Getenv(clientOf); target != "" {
		if err := client(target); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
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
func visits(t *testing.T, network string, n int, life time.Duration) (all []visit) {
	t.Helper()
	server := serve(t, network)
	for range n {
		c := exec.Command("/proc/self/exe")
		c.Env = []string{clientOf + "=" + network + " " + server.String(), lifeOf + "=" + life.String()}
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

// A keeper is the Writer behind a stage.
type keeper struct{ exe, peer *record.Exe }

func (k *keeper) Write(r *record.Record) error {
	k.exe, k.peer = r.Exe, r.ExePeer
	return nil
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
func begin(t *testing.T, w Way) *Tracker {
	t.Helper()
	tr, err := Open(Options{Ways: []Way{w}, Cmdline: true, Warn: func(s string) { t.Log(s) }})
	if err != nil {
		t.Skipf("%s does not work here: %v", w, err)
	}
	t.Cleanup(func() {
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	})
	return tr
}

// rates are the shares of clients that live 30 ms that each way has to name. It
// is a matter of luck for lists.
var networks = []string{"tcp4", "tcp6", "udp4", "udp6", "udp-4", "udp-6"}

func TestShortLived(t *testing.T) {
	if !alone(t) {
		return
	}
	n := 1000
	if testing.Short() {
		n = 50
	}
	for _, w := range []Way{EBPF, SockDiag, Proc} {
		t.Run(w.String(), func(t *testing.T) {
			tr := begin(t, w)
			for _, network := range networks {
				named, pathed, hashed, sure := 0, 0, 0, map[string]int{}
				for _, v := range visits(t, network, n, 30*time.Millisecond) {
					exe, _ := look(t, tr, v)
					if exe == nil || exe.PID != v.pid {
						if exe != nil && exe.Sure == certain.String() {
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
				t.Logf("%s: %d of %d named, %d with path, %d with hash; %v", network, named, n, pathed, hashed, sure)
				if w == EBPF && named*100 < n*99 {
					t.Errorf("%s: only %d of %d are named", network, named, n)
				}
			}
			t.Logf("%+v", tr.Stats())
		})
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
	for _, w := range []Way{EBPF, SockDiag, Proc} {
		t.Run(w.String(), func(t *testing.T) {
			tr := begin(t, w)
			server := serve(t, "tcp4")
			c, err := net.Dial("tcp4", server.String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.Write([]byte("?"))
			c.Read(make([]byte, 1))
			v := visit{proto: tcp, dst: server, src: netip.MustParseAddrPort(c.LocalAddr().String()), start: time.Now(), end: time.Now()}
			var exe, peer *record.Exe
			for deadline := time.Now().Add(time.Minute); ; {
				v.end = time.Now()
				exe, peer = look(t, tr, v)
				if exe != nil && peer != nil && len(exe.Hash) > 0 && peer.Sure != "guess" {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("after a minute: %+v, %+v; %+v", exe, peer, tr.Stats())
				}
				time.Sleep(time.Millisecond)
			}
			for _, x := range []*record.Exe{exe, peer} {
				if int(x.PID) != os.Getpid() || int(x.Parent.PID) != os.Getppid() || len(x.Parent.Name) == 0 || !x.HasUser || x.User.ID != 0 || string(x.User.Name) != "root" {
					t.Errorf("process, parent or user: %+v", x)
				}
				if !bytes.Equal(x.Hash, hash[:]) || !bytes.HasSuffix(x.Path, x.Name) || string(x.Name) != "process.test" {
					t.Errorf("program: %+v", x)
				}
				if len(x.Cmdline) == 0 || !x.HasUptime || x.Uptime > 600 || x.Via != w.String() {
					t.Errorf("%+v", x)
				}
			}
			if exe.End != "sa" || peer.End != "da" {
				t.Errorf("ends %s and %s", exe.End, peer.End)
			}
			t.Logf("%s %s: %s, %s", w, exe.Name, exe.Sure, peer.Sure)
		})
	}
}
