package process

import (
	"context"
	"crypto/sha256"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"joy/record"
)

func TestRosterForgetsTheOneUsedLongestAgo(t *testing.T) {
	r := newRoster(2)
	a, b, c := identity{pid: 1}, identity{pid: 1, exe: 5}, identity{pid: 2}
	r.put(a, name("a"))
	r.put(b, name("b"))
	r.get(a)
	r.put(c, name("c"))
	if r.get(a) == nil || r.get(b) != nil || r.get(c) == nil || r.len() != 2 {
		t.Errorf("a %v, b %v, c %v, %d", r.get(a), r.get(b), r.get(c), r.len())
	}
	r.put(c, name("d"))
	if string(r.get(c).facts.Name) != "d" || r.len() != 2 {
		t.Error("the newer one does not take the place of the older")
	}
}

func TestUsers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "passwd")
	write := func(text string, at int64) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, time.Time{}, time.Unix(at, 0)); err != nil {
			t.Fatal(err)
		}
	}
	u := newUsers(file)
	if u.name(0) != nil {
		t.Error("a name without a file")
	}
	write("root:x:0:0::/:\n", 1)
	if string(u.name(0)) != "root" || u.name(7) != nil {
		t.Errorf("got %q and %q", u.name(0), u.name(7))
	}
	write("root:x:0:0::/:\nnew:x:7:7::/:\n", 2)
	if string(u.name(7)) != "new" {
		t.Errorf("a user that came later is %q", u.name(7))
	}
	if n := newUsers(t.TempDir()).name(0); n != nil {
		t.Errorf("a directory names %q", n)
	}
}

func TestLocals(t *testing.T) {
	l := &locals{addrs: map[netip.Addr]bool{netip.MustParseAddr("10.1.2.3"): true}, casts: map[netip.Addr]bool{broadcast(netip.MustParsePrefix("10.1.2.3/22")): true}}
	for _, tc := range []struct {
		addr     string
		receives bool
		want     bool
	}{
		{"10.1.2.3", false, true},
		{"10.1.2.4", false, false},
		{"127.9.9.9", false, true},
		{"::1", false, true},
		{"224.0.0.251", true, true},
		{"224.0.0.251", false, false},
		{"ff02::fb", true, true},
		{"10.1.3.255", true, true},
		{"10.1.3.255", false, false},
		{"10.1.2.255", true, false},
	} {
		if got := l.has(netip.MustParseAddr(tc.addr), tc.receives); got != tc.want {
			t.Errorf("%s, receives %v: %v", tc.addr, tc.receives, got)
		}
	}
	mine, err := readLocals()
	if err != nil {
		t.Fatal(err)
	}
	if list, err := net.InterfaceAddrs(); err != nil || len(mine.addrs) == 0 && len(list) > 0 {
		t.Errorf("%d of %d addresses: %v", len(mine.addrs), len(list), err)
	}
}

func TestParseWays(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"auto", "ebpf sock_diag proc"}, {"ebpf", "ebpf"}, {"sock_diag", "sock_diag"}, {"proc", "proc"}, {"", ""}, {"kprobe", ""}, {"way 3", ""},
	} {
		list, err := ParseWays(tc.text)
		var names []string
		for _, w := range list {
			names = append(names, w.String())
		}
		if got := strings.Join(names, " "); got != tc.want || (err != nil) != (tc.want == "") {
			t.Errorf("%s: %s, %v", tc.text, got, err)
		}
	}
}

func TestClip(t *testing.T) {
	if got := clip(strings.Repeat("a", 2*maxText)); len(got) != maxText {
		t.Errorf("%d bytes", len(got))
	}
	if got := clip("a\xffb"); string(got) != "a\ufffdb" {
		t.Errorf("%q", got)
	}
}

// hashed waits for a hasher to be done with one file, and returns the hash.
func hashed(t *testing.T, text string, size int64, same bool) (h *hasher, sum []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	h = newHasher(&patience{most: 1})
	p := new(program)
	h.add(job{f, func(*os.File) bool { return same }, p}, size)
	if len(h.jobs) > 0 {
		h.one(t.Context(), <-h.jobs)
	}
	return h, p.sum()
}

func TestHash(t *testing.T) {
	text := strings.Repeat("joy", 1<<20)
	want := sha256.Sum256([]byte(text))
	for _, tc := range []struct {
		name string
		size int64
		same bool
		sum  string
		want Stats
	}{
		{"plain", 3 << 20, true, string(want[:]), Stats{Hashed: 1}},
		{"changed meanwhile", 3 << 20, false, "", Stats{HashFailed: 1}},
		{"too large", maxHashed + 1, true, "", Stats{HashTooLarge: 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h, sum := hashed(t, text, tc.size, tc.same)
			var s Stats
			h.count(&s)
			if string(sum) != tc.sum || s != tc.want {
				t.Errorf("%x, %+v", sum, s)
			}
		})
	}
}

