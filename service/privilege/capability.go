package privilege

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// ErrUnsupported is what Drop returns where there are no capabilities.
var ErrUnsupported = errors.New("rights can be given up on Linux only")

// A Capability is a part of what root may do, by its name in capabilities(7).
type Capability string

// What a capturing process has use for.
const (
	NetRaw         Capability = "cap_net_raw"          // packet sockets
	NetAdmin       Capability = "cap_net_admin"        // settings of interfaces; eBPF of the network
	NetBindService Capability = "cap_net_bind_service" // ports below 1024
	SysPtrace      Capability = "cap_sys_ptrace"       // other users' processes in /proc
	DACReadSearch  Capability = "cap_dac_read_search"  // other users' files, to read
	BPF            Capability = "cap_bpf"              // eBPF maps and programs
	Perfmon        Capability = "cap_perfmon"          // eBPF that looks into the kernel
)

// Need returns an error that tells an operator how to give the process the
// capabilities of these that it does not have; nil if it has them all.
func Need(all ...Capability) error {
	missing, err := lacking(all)
	if err != nil || len(missing) == 0 {
		return err
	}
	names := make([]string, len(missing))
	for i, c := range missing {
		names[i] = string(c)
	}
	program, err := os.Executable()
	if err != nil {
		program = "joy"
	}
	return fmt.Errorf("needs %s: run as root, or once: setcap %s=ep %s",
		strings.ToUpper(strings.Join(names, " ")), strings.Join(names, ","), program)
}
