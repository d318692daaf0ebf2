//go:build !linux

package privilege

// Drop is for Linux only.
func Drop(*Account, ...Capability) error { return ErrUnsupported }

func lacking([]Capability) ([]Capability, error) { return nil, nil }
