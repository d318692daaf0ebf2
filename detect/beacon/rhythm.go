package beacon

import (
	"math"
	"slices"
)

// A rhythm is how regular times are.
type rhythm struct {
	n        float64 // times
	median   float64 // of the intervals, in seconds
	spread   float64 // median of |interval - median|, as a part of the median
	coverage float64 // share of intervals from half to one and a half of the median
}

// measure looks at times in order, two at least.
func measure(times []int64) rhythm {
	intervals := make([]float64, len(times)-1)
	for i := range intervals {
		intervals[i] = float64(times[i+1]-times[i]) / 1e9
	}
	r := rhythm{n: float64(len(times)), median: median(intervals)}
	deviations := make([]float64, len(intervals))
	near := 0
	for i, x := range intervals {
		deviations[i] = math.Abs(x - r.median)
		if deviations[i] <= r.median/2 {
			near++
		}
	}
	r.spread = median(deviations) / r.median
	r.coverage = float64(near) / float64(len(intervals))
	return r
}

// few is how many times the regularity of which is worth half.
const few = 4

// score is (1 - spread/most) * n/(n+4): regular, and seen often enough.
func (r *rhythm) score(most float64) float64 {
	return max(0, 1-r.spread/most) * r.n / (r.n + few)
}

// median of a list, which it sorts.
func median(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	if n%2 == 1 {
		return list[n/2]
	}
	return (list[n/2-1] + list[n/2]) / 2
}
