package fence

import (
	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// dangerous are the system calls that a running joy never makes: of all kernels
// and architectures, so that not all exist everywhere.
func (o *Options) dangerous() []string {
	names := []string{
		// Other processes.
		"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp", "pidfd_getfd",
		// Mounts and namespaces.
		"mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick",
		"open_tree", "open_tree_attr", "mount_setattr", "swapon", "swapoff", "unshare", "setns", "mknod", "mknodat",
		// The kernel itself.
		"init_module", "finit_module", "delete_module", "create_module", "query_module", "kexec_load", "kexec_file_load",
		"reboot", "syslog", "acct", "quotactl", "quotactl_fd", "nfsservctl", "sysfs", "_sysctl", "uselib", "lookup_dcookie",
		"sethostname", "setdomainname", "vhangup", "iopl", "ioperm", "modify_ldt", "vm86", "vm86old", "personality",
		// The clock.
		"settimeofday", "clock_settime", "clock_settime64", "clock_adjtime", "clock_adjtime64", "adjtimex", "stime",
		// Keys of the kernel.
		"add_key", "request_key", "keyctl",
		// Another account, other capabilities.
		"setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid",
		"setuid32", "setgid32", "setreuid32", "setregid32", "setresuid32", "setresgid32", "setgroups32", "setfsuid32",
		"setfsgid32", "capset", "lsm_set_self_attr",
		// Large and often broken parts of the kernel; io_uring passes by seccomp.
		"io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "fanotify_init", "remap_file_pages",
		"memfd_secret",
	}
	if !o.Processes { // a control group is found by its number
		names = append(names, "open_by_handle_at")
	}
	if !o.AllowBPF {
		names = append(names, "bpf", "perf_event_open")
	}
	if !o.AllowExec {
		names = append(names, "execve", "execveat", "fork", "vfork")
	}
	return names
}

// policy is what the filter does on an architecture.
func (o *Options) policy(info *arch.Info) seccomp.Policy {
	action := refuse
	if o.Kill {
		action = seccomp.ActionKillProcess
	}
	var names []string
	for _, name := range o.dangerous() {
		if _, ok := info.SyscallNames[name]; ok {
			names = append(names, name)
		}
	}
	var when []seccomp.NameWithConditions
	for _, c := range o.conditions() {
		if _, ok := info.SyscallNames[c.Name]; ok {
			when = append(when, c)
		}
	}
	return seccomp.Policy{
		DefaultAction: seccomp.ActionAllow,
		Syscalls: []seccomp.SyscallGroup{
			// Its flags are in memory, where a filter cannot look: C libraries go
			// back to clone.
			{Names: []string{"clone3"}, Action: unknown},
			{Names: names, Action: action},
			{NamesWithCondtions: when, Action: refuse},
		},
	}
}

// conditions are system calls that are refused with some arguments. Where the
// kernel uses half of a register, the conditions do not depend on the other.
func (o *Options) conditions() []seccomp.NameWithConditions {
	const (
		arg0       = 0
		arg2       = 2
		namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
			unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
		// MPTCP is 262, and no other protocol of IP is above 255. Landlock does
		// not see its ports; Go goes back to TCP.
		multipath = 0x100
	)
	all := []seccomp.NameWithConditions{
		{Name: "clone", Conditions: seccomp.ArgumentConditions{bits(arg0, namespaces)}},
		{Name: "socket", Conditions: otherFamilies()},
		{Name: "socket", Conditions: seccomp.ArgumentConditions{is(arg0, unix.AF_INET), bits(arg2, multipath)}},
		{Name: "socket", Conditions: seccomp.ArgumentConditions{is(arg0, unix.AF_INET6), bits(arg2, multipath)}},
	}
	if o.AllowExec {
		return all
	}
	// A new process, and memory that is code although it could be written.
	all = append(all, seccomp.NameWithConditions{
		Name:       "clone",
		Conditions: seccomp.ArgumentConditions{{Argument: arg0, Operation: seccomp.BitsNotSet, Value: unix.CLONE_THREAD}},
	})
	for _, name := range []string{"mmap", "mmap2"} {
		all = append(all, seccomp.NameWithConditions{
			Name:       name,
			Conditions: seccomp.ArgumentConditions{bits(arg2, unix.PROT_WRITE), bits(arg2, unix.PROT_EXEC)},
		})
	}
	for _, name := range []string{"mprotect", "pkey_mprotect"} {
		all = append(all, seccomp.NameWithConditions{
			Name:       name,
			Conditions: seccomp.ArgumentConditions{bits(arg2, unix.PROT_EXEC)},
		})
	}
	return all
}

// otherFamilies holds for sockets of families that joy does not use.
func otherFamilies() seccomp.ArgumentConditions {
	var c seccomp.ArgumentConditions
	for _, family := range []uint64{
		unix.AF_UNIX, unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK, unix.AF_PACKET, unix.AF_XDP,
	} {
		c = append(c, seccomp.Condition{Operation: seccomp.NotEqual, Value: family})
	}
	return c
}

// is holds if an argument has this value in all 64 bits.
func is(argument uint32, value uint64) seccomp.Condition {
	return seccomp.Condition{Argument: argument, Operation: seccomp.Equal, Value: value}
}

// bits holds if an argument has one of these bits.
func bits(argument uint32, value uint64) seccomp.Condition {
	return seccomp.Condition{Argument: argument, Operation: seccomp.BitsSet, Value: value}
}
