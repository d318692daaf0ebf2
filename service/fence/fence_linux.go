package fence

import (
	"fmt"

	"kernel.org/pub/linux/libs/security/libcap/cap"

	"golang.org/x/sys/unix"
)

// Raise closes in all threads of the process. What the kernel does not offer is
// left out and reported; an error is a fence that could have been raised and
// was not.
func Raise(o Options) (Report, error) {
	var r Report
	if _, err := cap.Prctlw(unix.PR_SET_NO_NEW_PRIVS, 1); err != nil {
		return r, fmt.Errorf("fence: set no_new_privs: %w", err)
	}
	if err := o.restrictFiles(&r); err != nil {
		return r, fmt.Errorf("fence: landlock: %w", err)
	}
	if err := o.restrictCalls(&r); err != nil {
		return r, fmt.Errorf("fence: seccomp: %w", err)
	}
	return r, nil
}
