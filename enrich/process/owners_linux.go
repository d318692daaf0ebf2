package process

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// maxFDs bounds the descriptors that one search for the owners of sockets looks
// at.
const maxFDs = 1 << 20

// owners finds processes that have the sockets with these inode numbers. Those
// with the highest numbers come first: they are the youngest, mostly. It takes
// out of want what it finds.
func owners(want map[uint64]bool, found func(inode uint64, pid uint32)) error {
	dir, err := os.Open("/proc")
	if err != nil {
		return err
	}
	names, err := dir.Readdirnames(-1)
	dir.Close()
	if err != nil {
		return err
	}
	var pids []uint32
	for _, n := range names {
		if pid, err := strconv.ParseUint(n, 10, 32); err == nil {
			pids = append(pids, uint32(pid))
		}
	}
	slices.Sort(pids)
	left := maxFDs
	for _, pid := range slices.Backward(pids) {
		if len(want) == 0 || left <= 0 {
			break
		}
		left -= ownedBy(pid, left, want, found)
	}
	return nil
}

// ownedBy looks at up to most descriptors of a process, and returns how many it
// looked at.
func ownedBy(pid uint32, most int, want map[uint64]bool, found func(uint64, uint32)) (n int) {
	dir, err := os.Open("/proc/" + strconv.FormatUint(uint64(pid), 10) + "/fd")
	if err != nil {
		return 0 // gone, or not ours to see
	}
	defer dir.Close()
	var link [64]byte
	for n < most && len(want) > 0 {
		names, err := dir.Readdirnames(1024)
		for _, name := range names {
			k, err := unix.Readlinkat(int(dir.Fd()), name, link[:])
			if err != nil {
				continue
			}
			if inode, ok := socketInode(string(link[:k])); ok && want[inode] {
				delete(want, inode)
				found(inode, pid)
			}
		}
		n += len(names)
		if err == io.EOF || len(names) == 0 {
			break
		}
	}
	return n
}

// socketInode reads the target of a link in /proc/PID/fd.
func socketInode(link string) (uint64, bool) {
	s, ok := strings.CutPrefix(link, "socket:[")
	if !ok {
		return 0, false
	}
	inode, err := strconv.ParseUint(strings.TrimSuffix(s, "]"), 10, 64)
	return inode, err == nil
}
