// Package process names the processes of this machine that flows begin or end
// at: their program, its hash, their user, parent and container.
//
// A Tracker follows the sockets of the machine while the flows go on, because a
// process may be gone long before its flow's record is written. There are three
// ways to learn of sockets, each usable alone: events of the kernel through
// eBPF, lists of sockets through sock_diag, and /proc. The first sees every
// socket; lists are read now and then, and miss what lives shorter than the
// time between two of them.
package process

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Way is a way to learn which process has a socket.
type Way uint8

// The ways, best first.
const (
	EBPF     Way = iota // events of the kernel
	SockDiag            // lists of sockets by netlink, owners by /proc
	Proc                // /proc alone
	ways
)

func (w Way) String() string {
	if w >= ways {
		return fmt.Sprintf("way %d", uint8(w))
	}
	return [...]string{"ebpf", "sock_diag", "proc"}[w]
}

// ParseWays reads the value of an option: auto for all ways, best first, or the
// name of one.
func ParseWays(s string) ([]Way, error) {
	all := []Way{EBPF, SockDiag, Proc}
	if s == "auto" {
		return all, nil
	}
	i := slices.IndexFunc(all, func(w Way) bool { return w.String() == s })
	if i < 0 {
		return nil, fmt.Errorf("%q is no way to find processes: must be auto, ebpf, sock_diag or proc", s)
	}
	return all[i : i+1], nil
}

// Options are what Open is told; the zero value is good.
type Options struct {
	Ways         []Way         // in order of preference: the first that works is used; nil for all
	Cmdline      bool          // keep command lines
	Remember     time.Duration // how long a closed socket is kept; 0 for 10 minutes
	MaxSockets   int           // sockets kept at most; 0 for 131,072
	MaxProcesses int           // processes kept at most; 0 for 16,384
	Warn         func(string)  // told of what does not work, from any goroutine; nil for nobody

	without []string // programs of the kernel that a test has to do without
}

func (o Options) withDefaults() Options {
	if len(o.Ways) == 0 {
		o.Ways = []Way{EBPF, SockDiag, Proc}
	}
	if o.Remember <= 0 {
		o.Remember = 10 * time.Minute
	}
	if o.MaxSockets <= 0 {
		o.MaxSockets = 1 << 17
	}
	if o.MaxProcesses <= 0 {
		o.MaxProcesses = 1 << 14
	}
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	return o
}

// A sureness says how much a finding is worth.
type sureness uint8

const (
	guess   sureness = iota // only the local port matched
	likely                  // a list of sockets, or the owner of the listening one
	certain                 // the kernel named the process for this socket
)

func (s sureness) String() string { return [...]string{"guess", "likely", "certain"}[s] }

// maxText bounds a path or another text that comes from a process.
const maxText = 4096

// clip copies a text that a process chose, and bounds it.
func clip(s string) []byte {
	return []byte(strings.ToValidUTF8(s[:min(len(s), maxText)], "\ufffd"))
}
