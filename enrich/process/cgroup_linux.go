package process

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// findCgroup2 finds where the root of cgroup2 is mounted.
func findCgroup2(mountinfo []byte) (string, error) {
	for line := range bytes.Lines(mountinfo) {
		mount, super, ok := strings.Cut(string(line), " - ")
		f := strings.Fields(mount) // id, parent, device, root, mount point
		if ok && strings.HasPrefix(super, "cgroup2 ") && len(f) > 4 && f[3] == "/" {
			return unescapeMount(f[4]), nil
		}
	}
	return "", errors.New("the root of cgroup2 is not mounted")
}

// unescapeMount undoes the octal escapes of mountinfo.
func unescapeMount(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+4 <= len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// fileIDKernfs says that a file handle is the number of a control group
// (FILEID_KERNFS).
const fileIDKernfs = 0xfe

// cgroup finds the path of a control group by its number, for a process that
// /proc has no more. That needs CAP_DAC_READ_SEARCH.
func (r *reader) cgroup(id uint64) (group, container []byte) {
	if r.cgroups == nil || id == 0 {
		return nil, nil
	}
	h := unix.NewFileHandle(fileIDKernfs, binary.NativeEndian.AppendUint64(nil, id))
	fd, err := unix.OpenByHandleAt(int(r.cgroups.Fd()), h, unix.O_PATH|unix.O_CLOEXEC)
	if err != nil {
		return nil, nil
	}
	defer func() { _ = unix.Close(fd) }()
	name, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	path, ok := strings.CutPrefix(name, r.cgroups.Name())
	if err != nil || !ok || path == "" {
		return nil, nil
	}
	return parseCgroup([]byte("0::" + path))
}
