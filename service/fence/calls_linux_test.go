package fence

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"joy/service/privilege"
)

func TestCalls(t *testing.T) {
	needSeccomp(t)
	for _, name := range []string{"calls", "exec", "threads"} {
		t.Run(name, func(t *testing.T) {
			if err := inChild(t, name); err != nil {
				t.Error(err)
			}
		})
	}
}

// call makes a system call with small arguments.
func call(trap uintptr, args ...uintptr) error {
	var a [3]uintptr
	copy(a[:], args)
	if _, _, errno := unix.Syscall(trap, a[0], a[1], a[2]); errno != 0 {
		return errno
	}
	return nil
}

func fenceCalls([]string) error {
	if _, err := Raise(Options{}); err != nil {
		return err
	}
	_, alg := unix.Socket(unix.AF_ALG, unix.SOCK_SEQPACKET, 0)
	_, wx := unix.Mmap(-1, 0, 4096, unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)
	if hidesSockets {
		alg = unix.EPERM
	}
	const noSuch = 1 << 20
	if err := call(noSuch); !errors.Is(err, unix.ENOSYS) {
		return errors.Join(errors.New("a call that does not exist is not answered so"), err)
	}
	return errors.Join(
		denied("exec", exec.Command("/proc/self/exe").Run()),
		denied("become another program", syscall.Exec("/proc/self/exe", nil, nil)),
		denied("ptrace", call(unix.SYS_PTRACE, unix.PTRACE_TRACEME)),
		denied("mount", unix.Mount("none", "/mnt", "tmpfs", 0, "")),
		denied("unshare", unix.Unshare(unix.CLONE_NEWNET)),
		denied("chroot", unix.Chroot("/")),
		denied("setuid", call(unix.SYS_SETUID, 0)),
		denied("keyctl", call(unix.SYS_KEYCTL, 0, 0, 0)),
		denied("bpf", call(unix.SYS_BPF, 0, 0, 0)),
		denied("a family", alg),
		denied("code that can be written", wx),
	)
}

// Programs can be started if that is wanted, and are fenced in as well.
func fenceExec([]string) error {
	if _, err := Raise(Options{AllowExec: true, Read: []string{"/"}}); err != nil {
		return err
	}
	c := exec.Command("/proc/self/exe", "-test.run=^$")
	c.Env = []string{}
	return c.Run()
}

func TestKill(t *testing.T) {
	needSeccomp(t)
	err := inChild(t, "kill")
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("ended with %v", err)
	}
	if s, ok := exit.Sys().(syscall.WaitStatus); !ok || s.Signal() != unix.SIGSYS {
		t.Errorf("ended with %v, not by SIGSYS", err)
	}
}

func fenceKill([]string) error {
	if _, err := Raise(Options{Kill: true}); err != nil {
		return err
	}
	return call(unix.SYS_PTRACE, unix.PTRACE_TRACEME)
}

// Threads that were there before are fenced in as well.
func fenceThreads([]string) error {
	const threads = 16
	var ready, done sync.WaitGroup
	results := make(chan error, threads)
	wait := make(chan struct{})
	for range threads {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			runtime.LockOSThread()
			ready.Done()
			<-wait
			_, file := os.Open("/etc/passwd")
			results <- errors.Join(
				denied("open", file),
				denied("ptrace", call(unix.SYS_PTRACE, unix.PTRACE_TRACEME)),
			)
		}()
	}
	ready.Wait()
	r, err := Raise(Options{})
	if err != nil {
		return err
	}
	close(wait)
	done.Wait()
	for range threads {
		if e := <-results; r.Landlock > 0 {
			err = errors.Join(err, e)
		}
	}
	return err
}

// What a running joy does must go on behind the strictest fence: that it kills
// a process for any of it shows what is missing.
func TestRunGoesOn(t *testing.T) {
	needSeccomp(t)
	if err := inChild(t, "run", t.TempDir()); err != nil {
		t.Error(err)
	}
}

func fenceRun(args []string) error {
	dir := args[0]
	if _, err := Raise(Options{Kill: true, Write: []string{dir}, Read: NetworkFiles()}); err != nil {
		return err
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, unix.SIGHUP)
	if err := unix.Kill(os.Getpid(), unix.SIGHUP); err != nil {
		return err
	}
	<-hup
	var busy sync.WaitGroup
	for range 32 { // new threads, and a garbage collector at work
		busy.Add(1)
		go func() {
			defer busy.Done()
			runtime.LockOSThread() // ends with its thread
			b := make([]byte, 1<<20)
			copy(b[1:], b)
			<-time.After(time.Millisecond)
		}()
	}
	busy.Wait()
	runtime.GC()
	return errors.Join(useFiles(dir), useNetwork())
}

func useFiles(dir string) error {
	f, err := os.CreateTemp(dir, "*")
	if err != nil {
		return err
	}
	_, written := f.WriteString("x")
	return errors.Join(
		written, f.Sync(), f.Chmod(0o600), f.Truncate(0),
		unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB),
		f.Close(),
		os.Rename(f.Name(), filepath.Join(dir, "y")),
		list(dir),
		os.RemoveAll(filepath.Join(dir, "y")),
	)
}

func useNetwork() error {
	_, interfaces := net.Interfaces() // netlink
	names, err := net.LookupHost("localhost")
	if err != nil || len(names) == 0 {
		return fmt.Errorf("look up localhost: %q, %w", names, err)
	}
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c, err := net.Dial("udp", u.LocalAddr().String())
	if err != nil {
		return err
	}
	_, sent := c.Write([]byte("x"))
	_, _, received := u.ReadFrom(make([]byte, 1))
	pair, paired := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	return errors.Join(
		interfaces, sent, received, paired,
		c.Close(), u.Close(), unix.Close(pair[0]), unix.Close(pair[1]),
	)
}

// The whole way of a service: another account, one capability, the fence.
func TestDropped(t *testing.T) {
	needLandlock(t, 1)
	needSeccomp(t)
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	if err := privilege.Need(privilege.NetRaw, "cap_setuid", "cap_setgid"); err != nil {
		t.Skip(err)
	}
	dir, err := os.MkdirTemp("", "joy-fence") // not t.TempDir, which is root's
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := inChild(t, "dropped", dir); err != nil {
		t.Error(err)
	}
}

func fenceDropped(args []string) error {
	nobody, err := privilege.Lookup("nobody")
	if err != nil {
		return err
	}
	if err := os.Chown(args[0], nobody.UID, nobody.GID); err != nil {
		return err
	}
	if err := privilege.Drop(&nobody, privilege.NetRaw); err != nil {
		return err
	}
	if err := raise(Options{Write: []string{args[0]}}); err != nil {
		return err
	}
	fd, packet := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if packet == nil {
		packet = unix.Close(fd)
	}
	_, shadow := os.Open("/etc/shadow")
	_, passwd := os.Open("/etc/passwd")
	return errors.Join(
		packet,
		os.WriteFile(filepath.Join(args[0], "out"), nil, 0o600),
		denied("open /etc/shadow", shadow),
		denied("open /etc/passwd", passwd),
		denied("write outside", os.WriteFile("/tmp/joy-must-not-be", nil, 0o600)),
		denied("setuid", call(unix.SYS_SETUID, 0)),
		denied("start a program", exec.Command("/bin/true").Run()),
	)
}
