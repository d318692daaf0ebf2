package upload

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// portion is what is sent or read before an answer is waited for. With the
// time-out it says how slow a far side may be, and how much a fast one far
// away is used: 512 KiB for each round trip.
const portion = 512 << 10

// A session is a connection to the far side. Each request has its time; one
// that takes longer ends the session.
type session struct {
	timeout time.Duration
	client  *sftp.Client // nil before the login
	conns   []io.Closer  // to the far side and to the agent
	unwatch func() bool  // gives up the context's hold on the session
}

// dial opens a session.
func dial(ctx context.Context, t *target, l *login, h *hosts, timeout time.Duration) (*session, error) {
	d := net.Dialer{Timeout: timeout}
	conn, err := d.DialContext(ctx, "tcp", t.addr())
	if err != nil {
		return nil, err
	}
	signers, agent, err := l.signers(ctx, timeout)
	if err != nil {
		_ = conn.Close() // nothing was said yet
		return nil, err
	}
	s := &session{timeout: timeout, conns: []io.Closer{conn, agent}}
	s.unwatch = context.AfterFunc(ctx, s.abort)
	err = s.within("logging in", func() error {
		return s.greet(conn, t.addr(), &ssh.ClientConfig{
			User:              t.user,
			Auth:              []ssh.AuthMethod{ssh.PublicKeys(signers...)},
			HostKeyCallback:   h.verify,
			HostKeyAlgorithms: h.algorithms(t.addr()),
		})
	})
	if err != nil {
		s.close()
		return nil, h.explain(err)
	}
	return s, nil
}

// greet logs in and asks for SFTP.
func (s *session) greet(conn net.Conn, addr string, config *ssh.ClientConfig) error {
	c, channels, requests, err := ssh.NewClientConn(conn, addr, config)
	if err != nil {
		return err
	}
	s.client, err = sftp.NewClient(ssh.NewClient(c, channels, requests), sftp.UseConcurrentWrites(true))
	return err
}

// abort ends the session from any goroutine, whatever is under way.
func (s *session) abort() {
	for _, c := range s.conns {
		c.Close()
	}
}

// close ends the session and waits for what the client has running.
func (s *session) close() {
	s.unwatch()
	s.abort()
	if s.client != nil {
		_ = s.client.Close() // the connection is gone already
	}
}

// within makes a request that has to be answered in time.
func (s *session) within(what string, request func() error) error {
	late := time.AfterFunc(s.timeout, s.abort)
	err := try(request)
	if !late.Stop() {
		return fmt.Errorf("%s: no answer within %v", what, s.timeout)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// errStrange: a far side can say that all is well and not give what it was
// asked for.
var errStrange = errors.New("a strange answer")

// try makes a request. There are strange answers that the client follows into
// a nil pointer (FuzzFarSide).
func try(request func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errStrange, p)
		}
	}()
	return request()
}

// An entry is what the far side tells of a name.
type entry struct {
	size    int64
	regular bool
}

// lookup says what there is of a name: nil if there is nothing.
func (s *session) lookup(name string) (e *entry, err error) {
	err = s.within("looking for "+name, func() error {
		info, err := s.client.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			e = &entry{info.Size(), info.Mode().IsRegular()}
		}
		return err
	})
	return e, err
}

// isDir wants the directory, or a link to it, to be there.
func (s *session) isDir(name string) error {
	return s.within("directory "+name, func() error {
		info, err := s.client.Stat(name)
		if err == nil && !info.IsDir() {
			err = errors.New("is not a directory")
		}
		return err
	})
}

// send writes n bytes to a file of that name, from its begin, and has the far
// side put them on its disk where it can.
func (s *session) send(ctx context.Context, name string, from io.Reader, n int64) error {
	f, err := s.open(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	if err := s.fill(ctx, f, from, n); err != nil {
		// The first error counts, and the far side knows that the file is open.
		_ = s.within("closing "+name, f.Close)
		return err
	}
	return s.within("closing "+name, f.Close)
}

func (s *session) open(name string, flags int) (f *sftp.File, err error) {
	err = s.within("opening "+name, func() error {
		f, err = s.client.OpenFile(name, flags)
		if err == nil && f == nil {
			return errStrange
		}
		return err
	})
	return f, err
}

func (s *session) fill(ctx context.Context, f *sftp.File, from io.Reader, n int64) error {
	buf := make([]byte, min(portion, n))
	for n > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := buf[:min(int64(len(buf)), n)]
		if _, err := io.ReadFull(from, part); err != nil {
			return fmt.Errorf("reading here: %w", err)
		}
		err := s.within("writing "+f.Name(), func() error {
			_, err := f.Write(part)
			return err
		})
		if err != nil {
			return err
		}
		n -= int64(len(part))
	}
	if _, ok := s.client.HasExtension("fsync@openssh.com"); ok {
		return s.within("syncing "+f.Name(), f.Sync)
	}
	return nil
}

// sum reads a file of n bytes back. One that is longer or shorter has no sum
// that counts: ok is false.
func (s *session) sum(ctx context.Context, name string, n int64) (sum [sha256.Size]byte, ok bool, err error) {
	f, err := s.open(name, os.O_RDONLY)
	if err != nil {
		return sum, false, err
	}
	h := sha256.New()
	got, err := s.drain(ctx, f, h, n+1)
	if err != nil {
		return sum, false, err
	}
	// A connection that is lost can look like the end of the file. Closing
	// needs an answer.
	if err := s.within("closing "+name, f.Close); err != nil {
		return sum, false, err
	}
	h.Sum(sum[:0])
	return sum, got == n, nil
}

// drain reads at most n bytes, to the end of the file.
func (s *session) drain(ctx context.Context, f *sftp.File, to io.Writer, n int64) (got int64, err error) {
	buf := make([]byte, min(portion, n))
	for got < n {
		if err := ctx.Err(); err != nil {
			return got, err
		}
		part := buf[:min(int64(len(buf)), n-got)]
		k := 0
		err := s.within("reading back "+f.Name(), func() (err error) {
			k, err = io.ReadFull(f, part)
			return err
		})
		if _, err := to.Write(part[:k]); err != nil {
			return got, err
		}
		got += int64(k)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return got, nil
		case err != nil:
			return got, err
		}
	}
	return got, nil
}

// rename gives a file its name if that is free. The plain request of SFTP
// does not replace what is there; where it fails for another reason, as on
// file systems without hard links, that of POSIX is tried.
func (s *session) rename(from, to string) error {
	what := "renaming " + from
	err := s.within(what, func() error { return s.client.Rename(from, to) })
	if err == nil {
		return nil
	}
	if _, ok := s.client.HasExtension("posix-rename@openssh.com"); !ok {
		return err
	}
	if info, e := s.lookup(to); e != nil || info != nil {
		return err
	}
	return s.within(what, func() error { return s.client.PosixRename(from, to) })
}

// remove takes a file away that is of no use any more. Where that fails it
// stays, and is written over the next time.
func (s *session) remove(name string) {
	_ = s.within("removing "+name, func() error { return s.client.Remove(name) })
}
