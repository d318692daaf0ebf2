// Package distinct counts different values in little memory.
package distinct

import (
	"math"
	"slices"
	"strconv"

	"github.com/cespare/xxhash/v2"
)

// K is how many different values are counted exactly. Beyond, the count is an
// estimate whose standard error is 1/sqrt(K-2), 9 % (Beyer et al., "On synopses
// for distinct-value estimation", 2007). All thresholds are far below K.
const K = 128

// A Set has the K smallest hashes of what was added: a sketch of k minimum values.
// It does not depend on the order.
type Set struct{ hashes []uint64 }

// Add takes a value.
func (s *Set) Add(value []byte) { s.add(xxhash.Sum64(value)) }

func (s *Set) add(hash uint64) {
	if len(s.hashes) == K && hash > s.hashes[K-1] {
		return
	}
	i, found := slices.BinarySearch(s.hashes, hash)
	if found {
		return
	}
	if len(s.hashes) == K {
		s.hashes = s.hashes[:K-1]
	}
	s.hashes = slices.Insert(s.hashes, i, hash)
}

// Merge adds all that another set has.
func (s *Set) Merge(o *Set) {
	for _, h := range o.hashes {
		s.add(h)
	}
}

// Count returns how many different values were added.
func (s *Set) Count() float64 {
	if len(s.hashes) < K {
		return float64(len(s.hashes))
	}
	return math.Round((K - 1) / (float64(s.hashes[K-1]) / math.MaxUint64))
}

// Exact reports whether Count is no estimate.
func (s *Set) Exact() bool { return len(s.hashes) < K }

// String writes the count, and says where it is an estimate.
func (s *Set) String() string {
	text := strconv.FormatFloat(s.Count(), 'f', 0, 64)
	if !s.Exact() {
		return "about " + text
	}
	return text
}
