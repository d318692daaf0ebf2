// Package privilege gives up what a capturing process needs only at its start:
// the root account and the capabilities that are not used any more. There is no
// way back, and Drop looks that there is none.
package privilege

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// DefaultAccount is the account that root becomes when no other is named.
const DefaultAccount = "joy"

// An Account is who a process runs as.
type Account struct {
	Name   string
	UID    int
	GID    int
	Groups []int // all groups, GID too
}

// Lookup finds an account in the user database. Without cgo that is /etc/passwd
// and /etc/group alone: accounts of a directory service are not seen.
func Lookup(name string) (Account, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return Account{}, fmt.Errorf("account %s: %w", name, err)
	}
	groups, err := u.GroupIds()
	if err != nil {
		return Account{}, fmt.Errorf("groups of account %s: %w", name, err)
	}
	a := Account{Name: name}
	numbers := map[*int]string{&a.UID: u.Uid, &a.GID: u.Gid}
	a.Groups = make([]int, len(groups))
	for i, g := range groups {
		numbers[&a.Groups[i]] = g
	}
	for to, text := range numbers {
		if *to, err = strconv.Atoi(text); err != nil {
			return Account{}, fmt.Errorf("account %s: %q is not a number", name, text)
		}
	}
	return a, nil
}

// Choose says which account this process is to become, nil for the one that it
// has, and a notice that the operator should see. asked is the account that the
// operator named; without one root becomes DefaultAccount, or if there is no
// such account, the one that called sudo.
func Choose(asked string) (*Account, string, error) {
	return choose(asked, os.Getenv("SUDO_USER"), os.Geteuid(), Lookup)
}

func choose(asked, sudo string, uid int, lookup func(string) (Account, error)) (*Account, string, error) {
	if asked != "" {
		a, err := lookup(asked)
		if err != nil || a.UID == uid {
			return nil, "", err
		}
		return &a, "", nil
	}
	if uid != 0 {
		return nil, "", nil
	}
	for _, name := range []string{DefaultAccount, sudo} {
		if name == "" {
			continue
		}
		a, err := lookup(name)
		if errors.Is(err, user.UnknownUserError(name)) {
			continue
		}
		if err != nil || a.UID == 0 {
			return nil, "", err
		}
		if name == DefaultAccount {
			return &a, "", nil
		}
		return &a, fmt.Sprintf("there is no account %s: going on as %s, who called sudo", DefaultAccount, name), nil
	}
	return nil, fmt.Sprintf("there is no account %s: going on as root; make that account, or name one with username=", DefaultAccount), nil
}
