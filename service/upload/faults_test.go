package upload

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var errFull = errors.New("disk full\x1b[2J\n" + strings.Repeat("!", 5000))

// What the far side says is not believed: the file stays here until it is
// right, and nothing wrong stays there.
func TestFarSideFails(t *testing.T) {
	const size = 600_000
	for name, c := range map[string]struct {
		faults faults
		says   string
		blind  bool // without the hash it is not noticed
	}{
		"has more": {faults{size: func(_ string, n int64) int64 { return n + 1 }}, "600001 bytes are there of 600000 sent", false},
		"has less": {faults{size: func(_ string, n int64) int64 { return n - 1 }}, "599999 bytes are there of 600000 sent", false},
		"has none": {faults{size: func(_ string, n int64) int64 { return 0 }}, "0 bytes are there of 600000 sent", false},
		"has -1":   {faults{size: func(_ string, n int64) int64 { return -1 }}, "-1 bytes are there of 600000 sent", false},
		"has other bytes": {faults{read: func(_ string, b []byte) []byte {
			b = slices.Clone(b)
			b[len(b)-1] ^= 1
			return b
		}}, "what is there is not what was sent", true},
		"gives more back": {faults{read: func(_ string, b []byte) []byte { return append(slices.Clip(b), 0) }}, "reading back gives another size", true},
		"gives less back": {faults{read: func(_ string, b []byte) []byte { return b[:max(0, len(b)-1)] }}, "reading back gives another size", true},
		"is full": {faults{write: func(_ string, n int64) error {
			if n > 540_000 {
				return errFull
			}
			return nil
		}}, `disk full\x1b[2J\n!!!`, false},
		"is full at once":  {faults{write: func(string, int64) error { return errFull }}, "disk full", false},
		"renames in words": {faults{rename: func(*fake, string, string) error { return nil }}, "it is not there", false},
		"cannot rename": {faults{
			rename: func(*fake, string, string) error { return os.ErrPermission },
			posix:  func(*fake, string, string) error { return os.ErrPermission },
		}, "renaming /.f.", false},
	} {
		for _, sizeOnly := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				f := newFake(t, c.faults)
				f.config.SizeOnly = sizeOnly
				r := begin(t, f.config)
				r.Add(r.file("f", size))
				if !sizeOnly || !c.blind {
					message, _ := r.failed()
					if !strings.Contains(message, c.says) || len(message) > maxMessage || strings.ContainsFunc(message, isControl) {
						t.Errorf("%q, want %q", message, c.says)
					}
					has(t, r.dir, map[string][]byte{"f": noise(size)})
					f.mu.Lock()
					if _, ok := f.files["/f"]; ok {
						t.Error("it has the name already")
					}
					f.mu.Unlock()
					f.heal()
					r.resume <- struct{}{}
				}
				r.finish()
				has(t, r.dir, nil)
				f.has(t, map[string][]byte{"/f": noise(size)})
			})
		}
	}
}

// A failed attempt leaves no part of a file there.
func TestFullLeavesNothing(t *testing.T) {
	f := newFake(t, faults{write: func(_ string, n int64) error {
		if n > 40_000 {
			return errFull
		}
		return nil
	}})
	r := begin(t, f.config)
	r.Add(r.file("f", 50_000))
	r.failed()
	f.has(t, nil)
}

// File systems without hard links fail the plain request, which OpenSSH's
// server makes one.
func TestRenameWithoutLinks(t *testing.T) {
	f := newFake(t, faults{rename: func(*fake, string, string) error { return errors.New("no links") }})
	r := begin(t, f.config)
	r.Add(r.file("f", 10))
	r.finish()
	f.has(t, map[string][]byte{"/f": noise(10)})
	if got := r.Stats(); got.Failed != 0 {
		t.Errorf("%+v", got)
	}
}

// Somebody else takes the name at the last moment.
func TestNameTakenUnderWay(t *testing.T) {
	f := newFake(t, faults{
		rename: func(f *fake, from, to string) error {
			f.files[to] = []byte("theirs")
			return os.ErrExist
		},
		posix: func(*fake, string, string) error {
			t.Error("the file would be replaced")
			return os.ErrExist
		},
	})
	r := begin(t, f.config)
	r.Add(r.file("f", 10))
	r.failed()
	r.resume <- struct{}{}
	r.told("there is another file of this name")
	has(t, r.dir, map[string][]byte{"f": noise(10)})
}

