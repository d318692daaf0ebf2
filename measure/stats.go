package measure

import (
	"math"
	"math/bits"
)

// Stats sums up, for each direction, the lengths of the IP packets and the
// times between them.
type Stats struct {
	side [2]sideStats
}

type sideStats struct {
	lengths tally
	gaps    tally
	last    int64 // time of the latest packet
}

// Moments sum up a list of numbers; all are 0 for an empty one.
type Moments struct {
	N    uint64
	Min  float64
	Mean float64 // arithmetic mean
	Std  float64 // standard deviation of the sample (n-1); 0 for one number
	Max  float64
}

// Add counts a packet that side dir sent at time (nanoseconds since 1970),
// with the length of the IP packet in bytes on the wire, header included.
func (s *Stats) Add(dir int, time int64, length uint32) {
	d := &s.side[dir]
	if d.lengths.n > 0 {
		d.gaps.add(gap(d.last, time))
	}
	d.last = time
	d.lengths.add(uint64(length))
}

// gap is the time from a to b in nanoseconds. Captures can go backwards: that
// counts as 0.
func gap(a, b int64) uint64 {
	if b <= a {
		return 0
	}
	return uint64(b) - uint64(a)
}

// Lengths are the moments of the IP packet lengths of a direction, in bytes.
func (s *Stats) Lengths(dir int) Moments { return s.side[dir].lengths.moments() }

// Gaps are the moments of the times between consecutive packets of the same
// direction, in nanoseconds. They are one less than the packets; a packet with
// an earlier time than the one before it counts as 0 after it.
func (s *Stats) Gaps(dir int) Moments { return s.side[dir].gaps.moments() }

// Reset forgets everything.
func (s *Stats) Reset() { *s = Stats{} }

// A tally sums up numbers exactly, so that neither their order nor their size
// loses digits: the sum of the squares has 128 bits. Both sums stop at their
// largest value; times in a capture that does not jump to and fro cannot reach
// it.
type tally struct {
	n, min, max uint64
	sum         uint64
	sqHi, sqLo  uint64
}

func (t *tally) add(v uint64) {
	if t.n == 0 || v < t.min {
		t.min = v
	}
	t.max = max(t.max, v)
	t.n++
	sum, over := bits.Add64(t.sum, v, 0)
	if over != 0 {
		sum = math.MaxUint64
	}
	t.sum = sum
	t.addSquare(bits.Mul64(v, v))
}

func (t *tally) addSquare(hi, lo uint64) {
	lo, over := bits.Add64(t.sqLo, lo, 0)
	hi, over = bits.Add64(t.sqHi, hi, over)
	if over != 0 {
		hi, lo = math.MaxUint64, math.MaxUint64
	}
	t.sqHi, t.sqLo = hi, lo
}

func (t *tally) moments() Moments {
	return Moments{N: t.n, Min: float64(t.min), Mean: t.mean(), Std: t.std(), Max: float64(t.max)}
}

func (t *tally) mean() float64 {
	if t.n == 0 {
		return 0
	}
	return float64(t.sum) / float64(t.n)
}

// std is the square root of (sum of squares - sum*sum/n) / (n-1). The
// difference is taken between integers, so that digits cannot cancel.
func (t *tally) std() float64 {
	if t.n < 2 {
		return 0
	}
	hi, lo := bits.Mul64(t.sum, t.sum)
	qHi, rest := hi/t.n, hi%t.n
	qLo, rest := bits.Div64(rest, lo, t.n)
	dLo, borrow := bits.Sub64(t.sqLo, qLo, 0)
	dHi, borrow := bits.Sub64(t.sqHi, qHi, borrow)
	if borrow != 0 {
		return 0
	}
	d := math.Ldexp(float64(dHi), 64) + float64(dLo) - float64(rest)/float64(t.n)
	return math.Sqrt(max(d, 0) / float64(t.n-1))
}
