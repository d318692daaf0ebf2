package flowtable

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const hugePage = 2 << 20

// hugePages asks for large pages under a chunk that is visited at random: with
// a million flows most visits would miss the TLB otherwise (BenchmarkFind).
func hugePages[T any](c *[chunkLen]T) {
	start := uintptr(unsafe.Pointer(c))
	from := (start + hugePage - 1) &^ (hugePage - 1)
	to := (start + unsafe.Sizeof(*c)) &^ (hugePage - 1)
	if from < to {
		b := unsafe.Slice((*byte)(unsafe.Pointer(c)), unsafe.Sizeof(*c))
		_ = unix.Madvise(b[from-start:to-start], unix.MADV_HUGEPAGE) // a hint; without it only speed is lost
	}
}