// A file that becomes another one while it is uploaded is not removed.
func TestFileChangesUnderWay(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"written anew": func(path string) error {
			if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
				return err
			}
			return os.Chtimes(path, time.Time{}, time.Unix(1, 0))
		},
		"replaced": func(path string) error {
			if err := os.WriteFile(path+".new", []byte("0123456789"), 0o600); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var path string
			f := newFake(t, faults{rename: func(f *fake, from, to string) error {
				if err := change(path); err != nil {
					t.Error(err)
				}
				return f.move(from, to)
			}})
			r := begin(t, f.config)
			path = r.file("f", 10)
			r.Add(path)
			if message, _ := r.failed(); !strings.Contains(message, "was changed while") {
				t.Error(message)
			}
			f.heal()
			r.resume <- struct{}{}
			r.told("there is another file of this name")
			has(t, r.dir, map[string][]byte{"f": []byte("0123456789")})
			f.has(t, map[string][]byte{"/f": noise(10)})
		})
	}
}

// A file that becomes shorter is not sent, and waits until it is whole.
func TestFileShrinksUnderWay(t *testing.T) {
	var path string
	cut := false
	f := newFake(t, faults{write: func(string, int64) error {
		if cut {
			return nil
		}
		cut = true
		return os.Truncate(path, 2*portion)
	}})
	r := begin(t, f.config)
	path = r.file("f", 4*portion)
	r.Add(path)
	if message, _ := r.failed(); !strings.Contains(message, "reading here") {
		t.Error(message)
	}
	f.has(t, nil)
	r.resume <- struct{}{}
	r.finish()
	f.has(t, map[string][]byte{"/f": noise(4 * portion)[:2*portion]})
}

// A file that cannot be removed here is not uploaded over and over.
func TestNotRemovable(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file in place of a directory looks like nothing there")
	}
	var dir string
	f := newFake(t, faults{rename: func(f *fake, from, to string) error {
		if err := os.Rename(dir, dir+"-away"); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(dir, nil, 0o600); err != nil {
			t.Error(err)
		}
		return f.move(from, to)
	}})
	r := begin(t, f.config)
	dir = filepath.Join(r.dir, "sub")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	r.Add(r.file("sub/f", 10))
	if message, _ := r.failed(); !strings.Contains(message, "uploaded, but not removed here") {
		t.Error(message)
	}
	if got := r.Stats(); got.Queued != 0 || got.Failed != 1 {
		t.Errorf("%+v", got)
	}
}

// Close does not wait for a request under way.
func TestStuckInWrite(t *testing.T) {
	stuck, leave := make(chan struct{}), make(chan struct{})
	f := newFake(t, faults{write: func(string, int64) error {
		close(stuck)
		<-leave
		return errFull
	}})
	r := begin(t, f.config)
	r.Add(r.file("f", 10))
	<-stuck
	left := r.kill()
	close(leave)
	if len(left) != 1 {
		t.Errorf("left: %q", left)
	}
	has(t, r.dir, map[string][]byte{"f": noise(10)})
}

type closer chan struct{}

func (c closer) Close() error {
	close(c)
	return nil
}

func TestNoAnswer(t *testing.T) {
	over := make(closer)
	s := session{timeout: time.Millisecond, conns: []io.Closer{over}}
	err := s.within("asking", func() error {
		<-over
		return io.EOF
	})
	if err == nil || err.Error() != "asking: no answer within 1ms" {
		t.Error(err)
	}
}

// A real server on a real disk that is full.
func TestDiskFull(t *testing.T) {
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("mounting a small tmpfs needs root on Linux")
	}
	s := newSSHD(t, "127.0.0.1")
	mount := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("mount", append(args, "tmpfs", s.out)...).CombinedOutput(); err != nil {
			t.Skipf("no tmpfs can be mounted: %v: %s", err, out)
		}
	}
	mount("-t", "tmpfs", "-o", "size=1m")
	t.Cleanup(func() {
		if out, err := exec.Command("umount", s.out).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	r := begin(t, s.uploadTo())
	r.Add(r.file("f", 3_000_000))
	if message, _ := r.failed(); !strings.Contains(message, "writing ") {
		t.Error(message)
	}
	has(t, s.out, nil)
	has(t, r.dir, map[string][]byte{"f": noise(3_000_000)})
	mount("-o", "remount,size=8m")
	r.resume <- struct{}{}
	r.arrived(s, 3_000_000)
	r.finish()
}
