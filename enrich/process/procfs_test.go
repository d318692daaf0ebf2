package process

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
)

func TestParseStat(t *testing.T) {
	tail := " S 77 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 9 10\n"
	for _, tc := range []struct {
		name, text string
		want       stat
		ok         bool
	}{
		{"plain", "12 (curl)" + tail, stat{[]byte("curl"), 77, 123456}, true},
		{"a name like the fields behind it", "12 (a) R 1 (b)" + tail, stat{[]byte("a) R 1 (b"), 77, 123456}, true},
		{"no name", "12 ()" + tail, stat{nil, 77, 123456}, true},
		{"no parentheses", "12 curl" + tail, stat{}, false},
		{"cut off", "12 (curl) S 77 1 1", stat{}, false},
		{"a parent below 0", "12 (c) S -7" + tail[5:], stat{}, false},
		{"nothing", "", stat{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := parseStat([]byte(tc.text))
			if ok != tc.ok || ok && (!bytes.Equal(got.name, tc.want.name) || got.parent != tc.want.parent || got.ticks != tc.want.ticks) {
				t.Errorf("got %+v, %v", got, ok)
			}
		})
	}
}

func TestParseUID(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       uint32
		ok         bool
	}{
		{"real user", "Name:\tx\nUid:\t1000\t0\t0\t0\n", 1000, true},
		{"a name that says so", "Name:\tx\\nUid:\t5\nUid:\t1000\t0\t0\t0\n", 1000, true},
		{"nobody", "Uid:\t4294967295\n", 1<<32 - 1, true},
		{"too large", "Uid:\t4294967296\n", 0, false},
		{"empty", "Uid:\n", 0, false},
		{"absent", "Name:\tx\n", 0, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, ok := parseUID([]byte(tc.text)); got != tc.want || ok != tc.ok {
				t.Errorf("got %d, %v", got, ok)
			}
		})
	}
}

func TestParseCgroup(t *testing.T) {
	id := strings.Repeat("0123456789abcdef", 4)
	for _, tc := range []struct{ name, text, group, container string }{
		{"cgroup2", "0::/user.slice/a.scope\n", "/user.slice/a.scope", ""},
		{"root of cgroup2, below that of systemd", "3:cpu:/x\n1:name=systemd:/user.slice\n0::/\n", "/user.slice", ""},
		{"both", "1:name=systemd:/user.slice\n0::/two\n", "/two", ""},
		{"only the root", "0::/\n", "", ""},
		{"a colon in the path", "0::/a:b\n", "/a:b", ""},
		{"docker on cgroup1", "4:memory:/docker/" + id + "\n0::/\n", "", id},
		{"docker with systemd", "0::/system.slice/docker-" + id + ".scope\n", "/system.slice/docker-" + id + ".scope", id},
		{"containerd", "0::/kube.slice/pod.slice:cri-containerd:" + id, "/kube.slice/pod.slice:cri-containerd:" + id, id},
		{"one digit more", "0::/a/0" + id, "/a/0" + id, ""},
		{"not hexadecimal", "0::/a/" + id[:63] + "g", "/a/" + id[:63] + "g", ""},
		{"no form", "0:\n\n:", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			group, container := parseCgroup([]byte(tc.text))
			if string(group) != tc.group || string(container) != tc.container {
				t.Errorf("got %q, %q", group, container)
			}
		})
	}
}

func TestParseCmdline(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"arguments", "curl\x00-s\x00http://x/\x00", "curl|-s|http://x/"},
		{"empty argument", "a\x00\x00b\x00", "a||b"},
		{"not ended", "a\x00b", "a|b"},
		{"nothing", "", ""},
		{"only ends", "\x00\x00\x00", ""},
		{"no text", "a\xff", "a\ufffd"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, a := range parseCmdline([]byte(tc.text)) {
				got = append(got, string(a))
			}
			if strings.Join(got, "|") != tc.want {
				t.Errorf("got %q", got)
			}
		})
	}
	if n := len(parseCmdline(bytes.Repeat([]byte("a\x00"), 1000))); n != maxArgs {
		t.Errorf("%d arguments are kept", n)
	}
	if a := parseCmdline(bytes.Repeat([]byte("a"), 1<<20)); len(a) != 1 || len(a[0]) != maxCmdline {
		t.Error("a long argument is not cut")
	}
}

