package fence

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// Versions of Landlock's interface that brought something.
const (
	abiRefer   = 2 // moving files between directories
	abiNetwork = 4 // TCP ports
)

// Rights in Landlock's terms.
const (
	readFile  landlock.AccessFSSet = ll.AccessFSReadFile
	readDir   landlock.AccessFSSet = ll.AccessFSReadDir
	writeFile landlock.AccessFSSet = ll.AccessFSWriteFile | ll.AccessFSTruncate
	writeDir  landlock.AccessFSSet = ll.AccessFSRemoveDir | ll.AccessFSRemoveFile | ll.AccessFSMakeDir | ll.AccessFSMakeReg
)

// restrictFiles has Landlock forbid all files and ports but those of the
// options, as far as the kernel goes.
func (o *Options) restrictFiles(r *Report) error {
	if o.Processes {
		r.miss("no landlock, which would hide other processes")
		return nil
	}
	abi := version(r)
	if abi == 0 {
		return nil
	}
	// The fifth version: later ones limit what joy does not use (abstract and
	// named sockets), or what hurts on the way (signals between the threads of
	// one process, in kernels before 6.15; UDP of the resolver).
	if err := landlock.V5.BestEffort().Restrict(o.rules(r, abi)...); err != nil {
		return err
	}
	r.Landlock = abi
	return nil
}

// version is that of the kernel's Landlock, 0 without one.
func version(r *Report) int {
	abi, err := ll.LandlockGetABIVersion()
	switch {
	case errors.Is(err, unix.ENOSYS):
		r.miss("this kernel has no landlock")
		return 0
	case errors.Is(err, unix.EOPNOTSUPP):
		r.miss("landlock is switched off in this kernel (lsm=)")
		return 0
	case err != nil:
		r.miss("no landlock: %v", err)
		return 0
	case abi < abiNetwork:
		r.miss("this kernel's landlock does not limit TCP ports")
	}
	return abi
}

// rules are what stays allowed.
func (o *Options) rules(r *Report, abi int) []landlock.Rule {
	read, write := readFile|readDir, readFile|readDir|writeFile|writeDir
	if o.AllowExec {
		read |= ll.AccessFSExecute
		write |= ll.AccessFSExecute
	}
	if abi >= abiRefer {
		write |= ll.AccessFSRefer
	}
	var rules []landlock.Rule
	allow := func(p string, access landlock.AccessFSSet) {
		if !isDir(p) {
			access &= readFile | writeFile | ll.AccessFSExecute
		}
		rules = append(rules, landlock.PathAccess(access, p).IgnoreIfMissing())
	}
	for _, p := range always() {
		allow(p, readFile|readDir)
	}
	allow(os.DevNull, readFile|writeFile)
	for _, p := range places(r, o.Read) {
		allow(p, read)
	}
	for _, p := range places(r, o.Write) {
		allow(p, write)
	}
	for _, port := range o.Connect {
		rules = append(rules, landlock.ConnectTCP(port))
	}
	for _, port := range o.Bind {
		rules = append(rules, landlock.BindTCP(port))
	}
	return rules
}

// always is what the Go runtime, its net package and metrics of the process
// read, and nothing secret.
func always() []string {
	return []string{
		"/dev/urandom", "/etc/localtime", "/usr/share/zoneinfo",
		"/proc/self", "/proc/stat", "/proc/sys/net", "/proc/sys/kernel", "/sys/class/net",
	}
}

func isDir(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}

// places are the directories that paths stand for; devices, pipes and sockets
// stand for themselves.
func places(r *Report, paths []string) []string {
	var all []string
	for _, p := range paths {
		p, err := filepath.Abs(p)
		if err != nil {
			r.miss("%s is left out: %v", p, err)
			continue
		}
		info, err := os.Stat(p)
		switch {
		case err == nil && (info.IsDir() || !info.Mode().IsRegular()):
			all = append(all, p)
			continue
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			r.miss("%s is left out: %v", p, err)
			continue
		}
		if !isDir(filepath.Dir(p)) {
			r.miss("%s is left out: there is no such directory", p)
			continue
		}
		all = append(all, filepath.Dir(p))
		if target, err := filepath.EvalSymlinks(p); err == nil {
			all = append(all, filepath.Dir(target))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
