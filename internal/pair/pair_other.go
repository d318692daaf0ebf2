//go:build !linux

// Package pair makes two virtual interfaces that are joined by a cable, in a
// network namespace of their own. Only Linux has such namespaces.
package pair

import "errors"

// MTU of both ends.
const MTU = 65535

// Names of the ends.
const (
	Near = "joy0"
	Far  = "joy1"
)

// A Pair cannot be made here.
type Pair struct{}

// New returns an error.
func New() (*Pair, error) {
	return nil, errors.New("network namespaces need Linux")
}

// Do calls f.
func (*Pair) Do(f func() error) error { return f() }

// Close does nothing.
func (*Pair) Close() {}

// Sender returns a Sender that cannot be used.
func (*Pair) Sender() (*Sender, error) { return nil, errors.New("network namespaces need Linux") }

// A Sender cannot be used here.
type Sender struct{}

// Send returns an error.
func (*Sender) Send([]byte) error { return errors.New("network namespaces need Linux") }

// Close does nothing.
func (*Sender) Close() error { return nil }
