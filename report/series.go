package report

import (
	"math/bits"
	"slices"
)

// widths are those that steps of time can have, in nanoseconds; each divides the
// next, so that steps are put together exactly. All begin with 1970.
var widths = []int64{
	second / 10, second / 2, second, 5 * second, 10 * second, 30 * second, 60 * second, 300 * second, 600 * second, 1800 * second,
	hour, 2 * hour, 6 * hour, 12 * hour, 24 * hour, 7 * 24 * hour, 28 * 24 * hour, 364 * 24 * hour, 3640 * 24 * hour,
}

const (
	second = int64(1e9)
	hour   = 3600 * second
)

// A series is an amount over time in steps. They grow wider when there are too
// many, which changes nothing in how much there is.
type series struct {
	limit int
	width int // of widths
	steps []step
}

type step struct {
	at     int64 // time divided by the width
	amount uint64
}

// add spreads an amount evenly over the time from first to last. The parts are
// whole numbers, and those of a wide step are the sum of its narrow ones. Times
// outside of 1970 to 2116 count at the ends of that.
func (s *series) add(first, last int64, amount uint64) {
	if amount == 0 {
		return
	}
	first = min(max(first, 0), maxTime)
	last = min(max(last, first), maxTime)
	for last/widths[s.width]-first/widths[s.width] >= int64(s.limit) && s.width < len(widths)-1 {
		s.widen()
	}
	w := widths[s.width]
	length := uint64(last-first) + 1
	done := uint64(0)
	for at := first / w; done < amount; at++ {
		part := amount
		if end := (at + 1) * w; end <= last {
			high, low := bits.Mul64(amount, uint64(end-first))
			part, _ = bits.Div64(high, low, length) // below amount, as end-first is below length
		}
		s.put(at, part-done)
		done = part
	}
	for len(s.steps) > s.limit && s.width < len(widths)-1 {
		s.widen()
	}
}

// maxTime is in 2116: the end of any step up to there fits 64 bits.
const maxTime = 1 << 62

// put adds to a step. Most are at the end, since flows are nearly in order.
func (s *series) put(at int64, amount uint64) {
	if amount == 0 {
		return
	}
	i := len(s.steps)
	if i > 0 && at <= s.steps[i-1].at {
		var ok bool
		i, ok = slices.BinarySearchFunc(s.steps, at, func(a step, at int64) int {
			switch {
			case a.at < at:
				return -1
			case a.at > at:
				return 1
			}
			return 0
		})
		if ok {
			s.steps[i].amount += amount
			return
		}
	}
	s.steps = slices.Insert(s.steps, i, step{at, amount})
}

// widen puts steps together.
func (s *series) widen() {
	times := widths[s.width+1] / widths[s.width]
	s.width++
	old := s.steps
	s.steps = old[:0]
	for _, t := range old {
		at := t.at / times
		if n := len(s.steps); n > 0 && s.steps[n-1].at == at {
			s.steps[n-1].amount += t.amount
		} else {
			s.steps = append(s.steps, step{at, t.amount})
		}
	}
}

// widenTo puts steps together until they have a width.
func (s *series) widenTo(width int) {
	for s.width < width {
		s.widen()
	}
}

// span is the range of steps, by their number.
func (s *series) span() (first, last int64, ok bool) {
	if len(s.steps) == 0 {
		return 0, 0, false
	}
	return s.steps[0].at, s.steps[len(s.steps)-1].at, true
}

// values returns the amounts of n steps from first on.
func (s *series) values(first int64, n int) []float64 {
	list := make([]float64, n)
	for _, t := range s.steps {
		if i := t.at - first; i >= 0 && i < int64(n) {
			list[i] += float64(t.amount)
		}
	}
	return list
}