func TestHashQueueIsBounded(t *testing.T) {
	h := newHasher(&patience{most: 1})
	for range maxQueue + 3 {
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		h.add(job{f, nil, nil}, 1)
	}
	if n := h.dropped.Load(); n != 3 {
		t.Errorf("%d dropped", n)
	}
	h.drain()
	if len(h.jobs) != 0 {
		t.Error("files are left open")
	}
}

func TestPatience(t *testing.T) {
	p := &patience{most: 1}
	if got := p.within(t.Context(), func() {}); got != finished {
		t.Errorf("got %d", got)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	block, back := make(chan struct{}), make(chan struct{})
	if got := p.within(over, func() { <-block; close(back) }); got != abandoned {
		t.Errorf("got %d from what does not come back", got)
	}
	if got := p.within(t.Context(), func() { t.Error("begun") }); got != refused {
		t.Errorf("got %d while one is stuck", got)
	}
	close(block)
	<-back
}

func TestContainer(t *testing.T) {
	id := strings.Repeat("0123456789abcdef", 4)
	for path, want := range map[string]string{
		"/docker/" + id: id, "/a/docker-" + id + ".scope": id, "/x:cri-containerd:" + id: id, id: id,
		"/a/x" + id: "", "/a/" + id + "/b": "", "/a/" + strings.ToUpper(id): "", "": "", "/": "",
	} {
		if got := string(container([]byte(path))); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
}

// A keeper is the Writer behind a stage.
type keeper struct{ exe, peer *record.Exe }

func (k *keeper) Write(r *record.Record) error {
	k.exe, k.peer = r.Exe, r.ExePeer
	return nil
}

// TestStage names both ends, or the one that is here, and what it does for a
// record does not last for the next.
func TestStage(t *testing.T) {
	tr := &Tracker{sockets: newTable(own, 100, time.Minute)}
	tr.locals.Store(&locals{})
	client, server := sock(tcp, "10.0.0.1:5000", "10.0.0.2:80", "client"), sock(tcp, "10.0.0.2:80", "10.0.0.1:5000", "server")
	client.who.start = 12*second + 1
	fill(tr.sockets, []socket{client, server, sock(tcp, "10.0.0.3:80", "10.0.0.9:1", "far")})
	var k keeper
	g := tr.Stage(&k)
	for _, tc := range []struct {
		name           string
		pr             uint8
		src, dst       string
		exe, peer, end string
	}{
		{"both here", tcp, "10.0.0.1:5000", "10.0.0.2:80", "client", "server", "sa"},
		{"both here, the other way", tcp, "10.0.0.2:80", "10.0.0.1:5000", "server", "client", "sa"},
		{"only the destination", tcp, "10.0.0.9:1", "10.0.0.3:80", "far", "", "da"},
		{"only the source", tcp, "10.0.0.3:80", "10.0.0.9:1", "far", "", "sa"},
		{"nobody", tcp, "10.0.0.8:1", "10.0.0.9:1", "", "", ""},
		{"no ports", 1, "10.0.0.1:5000", "10.0.0.2:80", "", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			src, dst := netip.MustParseAddrPort(tc.src), netip.MustParseAddrPort(tc.dst)
			r := &record.Record{
				Pr: tc.pr, Src: netip.AddrFrom16(src.Addr().As16()), Dst: dst.Addr(), SP: record.Port(src.Port()), DP: record.Port(dst.Port()),
				TimeStart: record.Time(20 * second), TimeEnd: record.Time(30 * second), Exe: &record.Exe{}, ExePeer: &record.Exe{},
			}
			if err := g.Write(r); err != nil {
				t.Fatal(err)
			}
			if (k.exe != nil) != (tc.exe != "") || (k.peer != nil) != (tc.peer != "") {
				t.Fatalf("got %+v and %+v", k.exe, k.peer)
			}
			if k.exe != nil && (string(k.exe.Name) != tc.exe || k.exe.End != tc.end || k.exe.HasUptime != (tc.exe == "client")) {
				t.Errorf("got %+v", k.exe)
			}
			if k.exe != nil && k.exe.HasUptime && k.exe.Uptime != 7 {
				t.Errorf("up for %d s", k.exe.Uptime)
			}
			if k.peer != nil && (string(k.peer.Name) != tc.peer || k.peer.End != "da") {
				t.Errorf("got %+v", k.peer)
			}
		})
	}
	if tr.misses.Load() != 1 || tr.hits[EBPF].Load() != 6 {
		t.Errorf("%d misses, %d hits", tr.misses.Load(), tr.hits[EBPF].Load())
	}
}
