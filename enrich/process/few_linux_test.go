package process

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"joy/record"
)

// shed gives up root for good, but keeps some capabilities, in all threads.
func shed(t *testing.T, keep uint32) {
	t.Helper()
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_PRCTL, unix.PR_SET_KEEPCAPS, 1, 0); errno != 0 {
		t.Skipf("capabilities of all threads: %v", errno)
	}
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(65534), syscall.Setuid(65534)); err != nil {
		t.Fatal(err)
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{{Effective: keep, Permitted: keep}}
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&data[0])), 0); errno != 0 {
		t.Fatal(errno)
	}
}

// TestFewCapabilities wants all ways to go on with two capabilities: to look at
// the processes of others.
func TestFewCapabilities(t *testing.T) {
	if !alone(t) {
		return
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command("/proc/self/exe") // of root, whom we are no more when it is asked for
	child.Env, child.ExtraFiles = []string{heir + "=1"}, []*os.File{f}
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	trackers := make(map[Way]*Tracker)
	for _, w := range []Way{EBPF, SockDiag, Proc} {
		if tr, err := Open(Options{Ways: []Way{w}, Cmdline: true}); err == nil {
			defer tr.Close()
			trackers[w] = tr
		}
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	shed(t, 1<<unix.CAP_SYS_PTRACE|1<<unix.CAP_DAC_READ_SEARCH)
	if err := os.WriteFile("/proc/sys/kernel/core_pattern", nil, 0); err == nil {
		t.Fatal("we are still root")
	}
	v := visit{proto: tcp, dst: netip.MustParseAddrPort(l.Addr().String()), start: time.Now()}
	local, c, err := ask("tcp4", v.dst.String())
	if err != nil {
		t.Fatal(err)
	}
	v.src = netip.MustParseAddrPort(local)
	for w, tr := range trackers {
		t.Run(w.String(), func(t *testing.T) {
			var exe, peer *record.Exe
			eventually(t, func() bool {
				v.end = time.Now()
				exe, peer = look(t, tr, v)
				return exe != nil && peer != nil && int(peer.PID) == child.Process.Pid && len(peer.Hash) > 0
			})
			if len(peer.Path) == 0 || len(peer.Cmdline) == 0 || len(exe.Path) == 0 {
				t.Errorf("got %+v and %+v", exe, peer)
			}
		})
	}
	c.Close()
	in.Close()
	child.Wait()
}

// fence has landlock forbid something to all threads: from then on they must not
// look at processes outside of the fence by ptrace's rules either.
func fence(t *testing.T) {
	t.Helper()
	attr := unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_MAKE_SOCK}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr), 0)
	if errno != 0 {
		t.Skipf("no landlock: %v", errno)
	}
	defer unix.Close(int(fd))
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0); errno != 0 {
		t.Skipf("all threads: %v", errno)
	}
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		t.Fatal(errno)
	}
}

// TestBehindFence wants events to suffice where /proc does not tell what a
// process runs, for want of capabilities and by landlock.
func TestBehindFence(t *testing.T) {
	if !alone(t) {
		return
	}
	tr := begin(t, EBPF)
	l, child, in := bequeath(t)
	fence(t)
	if name, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", child.Process.Pid)); err == nil {
		t.Fatalf("the fence lets us see %s", name)
	}
	v := visit{proto: tcp, dst: netip.MustParseAddrPort(l.Addr().String()), start: time.Now()}
	local, c, err := ask("tcp4", v.dst.String())
	if err != nil {
		t.Fatal(err)
	}
	v.src = netip.MustParseAddrPort(local)
	var peer *record.Exe
	eventually(t, func() bool {
		v.end = time.Now()
		_, peer = look(t, tr, v)
		return peer != nil && int(peer.PID) == child.Process.Pid && len(peer.Hash) > 0
	})
	me, err := os.Readlink("/proc/self/exe")
	if err != nil || string(peer.Path) != me || peer.Sure != "certain" {
		t.Errorf("got %+v; %v", peer, err)
	}
	c.Close()
	in.Close()
	child.Wait()
}
