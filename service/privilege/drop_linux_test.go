package privilege

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/cap"
)

// childCase names, in the environment, what a test process that is started
// again is to do.
const childCase = "JOY_PRIVILEGE_CHILD"

func TestMain(m *testing.M) {
	if name := os.Getenv(childCase); name != "" {
		if err := children()[name](); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// inChild runs one of the children in a process of its own, as attr says, and
// returns its standard error.
func inChild(t *testing.T, name string, attr *syscall.SysProcAttr) {
	t.Helper()
	c := exec.Command("/proc/self/exe")
	c.Env = append(os.Environ(), childCase+"="+name)
	c.SysProcAttr = attr
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Run(); err != nil {
		t.Errorf("%v: %s", err, stderr.String())
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	if err := Need("cap_setuid", "cap_setgid", "cap_setpcap", NetRaw); err != nil {
		t.Skip(err)
	}
	if _, err := Lookup("nobody"); err != nil {
		t.Skip(err)
	}
}

func children() map[string]func() error {
	return map[string]func() error{
		"keep one":         keepOne,
		"keep none":        keepNone,
		"stay root":        stayRoot,
		"ambient":          ambient,
		"without rights":   withoutRights,
		"not permitted":    notPermitted,
		"threads":          manyThreads,
		"one thread apart": oneThreadApart,
	}
}

func TestDrop(t *testing.T) {
	needRoot(t)
	for _, name := range []string{"keep one", "keep none", "stay root", "threads", "one thread apart"} {
		t.Run(name, func(t *testing.T) { inChild(t, name, nil) })
	}
}

// As systemd starts a service with User= and AmbientCapabilities=.
func TestDropWithoutRoot(t *testing.T) {
	needRoot(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(exe); err != nil || info.Mode()&1 == 0 {
		t.Skip("others cannot run the test program")
	}
	nobody, err := Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	as := func(caps ...uintptr) *syscall.SysProcAttr {
		id := &syscall.Credential{Uid: uint32(nobody.UID), Gid: uint32(nobody.GID)}
		return &syscall.SysProcAttr{Credential: id, AmbientCaps: caps}
	}
	t.Run("ambient", func(t *testing.T) {
		inChild(t, "ambient", as(unix.CAP_NET_RAW, unix.CAP_NET_ADMIN))
	})
	t.Run("without rights", func(t *testing.T) { inChild(t, "without rights", as()) })
	t.Run("not permitted", func(t *testing.T) { inChild(t, "not permitted", as()) })
}

// opensPacketSocket reports whether this process may capture.
func opensPacketSocket() error {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("packet socket: %w", err)
	}
	return unix.Close(fd)
}

// expectEPERM wants an error of the kind that comes of missing rights.
func expectEPERM(what string, err error) error {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return nil
	}
	return errors.Join(fmt.Errorf("%s is not refused for want of rights", what), err)
}

func dropToNobody(keep ...Capability) error {
	nobody, err := Lookup("nobody")
	if err != nil {
		return err
	}
	return Drop(&nobody, keep...)
}

func keepOne() error {
	if err := dropToNobody(NetRaw); err != nil {
		return err
	}
	_, shadow := os.Open("/etc/shadow")
	return errors.Join(
		opensPacketSocket(),
		expectEPERM("open /etc/shadow", shadow),
		expectEPERM("setuid", syscall.Setuid(0)),
		expectEPERM("setgroups", syscall.Setgroups([]int{0})),
		expectEPERM("raise a capability", raise(cap.SYS_ADMIN)),
		expectEPERM("change the secure bits", cap.Secbits(0).Set()),
		expectEPERM("make a capability ambient", cap.SetAmbient(true, cap.NET_RAW)),
		boundingIsEmpty(),
	)
}

func raise(v cap.Value) error {
	set := cap.GetProc()
	if err := set.SetFlag(cap.Permitted, true, v); err != nil {
		return err
	}
	return set.SetProc()
}

func boundingIsEmpty() error {
	for v := range cap.MaxBits() {
		if in, err := cap.GetBound(v); err != nil || in {
			return errors.Join(fmt.Errorf("%v is in the bounding set", v), err)
		}
	}
	return nil
}

func keepNone() error {
	if err := dropToNobody(); err != nil {
		return err
	}
	if n := cap.GetProc(); n.String() != "=" {
		return fmt.Errorf("capabilities are %v", n)
	}
	return errors.Join(expectEPERM("packet socket", opensPacketSocket()), Drop(nil, NetRaw))
}

// Root without capabilities is still the owner of the system's files.
func stayRoot() error {
	if err := Drop(nil, NetRaw); err != nil {
		return err
	}
	return errors.Join(
		opensPacketSocket(),
		expectEPERM("change an account", syscall.Setuid(65534)),
		expectEPERM("raise a capability", raise(cap.SYS_ADMIN)),
	)
}

func ambient() error {
	if err := Need(NetRaw, NetAdmin); err != nil {
		return err
	}
	if err := Drop(nil, NetRaw); err != nil {
		return err
	}
	if in, err := cap.GetAmbient(cap.NET_RAW); err != nil || in {
		return errors.Join(errors.New("cap_net_raw is still ambient"), err)
	}
	return errors.Join(
		opensPacketSocket(),
		expectEPERM("raise what was dropped", raise(cap.NET_ADMIN)),
	)
}

func withoutRights() error {
	err := Need(NetRaw, SysPtrace)
	if err == nil || !strings.Contains(err.Error(), "needs CAP_NET_RAW CAP_SYS_PTRACE: ") ||
		!strings.Contains(err.Error(), "setcap cap_net_raw,cap_sys_ptrace=ep /") {
		return errors.Join(errors.New("what is needed is not said"), err)
	}
	return Drop(nil, NetRaw)
}

// An account that cannot be taken is an error and no silent going on.
func notPermitted() error {
	other := Account{Name: "daemon", UID: 1, GID: 1, Groups: []int{1}}
	return expectEPERM("become daemon", Drop(&other))
}

// Threads that sat in system calls when privileges were dropped have lost them
// too: in Linux each thread has its own.
func manyThreads() error {
	const threads = 24
	var pipes [threads]int // ends to write to
	results := make(chan error, threads)
	ready := make(chan int, threads)
	for i := range threads {
		var p [2]int
		if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
			return err
		}
		pipes[i] = p[1]
		go func() {
			runtime.LockOSThread()
			ready <- unix.Gettid()
			var b [1]byte
			// Not in the runtime's poller: the thread itself waits.
			if _, err := unix.Read(p[0], b[:]); err != nil {
				results <- err
				return
			}
			_, shadow := os.Open("/etc/shadow")
			results <- errors.Join(
				expectEPERM("open /etc/shadow", shadow),
				expectEPERM("packet socket", opensPacketSocket()),
			)
		}()
	}
	ids := map[int]bool{}
	for range threads {
		ids[<-ready] = true
	}
	if len(ids) != threads {
		return fmt.Errorf("%d threads", len(ids))
	}
	if err := dropToNobody(); err != nil {
		return err
	}
	var err error
	for _, w := range pipes {
		if _, failed := unix.Write(w, []byte{1}); failed != nil {
			return failed
		}
		err = errors.Join(err, <-results)
	}
	return err
}

// A single thread that kept something is found.
func oneThreadApart() error {
	if err := dropToNobody(NetRaw); err != nil {
		return err
	}
	runtime.LockOSThread()
	hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&hdr, &none[0]); err != nil { // this thread alone
		return err
	}
	if err := sameThreads(); err == nil || !strings.Contains(err.Error(), "but others are") {
		return errors.Join(errors.New("a thread that differs is not found"), err)
	}
	return nil
}
