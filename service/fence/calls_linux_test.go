package fence

import (
	"encoding/binary"
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

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"joy/service/privilege"
)

// verdict is what a filter says to a system call.
func verdict(t *testing.T, program []bpf.RawInstruction, id arch.AuditArch, number int, args ...uint64) seccomp.Action {
	t.Helper()
	instructions, all := bpf.Disassemble(program)
	if !all {
		t.Fatal("the filter has instructions that are none")
	}
	vm, err := bpf.NewVM(instructions)
	if err != nil {
		t.Fatal(err)
	}
	// struct seccomp_data of a little-endian machine, each word turned round,
	// since the machine for packets reads big-endian ones.
	data := binary.BigEndian.AppendUint32(nil, uint32(number))
	data = binary.BigEndian.AppendUint32(data, uint32(id))
	data = binary.BigEndian.AppendUint64(data, 0) // instruction pointer
	for i := range 6 {
		var a uint64
		if i < len(args) {
			a = args[i]
		}
		data = binary.BigEndian.AppendUint32(data, uint32(a))
		data = binary.BigEndian.AppendUint32(data, uint32(a>>32))
	}
	n, err := vm.Run(data)
	if err != nil {
		t.Fatal(err)
	}
	return seccomp.Action(uint32(n))
}

func TestFilter(t *testing.T) {
	const (
		garbage = 1 << 63 // in the half of the register that is not looked at
		thread  = unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND | unix.CLONE_SYSVSEM | unix.CLONE_THREAD
		allow   = seccomp.ActionAllow
	)
	tests := []struct {
		name    string
		options Options
		call    string
		args    []uint64
		want    seccomp.Action
	}{
		{"read", Options{}, "read", nil, allow},
		{"a file is made", Options{}, "openat", nil, allow},
		{"a file is renamed", Options{}, "renameat", nil, allow},
		{"a ring is mapped", Options{}, "mmap2", []uint64{0, 1 << 20, unix.PROT_READ | unix.PROT_WRITE}, allow},
		{"a thread is made", Options{}, "clone", []uint64{thread}, allow},
		{"a process is made", Options{}, "clone", []uint64{uint64(unix.SIGCHLD)}, refuse},
		{"a process in a namespace", Options{AllowExec: true}, "clone", []uint64{unix.CLONE_NEWUSER}, refuse},
		{"a process is allowed", Options{AllowExec: true}, "clone", []uint64{uint64(unix.SIGCHLD)}, allow},
		{"clone3", Options{}, "clone3", nil, unknown},
		{"execve", Options{}, "execve", nil, refuse},
		{"execve is allowed", Options{AllowExec: true}, "execve", nil, allow},
		{"execve kills", Options{Kill: true}, "execve", nil, seccomp.ActionKillProcess},
		{"bpf", Options{}, "bpf", nil, refuse},
		{"bpf is allowed", Options{AllowBPF: true}, "bpf", nil, allow},
		{"a file by its handle", Options{}, "open_by_handle_at", nil, refuse},
		{"a control group by its number", Options{Processes: true}, "open_by_handle_at", nil, allow},
		{"ptrace", Options{AllowExec: true, AllowBPF: true}, "ptrace", nil, refuse},
		{"setuid", Options{}, "setuid", nil, refuse},
		{"io_uring", Options{}, "io_uring_setup", nil, refuse},
		{"a packet socket", Options{}, "socket", []uint64{unix.AF_PACKET, unix.SOCK_RAW, 0x0300}, allow},
		{"a netlink socket", Options{}, "socket", []uint64{unix.AF_NETLINK, unix.SOCK_RAW, 4}, allow},
		{"a TCP socket", Options{}, "socket", []uint64{unix.AF_INET6, unix.SOCK_STREAM, unix.IPPROTO_TCP}, allow},
		{"a multipath socket", Options{}, "socket", []uint64{unix.AF_INET, unix.SOCK_STREAM, 262}, refuse},
		{"a multipath socket, hidden", Options{}, "socket", []uint64{unix.AF_INET6, unix.SOCK_STREAM, 262 | garbage}, refuse},
		{"a family, hidden", Options{Kill: true}, "socket", []uint64{unix.AF_INET | garbage, unix.SOCK_STREAM, 262}, refuse},
		{"a socket for ciphers", Options{}, "socket", []uint64{unix.AF_ALG}, refuse},
		{"code to write", Options{}, "mmap2", []uint64{0, 4096, unix.PROT_WRITE | unix.PROT_EXEC}, refuse},
		{"code of a library", Options{}, "mmap2", []uint64{0, 4096, unix.PROT_READ | unix.PROT_EXEC}, allow},
		{"data becomes code", Options{}, "mprotect", []uint64{0, 4096, unix.PROT_READ | unix.PROT_EXEC}, refuse},
		{"data is closed", Options{}, "mprotect", []uint64{0, 4096, unix.PROT_NONE}, allow},
	}
	info := native(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			program, err := test.options.filter(info)
			if err != nil {
				t.Fatal(err)
			}
			call := test.call
			if _, ok := info.SyscallNames["mmap2"]; !ok && call == "mmap2" {
				call = "mmap"
			}
			number, ok := info.SyscallNames[call]
			if !ok {
				t.Fatal("has no", call)
			}
			if got := verdict(t, program, info.ID, number, test.args...); got != test.want {
				t.Errorf("%s %#x: %#x, want %#x", call, test.args, uint32(got), uint32(test.want))
			}
		})
	}
}

// native is the architecture of this machine: the library writes filters for no
// other.
func native(t *testing.T) *arch.Info {
	t.Helper()
	info, err := arch.GetInfo("")
	if err != nil || len(info.SyscallNames) == 0 {
		t.Skip("no filter is written for", runtime.GOARCH)
	}
	return info
}

// A list of what is forbidden must not be passed by with other numbers.
func TestFilterOfOtherNumbers(t *testing.T) {
	info := native(t)
	var o Options
	program, err := o.filter(info)
	if err != nil {
		t.Fatal(err)
	}
	other := arch.I386
	if info.ID == other.ID {
		other = arch.X86_64
	}
	for _, test := range []struct {
		name   string
		id     arch.AuditArch
		number int
	}{
		{"of another architecture", other.ID, other.SyscallNames["execve"]},
		{"x32", info.ID, 0x40000000 | arch.X86_64.SyscallNames["execve"]},
		{"younger than the table", info.ID, 1 << 20},
		{"negative", info.ID, -2},
	} {
		if got := verdict(t, program, test.id, test.number); got != unknown {
			t.Errorf("%s: %#x, want ENOSYS", test.name, uint32(got))
		}
	}
}

// A wrong name would be left out in silence.
func TestNamesAreOfSystemCalls(t *testing.T) {
	var o Options
	names := o.dangerous()
	for _, c := range o.conditions() {
		names = append(names, c.Name)
	}
	for _, name := range names {
		_, a := arch.X86_64.SyscallNames[name]
		_, b := arch.I386.SyscallNames[name]
		_, c := arch.ARM.SyscallNames[name]
		if !a && !b && !c {
			t.Errorf("no architecture has %q", name)
		}
	}
}

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
