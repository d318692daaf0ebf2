package upload

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// A fake is a far side with faults that OpenSSH's cannot be made to have. All
// its files are in one map.
type fake struct {
	config Config

	mu    sync.Mutex // guards what follows
	files map[string][]byte
	faults
}

// faults are what goes wrong; nil is nothing.
type faults struct {
	write  func(name string, size int64) error  // before a file grows to a size
	read   func(name string, b []byte) []byte   // what is read instead
	size   func(name string, size int64) int64  // what is told instead
	rename func(f *fake, from, to string) error // instead of the plain request
	posix  func(f *fake, from, to string) error // instead of that of POSIX
}

func newFake(t *testing.T, x faults) *fake {
	t.Helper()
	f := &fake{files: map[string][]byte{}, faults: x}
	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t, filepath.Join(dir, "id"), "")
	s := &sshd{t: t, dir: dir, addr: l.Addr().String()}
	s.trust(key.PublicKey())
	f.config = Config{Target: "joy@" + s.addr + ":/", KeyFile: filepath.Join(dir, "id"), KnownHosts: filepath.Join(dir, "known_hosts")}
	config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil }}
	config.AddHostKey(key)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { f.serve(c, config) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait()
	})
	return f
}

func (f *fake) serve(c net.Conn, config *ssh.ServerConfig) {
	defer c.Close()
	_, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for n := range channels {
		channel, requests, err := n.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				r.Reply(r.Type == "subsystem", nil)
			}
		}()
		server := sftp.NewRequestServer(channel, sftp.Handlers{FileGet: f, FilePut: f, FileCmd: f, FileList: f})
		go server.Serve()
	}
}

// has wants the far side to have these files and no others.
func (f *fake) has(t *testing.T, files map[string][]byte) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !maps.EqualFunc(f.files, files, bytes.Equal) {
		t.Errorf("the far side has %q", slices.Collect(maps.Keys(f.files)))
	}
}

// heal ends the faults.
func (f *fake) heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = faults{}
}

type fakeFile struct {
	*fake
	name string
}

func (f *fake) Fileread(r *sftp.Request) (io.ReaderAt, error) {
	return fakeFile{f, r.Filepath}, nil
}

func (f fakeFile) ReadAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, ok := f.files[f.name]
	if !ok {
		return 0, os.ErrNotExist
	}
	if f.read != nil {
		b = f.read(f.name, b)
	}
	n := copy(p, b[min(off, int64(len(b))):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *fake) Filewrite(r *sftp.Request) (io.WriterAt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[r.Filepath] = nil
	return fakeFile{f, r.Filepath}, nil
}

func (f fakeFile) WriteAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, end := f.files[f.name], int(off)+len(p)
	if f.write != nil {
		if err := f.write(f.name, int64(end)); err != nil {
			return 0, err
		}
	}
	if len(b) < end {
		b = append(b, make([]byte, end-len(b))...)
	}
	copy(b[off:], p)
	f.files[f.name] = b
	return len(p), nil
}

func (f *fake) Filecmd(r *sftp.Request) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch r.Method {
	case "Rename":
		if f.rename != nil {
			return f.rename(f, r.Filepath, r.Target)
		}
		return f.move(r.Filepath, r.Target)
	case "Remove":
		delete(f.files, r.Filepath)
		return nil
	}
	return sftp.ErrSSHFxOpUnsupported
}

// PosixRename has pkg/sftp offer the extension.
func (f *fake) PosixRename(r *sftp.Request) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.posix != nil {
		return f.posix(f, r.Filepath, r.Target)
	}
	return f.move(r.Filepath, r.Target)
}

func (f *fake) move(from, to string) error {
	f.files[to] = f.files[from]
	delete(f.files, from)
	return nil
}

func (f *fake) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := fakeInfo{name: r.Filepath, dir: r.Filepath == "/"}
	b, ok := f.files[r.Filepath]
	if !ok && !i.dir {
		return nil, os.ErrNotExist
	}
	i.size = int64(len(b))
	if f.size != nil && !i.dir {
		i.size = f.size(i.name, i.size)
	}
	return i, nil
}

// Lstat has the client asked for the name itself.
func (f *fake) Lstat(r *sftp.Request) (sftp.ListerAt, error) { return f.Filelist(r) }

// A fakeInfo is a list of one file.
type fakeInfo struct {
	name string
	size int64
	dir  bool
}

func (i fakeInfo) ListAt(list []os.FileInfo, off int64) (int, error) {
	if off > 0 || len(list) == 0 {
		return 0, io.EOF
	}
	list[0] = i
	return 1, io.EOF
}

func (i fakeInfo) Name() string       { return filepath.Base(i.name) }
func (i fakeInfo) Size() int64        { return i.size }
func (i fakeInfo) ModTime() time.Time { return time.Time{} }
func (i fakeInfo) IsDir() bool        { return i.dir }
func (i fakeInfo) Sys() any           { return nil }
func (i fakeInfo) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o700
	}
	return 0o600
}
