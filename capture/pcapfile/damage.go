package pcapfile

import (
	"errors"
	"fmt"
	"io/fs"
)

// What can be wrong with a file as a whole.
var (
	ErrEmpty      = errors.New("the file is empty")
	ErrNotCapture = errors.New("not a capture file")
)

// A DamageError says where the frames of a file end before the file does.
type DamageError struct {
	Path   string
	Offset int64 // of the damaged record, uncompressed; -1: it is the whole file
	Err    error // what is wrong there
	Passed bool  // a file in a directory that is no capture: not counted
}

func (e *DamageError) Error() string {
	switch {
	case e.Passed:
		return fmt.Sprintf("%s: passed over: %v", e.Path, e.Err)
	case e.Offset < 0:
		return fmt.Sprintf("%s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s: damaged at offset %d: %v", e.Path, e.Offset, e.Err)
}

// Unwrap returns what is wrong.
func (e *DamageError) Unwrap() error { return e.Err }

// cause takes the path off an error, where another one is put before it.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
