package upload

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// hosts are the host keys that are trusted, as OpenSSH keeps them.
type hosts struct {
	file  string
	check ssh.HostKeyCallback
	lines []string // of the file, for the markers that package knownhosts does not tell
}

// readHosts reads a file of known hosts.
func readHosts(file string) (*hosts, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	check, err := knownhosts.New(file)
	if err != nil {
		return nil, err
	}
	return &hosts{file, check, strings.Split(string(text), "\n")}, nil
}

// again reads the file anew, so that a key that an operator puts there counts
// at once. Where it cannot be read any more, as after a change of the account,
// what it said before stands.
func (h *hosts) again() *hosts {
	if n, err := readHosts(h.file); err == nil {
		return n
	}
	return h
}

// algorithms are the ones to ask a host for: a server with keys of several
// types would else show one that the file may not have. Without a key there
// are none, which stands for all: the error can then name the fingerprint.
func (h *hosts) algorithms(addr string) []string {
	wanted := h.known(addr)
	var algorithms []string
	if slices.ContainsFunc(wanted, h.isAuthority) {
		algorithms = slices.DeleteFunc(ssh.SupportedAlgorithms().HostKeys, func(a string) bool { return !strings.Contains(a, "-cert-") })
	}
	for _, k := range wanted {
		if kind := k.Key.Type(); kind == ssh.KeyAlgoRSA {
			algorithms = append(algorithms, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else {
			algorithms = append(algorithms, kind)
		}
	}
	return algorithms
}

// known are the keys that the file has for a host. The question with a key
// that nobody has brings them as an error.
func (h *hosts) known(addr string) []knownhosts.KnownKey {
	none, err := ssh.NewPublicKey(ed25519.PublicKey(make([]byte, ed25519.PublicKeySize)))
	if err != nil {
		return nil
	}
	var wrong *knownhosts.KeyError
	if errors.As(h.check(addr, &net.TCPAddr{}, none), &wrong) {
		return wrong.Want
	}
	return nil
}

// isAuthority tells whether a line is about a key that signs those of hosts.
func (h *hosts) isAuthority(k knownhosts.KnownKey) bool {
	i := k.Line - 1
	return i >= 0 && i < len(h.lines) && strings.HasPrefix(strings.TrimSpace(h.lines[i]), "@cert-authority")
}

// verify is the ssh.HostKeyCallback: it says what an operator can do.
func (h *hosts) verify(addr string, remote net.Addr, key ssh.PublicKey) error {
	err := h.check(addr, remote, key)
	var wrong *knownhosts.KeyError
	var revoked *knownhosts.RevokedError
	print := key.Type() + " " + ssh.FingerprintSHA256(key)
	switch {
	case errors.As(err, &revoked):
		return fmt.Errorf("the host key %s is revoked in %s: %w", print, h.file, err)
	case !errors.As(err, &wrong):
		return err
	case len(wrong.Want) == 0:
		return fmt.Errorf("the host key %s is not in %s; if `ssh-keygen -lf` on %s shows this fingerprint, add the line: %s: %w",
			print, h.file, knownhosts.Normalize(addr), knownhosts.Line([]string{addr}, key), err)
	}
	known := make([]string, len(wrong.Want))
	for i, k := range wrong.Want {
		known[i] = fmt.Sprintf("%s %s (line %d)", k.Key.Type(), ssh.FingerprintSHA256(k.Key), k.Line)
	}
	return fmt.Errorf("THE HOST KEY HAS CHANGED to %s, %s has %s: somebody may sit in between; if the change is right, replace the line by: %s: %w",
		print, h.file, strings.Join(known, ", "), knownhosts.Line([]string{addr}, key), err)
}

// explain says what it means that no type of key was agreed upon.
func (h *hosts) explain(err error) error {
	var none *ssh.AlgorithmNegotiationError
	if errors.As(err, &none) && strings.Contains(none.What, "host key") {
		return fmt.Errorf("the host has no key of a type that %s has for it: %w", h.file, err)
	}
	return err
}
