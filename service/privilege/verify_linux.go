package privilege

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/cap"
)

// verify looks whether the process is what Drop wanted to make of it.
func verify(to *Account, want *cap.Set) error {
	if diff, err := cap.GetProc().Cf(want); err != nil || diff != 0 {
		return fmt.Errorf("capabilities are %v, not %v", cap.GetProc(), want)
	}
	if err := sameThreads(); err != nil {
		return err
	}
	if to == nil {
		return nil
	}
	r, e, s := unix.Getresuid()
	if r != to.UID || e != to.UID || s != to.UID {
		return fmt.Errorf("user is %d %d %d, not %d", r, e, s, to.UID)
	}
	r, e, s = unix.Getresgid()
	if r != to.GID || e != to.GID || s != to.GID {
		return fmt.Errorf("group is %d %d %d, not %d", r, e, s, to.GID)
	}
	if to.UID == 0 {
		return nil
	}
	return noWayBack()
}

// noWayBack tries to become root. The calls are made by this thread alone, and
// if one of them works the process is to end anyway.
func noWayBack() error {
	const root = 0
	for _, try := range []struct {
		name string
		trap uintptr
	}{
		{"setresuid", unix.SYS_SETRESUID},
		{"setuid", unix.SYS_SETUID},
		{"setresgid", unix.SYS_SETRESGID},
		{"setgid", unix.SYS_SETGID},
	} {
		if _, _, errno := unix.RawSyscall(try.trap, root, root, root); errno == 0 {
			return fmt.Errorf("%s(0) worked after privileges were dropped", try.name)
		}
	}
	return nil
}

// identity are the lines of /proc/PID/status that Drop decides.
func identity() []string {
	return []string{"Uid:", "Gid:", "Groups:", "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:"}
}

// sameThreads reports threads that are not what this one is: in Linux each has
// its own account and capabilities.
func sameThreads() error {
	mine, err := threadStatus("/proc/thread-self")
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no /proc here
	}
	if err != nil {
		return fmt.Errorf("look at this thread: %w", err)
	}
	if !slices.Contains(mine, "NoNewPrivs:\t1") {
		return errors.New("no_new_privs is not set")
	}
	threads, err := filepath.Glob("/proc/self/task/*")
	if err != nil {
		return fmt.Errorf("look at the threads: %w", err)
	}
	for _, dir := range threads {
		theirs, err := threadStatus(dir)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			continue // has ended
		}
		if err != nil {
			return fmt.Errorf("look at a thread: %w", err)
		}
		if !slices.Equal(mine, theirs) {
			return fmt.Errorf("thread %s is %q, but others are %q", filepath.Base(dir), theirs, mine)
		}
	}
	return nil
}

// threadStatus returns the lines of identity of a thread.
func threadStatus(dir string) ([]string, error) {
	b, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		key, _, _ := strings.Cut(line, "\t")
		if slices.Contains(identity(), key) {
			lines = append(lines, strings.TrimRight(line, " \n"))
		}
	}
	return lines, nil
}
