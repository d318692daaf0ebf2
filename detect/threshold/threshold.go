// Package threshold is the table of all numbers by which detectors decide.
package threshold

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Row is a threshold: its name, its value, and why it is that.
type Row struct {
	Key   string
	Value float64
	Why   string
}

// A Set has a value for each row of the table.
type Set [len(table)]float64

// Default returns the values of the table.
func Default() *Set {
	var s Set
	for i := range table {
		s[i] = table[i].Value
	}
	return &s
}

// Get returns a value.
func (s *Set) Get(n Name) float64 { return s[n] }

// Rows returns the table.
func Rows() []Row { return append([]Row(nil), table[:]...) }

// ErrUnknown is given for a name that is in no row.
var ErrUnknown = errors.New("no such threshold")

// Change takes a setting NAME=VALUE.
func (s *Set) Change(setting string) error {
	key, text, _ := strings.Cut(setting, "=")
	for i := range table {
		if table[i].Key != key {
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v > 0) || math.IsInf(v, 0) {
			return fmt.Errorf("%s: %q is no number above 0", key, text)
		}
		s[i] = v
		return nil
	}
	return fmt.Errorf("%q: %w", key, ErrUnknown)
}

// Text writes a value as the table has it.
func Text(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
