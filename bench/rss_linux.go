package main

import (
	"os"
	"syscall"
)

// maxRSS is the most memory that the process had resident. The kernel counts
// from before the exec, so it is never less than what bench itself has.
func maxRSS(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return int64(usage.Maxrss) * 1024 //nolint:unconvert // kibibytes on Linux; 32 bits on some
}
