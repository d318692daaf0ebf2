package fence

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"unsafe"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Answers of the filter.
const (
	refuse  = seccomp.ActionErrno | seccomp.Action(unix.EPERM)
	unknown = seccomp.ActionErrno | seccomp.Action(unix.ENOSYS) // as of an older kernel
)

// Offsets in struct seccomp_data.
const (
	numberOffset = 0
	archOffset   = 4
)

// restrictCalls has seccomp forbid the system calls that joy has no use for.
func (o *Options) restrictCalls(r *Report) error {
	info, _ := arch.GetInfo("") // an error is a nil
	if info == nil || len(info.SyscallNames) == 0 {
		r.miss("no seccomp: its filter is not written for %s", runtime.GOARCH)
		return nil
	}
	if !seccomp.Supported() {
		r.miss("this kernel has no seccomp")
		return nil
	}
	program, err := o.filter(info)
	if err != nil {
		return err
	}
	if err := load(program); err != nil {
		return err
	}
	r.Seccomp = true
	if _, ok := info.SyscallNames["socketcall"]; ok {
		r.miss("kinds of sockets are not limited, nor is MPTCP, on %s", runtime.GOARCH)
	}
	return nil
}

// filter is the program for an architecture. It lets through what it does not
// know to be dangerous; but what is not of this architecture, or younger than
// its tables, is answered as by a kernel that does not have it, which every
// library copes with.
func (o *Options) filter(info *arch.Info) ([]bpf.RawInstruction, error) {
	newest := 0
	for _, n := range info.SyscallNames {
		newest = max(newest, n)
	}
	if newest > math.MaxInt32 {
		return nil, fmt.Errorf("system call %d", newest)
	}
	policy := o.policy(info)
	rest, err := policy.Assemble()
	if err != nil {
		return nil, fmt.Errorf("write the filter: %w", err)
	}
	program := append([]bpf.Instruction{
		bpf.LoadAbsolute{Off: archOffset, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(info.ID), SkipTrue: 1},
		bpf.RetConstant{Val: uint32(unknown)},
		bpf.LoadAbsolute{Off: numberOffset, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: uint32(newest), SkipFalse: 1},
		bpf.RetConstant{Val: uint32(unknown)},
	}, rest...)
	raw, err := bpf.Assemble(program)
	if err != nil {
		return nil, fmt.Errorf("assemble the filter: %w", err)
	}
	return raw, nil
}

// load puts the filter on all threads. (The library's own call does not look
// whether a thread refused it.)
func load(program []bpf.RawInstruction) error {
	if len(program) > math.MaxUint16 {
		return errors.New("the filter is too long")
	}
	filter := make([]unix.SockFilter, len(program))
	for i, in := range program {
		filter[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(filter)
	if errno != 0 {
		return fmt.Errorf("load the filter: %w", errno)
	}
	if thread != 0 {
		return fmt.Errorf("load the filter: thread %d has another one", thread)
	}
	return nil
}
