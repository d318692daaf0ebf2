//go:build !linux

package process

import "errors"

// Open needs Linux.
func Open(Options) (*Tracker, error) {
	return nil, errors.New("processes: finding the process of a flow needs Linux")
}
