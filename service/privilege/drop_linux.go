package privilege

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/cap"
)

// Drop makes all threads of this process run as the account (nil: as the one
// that it has) with none of its capabilities but those to keep, as far as it
// has these now, and without a way back: ambient, inheritable and bounding sets
// are empty, the secure bits locked where that is allowed, no_new_privs is set,
// and other processes of the account cannot look into this one's memory.
//
// Drop then looks at every thread and tries to become root again. After an
// error the process may be half way, and has to end.
func Drop(to *Account, keep ...Capability) error {
	final := cap.NewSet()
	had := cap.GetProc()
	for _, c := range keep {
		v, err := value(c)
		if err != nil {
			return err
		}
		if has, err := had.GetFlag(cap.Permitted, v); err != nil || !has {
			continue
		}
		if err := final.SetFlag(cap.Permitted, true, v); err != nil {
			return fmt.Errorf("keep %s: %w", c, err)
		}
	}
	if err := final.Fill(cap.Effective, cap.Permitted); err != nil {
		return fmt.Errorf("keep capabilities: %w", err)
	}
	if err := lock(had); err != nil {
		return err
	}
	if to != nil {
		if err := become(*to); err != nil {
			return err
		}
	}
	if _, err := cap.Prctlw(unix.PR_SET_NO_NEW_PRIVS, 1); err != nil {
		return fmt.Errorf("set no_new_privs: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("hide memory from other processes: %w", err)
	}
	if err := final.SetProc(); err != nil {
		return fmt.Errorf("drop capabilities: %w", err)
	}
	return verify(to, final)
}

// value is the number of a capability.
func value(c Capability) (cap.Value, error) {
	v, err := cap.FromName(string(c))
	if err != nil {
		return 0, fmt.Errorf("no capability is called %q", c)
	}
	return v, nil
}

// lock sees to it that no program and no change of account brings capabilities
// back. What takes CAP_SETPCAP is left out without it: no_new_privs does the
// same for a process that has nothing to gain by changing its account.
func lock(had *cap.Set) error {
	if may, err := had.GetFlag(cap.Permitted, cap.SETPCAP); err != nil || !may {
		if err := cap.ResetAmbient(); err != nil {
			return fmt.Errorf("empty the ambient set: %w", err)
		}
		return nil
	}
	w, err := had.Dup()
	if err == nil {
		err = w.SetFlag(cap.Effective, true, cap.SETPCAP)
	}
	if err == nil {
		err = w.SetProc()
	}
	if err != nil {
		return fmt.Errorf("raise cap_setpcap: %w", err)
	}
	for v := range cap.MaxBits() {
		if err := cap.DropBound(v); err != nil {
			return fmt.Errorf("drop %v from the bounding set: %w", v, err)
		}
	}
	// Also empties the ambient and inheritable sets.
	if err := cap.ModePure1EInit.Set(); err != nil {
		return fmt.Errorf("lock the secure bits: %w", err)
	}
	return nil
}

// become changes the account and keeps the permitted capabilities: groups
// first, since afterwards it is forbidden.
func become(a Account) error {
	if err := cap.SetGroups(a.GID, a.Groups...); err != nil {
		return fmt.Errorf("take the groups of account %s: %w", a.Name, err)
	}
	if err := cap.SetUID(a.UID); err != nil {
		return fmt.Errorf("become account %s: %w", a.Name, err)
	}
	return nil
}

// lacking returns those capabilities that this process has not.
func lacking(all []Capability) ([]Capability, error) {
	has := cap.GetProc()
	var missing []Capability
	for _, c := range all {
		v, err := value(c)
		if err != nil {
			return nil, err
		}
		if ok, err := has.GetFlag(cap.Effective, v); err != nil || !ok {
			missing = append(missing, c)
		}
	}
	return slices.Compact(missing), nil
}
