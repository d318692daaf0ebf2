package pcapfile

import (
	"math"
	"math/bits"
)

const (
	second = 1_000_000_000 // nanoseconds
	// latest is the last time that there is: a whole second, and one before
	// int64 ends.
	latest = (math.MaxInt64/second - 1) * second
)

// A clock turns the time stamps of an interface into nanoseconds.
type clock struct {
	drop     uint8 // low bits to ignore
	mul, div uint64
	offset   int64 // nanoseconds, between -latest and latest
}

// newClock makes the clock of if_tsresol and if_tsoffset
// (draft-ietf-opsawg-pcapng, section 4.2).
func newClock(resolution uint8, offset int64) clock {
	const binary = 0x80
	c := clock{mul: second, div: 1}
	n := resolution &^ binary
	switch {
	case resolution&binary != 0:
		c.drop = n - min(n, 63)
		c.div = 1 << (n - c.drop)
	case n <= 9:
		c.mul = power10(9 - n)
	case n <= 28:
		c.mul, c.div = 1, power10(n-9)
	default: // a full stamp is less than a nanosecond
		c.mul = 0
	}
	const most = latest / second
	c.offset = min(max(offset, -most), most) * second
	return c
}

func power10(n uint8) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// nanos returns the time of a stamp, from 0 to latest.
func (c *clock) nanos(stamp uint64) int64 {
	hi, lo := bits.Mul64(stamp>>c.drop, c.mul)
	switch {
	case hi >= c.div:
		lo = latest // far too late
	case c.div > 1:
		lo, _ = bits.Div64(hi, lo, c.div)
	}
	t := int64(min(lo, latest))
	if c.offset > latest-t {
		return latest
	}
	return max(t+c.offset, 0)
}
