package fence

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestFiles(t *testing.T) {
	needLandlock(t, abiRefer)
	needSeccomp(t)
	dir := t.TempDir()
	for _, name := range []string{"conf/labels", "out/old", "secret/key"} {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte("1"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret/key", filepath.Join(dir, "out/way-out")); err != nil {
		t.Fatal(err)
	}
	if err := inChild(t, "files", dir); err != nil {
		t.Error(err)
	}
}

func fenceFiles(args []string) error {
	at := func(name string) string { return filepath.Join(args[0], name) }
	kept, err := os.Open(at("secret/key"))
	if err != nil {
		return err
	}
	if err := raise(Options{Read: []string{at("conf/labels")}, Write: []string{at("out"), os.DevNull}}); err != nil {
		return err
	}
	read := func(name string) error {
		_, err := os.ReadFile(name)
		return err
	}
	write := func(name string) error { return os.WriteFile(name, []byte("2"), 0o644) }
	return errors.Join(
		// What a running joy does.
		read(at("conf/labels")),
		write(at("out/.tmp")),
		os.Rename(at("out/.tmp"), at("out/flows.json")),
		os.Truncate(at("out/flows.json"), 0),
		os.Mkdir(at("out/sent"), 0o755),
		os.Rename(at("out/flows.json"), at("out/sent/flows.json")),
		os.Remove(at("out/sent/flows.json")),
		os.Remove(at("out/sent")),
		read(at("out/old")),
		write(os.DevNull),
		read("/proc/self/status"),
		onlyByte(kept),
		// What it does not.
		denied("read a secret", read(at("secret/key"))),
		denied("read a secret through a link", read(at("out/way-out"))),
		denied("read /etc/shadow", read("/etc/shadow")),
		denied("write beside the labels", write(at("conf/x"))),
		denied("change the labels", write(at("conf/labels"))),
		denied("write outside", write(at("x"))),
		denied("remove outside", os.Remove(at("secret/key"))),
		denied("move in", os.Rename(at("secret/key"), at("out/key"))),
		denied("list outside", list(at("secret"))),
		denied("make a link", os.Symlink("x", at("out/link"))),
	)
}

func onlyByte(f *os.File) error {
	_, err := f.Read(make([]byte, 1))
	return err
}

func list(dir string) error {
	_, err := os.ReadDir(dir)
	return err
}

func TestPlaces(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, d := range []string{"a", "b", "c"} {
		if err := os.Mkdir(at(d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(at("a/file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../a/file", at("b/link")); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(at("c/pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		paths   []string
		want    []string
		missing string
	}{
		{"a directory", []string{at("a")}, []string{at("a")}, ""},
		{"a file", []string{at("a/file")}, []string{at("a")}, ""},
		{"a file that will be", []string{at("c/later")}, []string{at("c")}, ""},
		{"a link", []string{at("b/link")}, []string{at("a"), at("b")}, ""},
		{"a pipe", []string{at("c/pipe")}, []string{at("c/pipe")}, ""},
		{"twice", []string{at("a/file"), at("a")}, []string{at("a")}, ""},
		{"nowhere", []string{at("x/y")}, nil, "no such directory"},
		{"behind a file", []string{at("a/file/x")}, nil, "not a directory"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var r Report
			if got := places(&r, test.paths); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if text := strings.Join(r.Missing, ";"); (text == "") != (test.missing == "") || !strings.Contains(text, test.missing) {
				t.Errorf("missing %q, want %q", text, test.missing)
			}
		})
	}
}

func TestPorts(t *testing.T) {
	needLandlock(t, abiNetwork)
	needSeccomp(t)
	var ports []string
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, port)
	}
	if err := inChild(t, "ports", ports...); err != nil {
		t.Error(err)
	}
}

// fencePorts is given a port that is allowed, and one that is not.
func fencePorts(args []string) error {
	before, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	allowed, err := strconv.ParseUint(args[0], 10, 16)
	if err != nil {
		return err
	}
	if err := raise(Options{Connect: []uint16{uint16(allowed), portOf(before)}}); err != nil {
		return err
	}
	dial := func(network, address string) error {
		c, err := net.Dial(network, address)
		if err != nil {
			return err
		}
		return c.Close()
	}
	multipath := net.Dialer{}
	multipath.SetMultipathTCP(true)
	_, viaMultipath := multipath.Dial("tcp", "127.0.0.1:"+args[1])
	_, listen := net.Listen("tcp", "127.0.0.1:0")
	if hidesSockets {
		viaMultipath, listen = unix.EPERM, unix.EPERM
	}
	udp, udpErr := net.ListenPacket("udp", "127.0.0.1:0")
	if udpErr == nil {
		udpErr = errors.Join(dial("udp", udp.LocalAddr().String()), udp.Close())
	}
	return errors.Join(
		dial("tcp", "127.0.0.1:"+args[0]),
		dial("tcp", before.Addr().String()), // its listener still accepts
		denied("connect to another port", dial("tcp", "127.0.0.1:"+args[1])),
		denied("connect with MPTCP", viaMultipath),
		denied("listen", listen),
		udpErr,
	)
}

func portOf(l net.Listener) uint16 {
	a, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0
	}
	return a.AddrPort().Port()
}

// Landlock hides other processes: the reason for Options.Processes.
func TestProcesses(t *testing.T) {
	needLandlock(t, 1)
	needSeccomp(t)
	if os.Geteuid() != 0 {
		t.Skip("needs root, to look at other processes")
	}
	pid := strconv.Itoa(os.Getpid())
	for _, visible := range []bool{false, true} {
		if err := inChild(t, "processes", pid, strconv.FormatBool(visible)); err != nil {
			t.Error(err)
		}
	}
}

func fenceProcesses(args []string) error {
	visible := args[1] == "true"
	if err := raise(Options{Processes: visible, Read: []string{"/proc"}}); err != nil {
		return err
	}
	_, exe := os.Readlink("/proc/" + args[0] + "/exe")
	_, fd := os.Readlink("/proc/" + args[0] + "/fd/0")
	if visible {
		return errors.Join(exe, fd)
	}
	_, stat := os.ReadFile("/proc/" + args[0] + "/stat")
	return errors.Join(denied("exe", exe), denied("fd", fd), stat)
}

func TestReport(t *testing.T) {
	tests := []struct {
		report Report
		want   string
	}{
		{Report{Landlock: 7, Seccomp: true}, "fence: landlock (version 7) and seccomp"},
		{Report{Seccomp: true, Missing: []string{"this kernel has no landlock"}}, "fence: seccomp; this kernel has no landlock"},
		{Report{Missing: []string{"a", "b"}}, "fence: none; a; b"},
	}
	for _, test := range tests {
		if got := fmt.Sprint(test.report); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
