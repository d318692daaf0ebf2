//go:build unix

package index

import (
	"errors"
	"fmt"
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// Open maps an index into memory. Its size is that of the moment of opening.
func Open(path string) (*Index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	x, err := mapped(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return x, nil
}

func mapped(f *os.File) (*Index, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() < headSize+trailerSize || info.Size() > math.MaxInt {
		return nil, ErrNotIndex
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("mmap: %w", err)
	}
	x, err := parse(data)
	if err != nil {
		return nil, errors.Join(err, unix.Munmap(data))
	}
	x.unmap = func() error { return unix.Munmap(data) }
	return x, nil
}
