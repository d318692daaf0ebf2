package report

import (
	"math"
	"math/bits"

	"joy/plot"
)

// A histogram counts whole numbers by size: exactly up to 16, and above that in
// eight bins to each power of two, so that a bin is at most an eighth wide.
type histogram struct {
	bins [bins]uint64
	n    uint64
}

const (
	perPower = 8
	bins     = 16 + (64-4)*perPower
)

// binOf is the bin of a number.
func binOf(v uint64) int {
	if v < 16 {
		return int(v)
	}
	power := bits.Len64(v) - 1 // at least 4
	return 16 + (power-4)*perPower + int(v>>(power-3)&(perPower-1))
}

// bounds of a bin: from low to below high.
func bounds(bin int) (low, high float64) {
	if bin < 16 {
		return float64(bin), float64(bin + 1)
	}
	power, part := 4+(bin-16)/perPower, float64((bin-16)%perPower)
	one := math.Ldexp(1, power)
	return one * (1 + part/perPower), one * (1 + (part+1)/perPower)
}

func (h *histogram) add(v uint64) {
	h.bins[binOf(v)]++
	h.n++
}

// quantile is below what a share of all numbers is.
func (h *histogram) quantile(share float64) float64 {
	upTo := uint64(0)
	for i, n := range h.bins {
		if upTo += n; upTo > 0 && float64(upTo) >= share*float64(h.n) {
			_, high := bounds(i)
			return high
		}
	}
	return 0
}

// draw is the histogram as a picture: unit is that of the numbers, in what the
// axis shows.
func (h *histogram) draw(d *plot.Distribution, unit float64) *plot.Distribution {
	first, last := bins, 0
	for i, n := range h.bins {
		if n > 0 {
			first, last = min(first, i), i
		}
	}
	for i := first; i <= last && h.n > 0; i++ {
		low, high := bounds(i)
		d.Bins = append(d.Bins, plot.Bin{Low: low * unit, High: high * unit, Count: float64(h.bins[i])})
	}
	d.Log = true
	return d
}