const netLine = "   1: %s %s 01 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000000000000000 20 4 30 10 -1"

func TestParseNet(t *testing.T) {
	for _, tc := range []struct{ name, local, remote, want string }{
		{"IPv4", "0100007F:1F90", "0200007F:C350", "127.0.0.1:8080 127.0.0.2:50000"},
		{"not connected", "00000000:0035", "00000000:0000", "0.0.0.0:53 invalid AddrPort"},
		{"IPv6", "B80D0120000000000000000001000000:0016", "B80D0120000000000000000002000000:0017", "[2001:db8::1]:22 [2001:db8::2]:23"},
		{"IPv4 on IPv6", "0000000000000000FFFF00000100007F:0016", "0000000000000000FFFF00000200007F:0017", "127.0.0.1:22 127.0.0.2:23"},
		{"all of IPv6", "00000000000000000000000000000000:0016", "00000000000000000000000000000000:0000", "[::]:22 invalid AddrPort"},
		{"odd address", "0100007:1F90", "0200007F:C350", ""},
		{"no digits", "0100007G:1F90", "0200007F:C350", ""},
		{"port too large", "0100007F:11F90", "0200007F:C350", ""},
		{"no port", "0100007F", "0200007F:C350", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			line := strings.Replace(strings.Replace(netLine, "%s", tc.local, 1), "%s", tc.remote, 1)
			s, ok := parseNet([]byte(line), tcp)
			switch {
			case ok != (tc.want != ""):
				t.Errorf("got %+v, %v", s, ok)
			case ok && (s.local.String()+" "+s.remote.String() != tc.want || s.inode != 4711 || s.proto != tcp):
				t.Errorf("got %+v", s)
			}
		})
	}
	if _, ok := parseNet([]byte("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"), udp); ok {
		t.Error("the headline is a socket")
	}
	if _, ok := parseNet([]byte(strings.Replace(strings.ReplaceAll(netLine, "%s", "0100007F:1F90"), "4711", "0", 1)), udp); ok {
		t.Error("a socket without an inode counts")
	}
}

func TestParsePasswd(t *testing.T) {
	names := parsePasswd([]byte("root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\nbad:x:y:0:\n:x:5:5:\nb:x\n\nann:x:1000:1000::/:/\n"))
	if len(names) != 2 || string(names[0]) != "root" || string(names[1000]) != "ann" {
		t.Errorf("got %v", names)
	}
}

func TestNewEnds(t *testing.T) {
	for _, tc := range []struct{ name, local, remote, want string }{
		{"mapped", "[::ffff:10.0.0.1]:1", "[::ffff:10.0.0.2]:2", "10.0.0.1:1 10.0.0.2:2"},
		{"no remote port", "10.0.0.1:1", "10.0.0.2:0", "10.0.0.1:1 invalid AddrPort"},
		{"no remote address", "10.0.0.1:1", "0.0.0.0:7", "10.0.0.1:1 invalid AddrPort"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := newEnds(tcp, netip.MustParseAddrPort(tc.local), netip.MustParseAddrPort(tc.remote))
			if got := e.local.String() + " " + e.remote.String(); got != tc.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

// FuzzProc wants the parsers of /proc to stand anything and to keep their
// bounds.
func FuzzProc(f *testing.F) {
	for _, s := range []string{
		"12 (a) b) S 77 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 9 10\n", "Uid:\t1\t2\n",
		"0::/docker/" + strings.Repeat("a", 64) + "\n1:name=systemd:/x", "a\x00b\x00\x00", "root:x:0:0:",
		strings.ReplaceAll(netLine, "%s", "0100007F:1F90"), strings.ReplaceAll(netLine, "%s", "B80D0120000000000000000001000000:0016"),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, ok := parseStat(b); ok && len(s.name) > 3*maxText {
			t.Error("a long name")
		}
		parseUID(b)
		group, id := parseCgroup(b)
		if len(group) > 3*maxText || id != nil && len(id) != 64 {
			t.Errorf("group %q, container %q", group, id)
		}
		if a := parseCmdline(b); len(a) > maxArgs {
			t.Errorf("%d arguments", len(a))
		}
		if s, ok := parseNet(b, tcp); ok && (!s.local.IsValid() || s.local.Addr().Is4In6() || s.remote.Addr().Is4In6()) {
			t.Errorf("%+v", s)
		}
		parsePasswd(b)
	})
}
