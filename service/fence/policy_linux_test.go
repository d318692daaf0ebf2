package fence

import (
	"encoding/binary"
	"runtime"
	"testing"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
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
