package upload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

var (
	// errConflict: another file of the name is there, and stays.
	errConflict = errors.New("there is another file of this name, which is not replaced")
	// errKept: the far side has the file, and it cannot be removed here.
	errKept = errors.New("uploaded, but not removed here")
)

// A file is one that is to be uploaded, and what has to come out on the far
// side.
type file struct {
	f    *os.File
	info fs.FileInfo
	sum  [sha256.Size]byte
	name string // on the far side
	temp string // its name there for the time being
}

// openFile opens a file and reads it for its sum.
func openFile(ctx context.Context, name, dir string) (*file, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	x := &file{f: f}
	if err := x.measure(ctx); err != nil {
		f.Close()
		return nil, err
	}
	// The name tells the contents, so that two uploads with the same one for
	// different files do not write into each other.
	base := filepath.Base(name)
	x.name = path.Join(dir, base)
	x.temp = path.Join(dir, "."+base+"."+hex.EncodeToString(x.sum[:4])+".part")
	return x, nil
}

func (x *file) measure(ctx context.Context) (err error) {
	x.info, err = x.f.Stat()
	if err != nil {
		return err
	}
	if !x.info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file", x.f.Name())
	}
	h := sha256.New()
	if _, err := io.Copy(h, &reader{ctx, x.f}); err != nil {
		return err
	}
	h.Sum(x.sum[:0])
	_, err = x.f.Seek(0, io.SeekStart)
	return err
}

// A reader ends with its context.
type reader struct {
	ctx  context.Context
	from io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}

// remove takes the file away, if it is still the one that was uploaded.
func (x *file) remove() error {
	name := x.f.Name()
	now, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", errKept, err)
	case !os.SameFile(x.info, now) || now.Size() != x.info.Size() || !now.ModTime().Equal(x.info.ModTime()):
		return fmt.Errorf("%s was changed while it was uploaded", name)
	}
	x.f.Close() // Windows wants that first
	if err := os.Remove(name); err != nil {
		return fmt.Errorf("%w: %w", errKept, err)
	}
	return nil
}

// A transfer copies a file in a session.
type transfer struct {
	*session
	sizeOnly bool // the far side's word on the size is enough
	trusting bool // likewise for a file that is there already
}

// put brings the file to the far side, and returns nil once that has confirmed
// it. There is tells that it had it before.
func (t *transfer) put(ctx context.Context, x *file) (there bool, err error) {
	e, err := t.lookup(x.name)
	if err != nil {
		return false, err
	}
	if e != nil {
		same, err := t.same(ctx, x, e)
		if err == nil && !same {
			err = errConflict
		}
		return true, err
	}
	if err := t.send(ctx, x.temp, x.f, x.info.Size()); err != nil {
		t.remove(x.temp)
		return false, err
	}
	if err := t.confirm(ctx, x); err != nil {
		t.remove(x.temp)
		return false, err
	}
	if err := t.rename(x.temp, x.name); err != nil {
		return false, err
	}
	e, err = t.lookup(x.name)
	switch {
	case err != nil:
		return false, err
	case e == nil || e.size != x.info.Size():
		return false, fmt.Errorf("renaming %s: it is not there", x.temp)
	}
	return false, nil
}

// same tells whether the far side's file is ours.
func (t *transfer) same(ctx context.Context, x *file, e *entry) (bool, error) {
	if !e.regular || e.size != x.info.Size() {
		return false, nil
	}
	if t.sizeOnly || t.trusting {
		return true, nil
	}
	sum, ok, err := t.sum(ctx, x.name, x.info.Size())
	return ok && sum == x.sum, err
}

// confirm wants the far side to have what was sent.
func (t *transfer) confirm(ctx context.Context, x *file) error {
	e, err := t.lookup(x.temp)
	switch {
	case err != nil:
		return err
	case e == nil:
		return fmt.Errorf("%s: it is not there after it was written", x.temp)
	case e.size != x.info.Size():
		return fmt.Errorf("%s: %d bytes are there of %d sent", x.temp, e.size, x.info.Size())
	case t.sizeOnly:
		return nil
	}
	sum, ok, err := t.sum(ctx, x.temp, x.info.Size())
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("%s: reading back gives another size than the %d bytes sent", x.temp, x.info.Size())
	case sum != x.sum:
		return fmt.Errorf("%s: what is there is not what was sent", x.temp)
	}
	return nil
}
