// Package fence closes in a process that has opened all it needs: Landlock
// limits the files and TCP ports that it can still reach, seccomp the system
// calls. It is raised once, holds for all threads, and cannot be taken down.
//
// It is a second wall behind the account and the capabilities: a parser that is
// taken over by what it parses should find no program to start, no file to
// change and nobody to call.
package fence

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Options say what is to stay possible behind the fence.
type Options struct {
	// Read are files and directories that can be read, Write those in which
	// files can also be made, changed, renamed and removed. A file stands for
	// the directory that it is in and, if it is a link, for that of its target:
	// label files, host files and logs are replaced by new ones of the same name
	// rather than written to, and have to be found after months.
	Read  []string
	Write []string

	// Connect and Bind are TCP ports that connections can be made to, and
	// listened on anew. What is open already is not affected.
	Connect []uint16
	Bind    []uint16

	// AllowExec lets other programs be started, from what can be read.
	AllowExec bool

	// Processes says that other processes are looked at through /proc. Landlock
	// always refuses a part of that (exe, maps and what fd points to, whatever
	// the capabilities), so it is left out.
	Processes bool

	// AllowBPF keeps the system calls of eBPF, for maps that are read later on.
	AllowBPF bool

	// Kill ends the process at a forbidden system call, instead of failing the
	// call. See docs/service.md on why this is not the default.
	Kill bool
}

// A Report says what has come of a fence.
type Report struct {
	Landlock int      // version of Landlock's interface in force, 0 = none
	Seccomp  bool     // whether system calls are filtered
	Missing  []string // what could not be done, and why
}

// String is one line for the log.
func (r Report) String() string {
	var parts []string
	if r.Landlock > 0 {
		parts = append(parts, fmt.Sprintf("landlock (version %d)", r.Landlock))
	}
	if r.Seccomp {
		parts = append(parts, "seccomp")
	}
	if len(parts) == 0 {
		parts = append(parts, "none")
	}
	text := "fence: " + strings.Join(parts, " and ")
	if len(r.Missing) > 0 {
		text += "; " + strings.Join(r.Missing, "; ")
	}
	return text
}

func (r *Report) miss(format string, args ...any) {
	r.Missing = append(r.Missing, fmt.Sprintf(format, args...))
}

// NetworkFiles are what a program reads here that looks up host names and
// checks certificates: an addition to Options.Read. It makes all of /etc
// readable, as far as the account may, since the resolver's files come anew.
func NetworkFiles() []string {
	return slices.DeleteFunc([]string{
		"/etc/resolv.conf", "/etc/hosts",
		"/etc/ssl", "/etc/pki", "/etc/ca-certificates",
		"/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
	}, func(p string) bool {
		_, err := os.Stat(p)
		return err != nil
	})
}
