//go:build !linux

package privilege

import "errors"

// ErrUnsupported is what Drop returns where there are no capabilities.
var ErrUnsupported = errors.New("dropping privileges is for Linux only")

// Drop is for Linux only.
func Drop(*Account, ...Capability) error { return ErrUnsupported }

func lacking([]Capability) ([]Capability, error) { return nil, nil }
