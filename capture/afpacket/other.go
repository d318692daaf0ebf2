//go:build !linux

package afpacket

import (
	"errors"
	"fmt"
	"runtime"

	"joy/capture"
	"joy/capture/filter"
)

// ErrUnsupported is why there is no live capture on other systems than Linux.
var ErrUnsupported = errors.New("live capture needs Linux")

// A Source is a capture.Source of interfaces, on Linux.
type Source struct{}

// Open fails here.
func Open(Options) (*Source, error) {
	return nil, fmt.Errorf("%w; this is %s", ErrUnsupported, runtime.GOOS)
}

// Interfaces fails here.
func Interfaces() ([]Interface, error) {
	return nil, fmt.Errorf("%w; this is %s", ErrUnsupported, runtime.GOOS)
}

// Next fails here.
func (*Source) Next(*capture.Batch) error { return ErrUnsupported }

// End returns ErrUnsupported.
func (*Source) End() error { return ErrUnsupported }

// SetFilter returns ErrUnsupported.
func (*Source) SetFilter(func(link uint16) ([]filter.Instruction, error)) error {
	return ErrUnsupported
}

// Stats counts nothing here.
func (*Source) Stats() capture.Stats { return capture.Stats{} }

// Close does nothing here.
func (*Source) Close() error { return nil }
