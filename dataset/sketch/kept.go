package sketch

import (
	"errors"
	"math"
)

// Kept is a sketch without classes as a manifest has it.
type Kept struct {
	// Bits is how many bits of the fraction tell bins apart; negative ones leave
	// exponents out.
	Bits int `json:"bits"`
	// From are where the bins begin, in ascending order: the value of the range
	// with the smallest magnitude.
	From []float64 `json:"from"`
	// Counts are how many values are in each.
	Counts []uint64 `json:"counts"`
}

// Keep forgets classes.
func (s *Sketch) Keep() Kept {
	bins := s.Bins()
	k := Kept{Bits: 52 - int(s.shift), From: make([]float64, 0, len(bins)), Counts: make([]uint64, 0, len(bins))}
	for _, b := range bins {
		n := uint64(0)
		for _, c := range b.Counts {
			n += c
		}
		k.From, k.Counts = append(k.From, b.From), append(k.Counts, n)
	}
	return k
}

// maxCount keeps sums of all bins within 64 bits.
const maxCount = 1 << 48

// Sketch makes a sketch of what was kept. What no sketch can be is refused.
func (k *Kept) Sketch() (*Sketch, error) {
	shift := 52 - k.Bits
	if shift < firstShift || shift > lastShift {
		return nil, errors.New("sketch: bits out of range")
	}
	if len(k.From) != len(k.Counts) || len(k.From) > MaxBins {
		return nil, errors.New("sketch: from and counts differ in length, or are too many")
	}
	s := New(1)
	s.shift = uint8(shift)
	for i, from := range k.From {
		if math.IsNaN(from) || k.Counts[i] == 0 || k.Counts[i] > maxCount || i > 0 && from <= k.From[i-1] {
			return nil, errors.New("sketch: from is not ascending, or a count is none")
		}
		key := order(from) >> s.shift
		if _, ok := s.find(key); ok {
			return nil, errors.New("sketch: two bins are one")
		}
		s.counts[s.insert(key)] = k.Counts[i]
	}
	return s, nil
}
