package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// A login shows who we are: by the key of a file, and by those of an agent.
type login struct {
	key   ssh.Signer // nil = none
	agent string     // socket, "" = none
}

// readLogin reads the key at once: later the file may be out of reach.
func readLogin(file, agent string) (login, error) {
	l := login{agent: agent}
	if file == "" {
		if agent == "" {
			return l, errors.New("neither a key file nor an agent: give keyfile=FILE, or set SSH_AUTH_SOCK")
		}
		return l, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return l, fmt.Errorf("key: %w", err)
	}
	l.key, err = ssh.ParsePrivateKey(text)
	var locked *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &locked):
		return l, fmt.Errorf("key %s is encrypted, and nobody is there to be asked: add it to an agent and set SSH_AUTH_SOCK "+
			"instead of keyfile, or take the passphrase away with `ssh-keygen -p`: %w", file, err)
	case err != nil:
		return l, fmt.Errorf("key %s: %w", file, err)
	}
	return l, nil
}

// signers are all keys in one list, as the client tries one method of each
// kind only. The agent has to stay open until they have signed.
func (l *login) signers(ctx context.Context, timeout time.Duration) (signers []ssh.Signer, open io.Closer, err error) {
	if l.key != nil {
		signers = append(signers, l.key)
	}
	open = io.NopCloser(nil)
	if l.agent != "" {
		var more []ssh.Signer
		more, open, err = ask(ctx, l.agent, timeout)
		signers = append(signers, more...)
	}
	if len(signers) > 0 {
		return signers, open, nil
	}
	open.Close()
	if err == nil {
		err = errors.New("it has no key")
	}
	return nil, open, fmt.Errorf("agent %s: %w", l.agent, err)
}

// ask gets the keys of an agent, which is not waited for if it does not answer.
func ask(ctx context.Context, socket string, timeout time.Duration) ([]ssh.Signer, io.Closer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, io.NopCloser(nil), err
	}
	unwatch := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer unwatch()
	signers, err := agent.NewClient(conn).Signers()
	return signers, conn, err
}
