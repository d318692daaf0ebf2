package parquet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// A whole is a file that bears its name only when all of it is on disk.
type whole struct {
	*os.File
	name string
}

// maxStale bounds the search for a temporary name that is free.
const maxStale = 1000

// createWhole makes the file beside its place, hidden, and the directory that it is
// in. What a dead process of the same number has left stays.
func createWhole(name string) (*whole, error) {
	dir, base := filepath.Split(name)
	if dir != "" {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	for i := 0; ; i++ {
		temp := fmt.Sprintf("%s.%s.tmp-%d-%d", dir, base, os.Getpid(), i)
		f, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
		switch {
		case err == nil:
			return &whole{File: f, name: name}, nil
		case !errors.Is(err, fs.ErrExist) || i == maxStale:
			return nil, err
		}
	}
}

// commit gives the file its name, for good.
func (w *whole) commit() error {
	if err := w.place(); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(w.name))
}

// place gives the file its name, which a crash of the machine may undo. After an
// error there is none of it.
func (w *whole) place() error {
	err := errors.Join(w.Sync(), w.Close())
	if err == nil {
		err = os.Rename(w.File.Name(), w.name)
	}
	if err != nil {
		w.discard()
	}
	return err
}

// discard removes the file.
func (w *whole) discard() {
	_ = w.Close()
	_ = os.Remove(w.File.Name()) // there is an error already, and it is the one that matters
}

// syncDirectory makes the names in a directory last. Windows and some file systems
// cannot do that; only a broken disk counts.
func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil //nolint:nilerr // a directory may be writable and yet not readable
	}
	defer d.Close()
	if err := d.Sync(); errors.Is(err, syscall.EIO) {
		return err
	}
	return nil
}
