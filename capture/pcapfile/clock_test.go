package pcapfile

import (
	"math"
	exact "math/big"
	"testing"
)

func TestClock(t *testing.T) {
	const all = math.MaxUint64
	for name, c := range map[string]struct {
		resolution uint8
		offset     int64
		stamp      uint64
		want       int64
	}{
		"microseconds":         {6, 0, 1_500_000, 1_500_000_000},
		"nanoseconds":          {9, 0, 1_500_000, 1_500_000},
		"seconds":              {0, 0, 3, 3 * second},
		"picoseconds":          {12, 0, 1_999, 1},
		"the finest":           {127, 0, all, 0},
		"10^-28":               {28, 0, all, 1},
		"10^-29":               {29, 0, all, 0},
		"2^0":                  {0x80, 0, 3, 3 * second},
		"2^-1":                 {0x81, 0, 3, 1_500_000_000},
		"2^-32":                {0xa0, 0, 1<<32 + 1<<31, 1_500_000_000},
		"2^-63":                {0xbf, 0, 1 << 62, 500_000_000},
		"2^-64":                {0xc0, 0, 1 << 63, 500_000_000},
		"2^-127":               {0xff, 0, all, 0},
		"offset":               {6, 10, 1_500_000, 11_500_000_000},
		"offset before":        {6, -1, 1_500_000, 500_000_000},
		"before 1970":          {6, -2, 1_500_000, 0},
		"the last":             {9, 0, latest, latest},
		"too late":             {9, 0, latest + 1, latest},
		"too late for int64":   {9, 0, 1 << 63, latest},
		"too late for 64 bits": {0, 0, all, latest},
		"too late, in bits":    {0x81, 0, all, latest},
		"late by the offset":   {9, latest / second, 1, latest},
		"offset of no bound":   {9, math.MaxInt64, 0, latest},
		"offset of all before": {9, math.MinInt64, latest, 0},
	} {
		clock := newClock(c.resolution, c.offset)
		if got := clock.nanos(c.stamp); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// Every resolution gives what exact arithmetic does.
func TestClockExactly(t *testing.T) {
	for r := range 256 {
		resolution := uint8(r)
		base := exact.NewInt(10)
		if resolution&0x80 != 0 {
			base.SetInt64(2)
		}
		units := new(exact.Int).Exp(base, exact.NewInt(int64(resolution&0x7f)), nil)
		clock := newClock(resolution, 0)
		for bit := range 64 {
			for _, stamp := range []uint64{1 << bit, 1<<bit - 1, 3 << bit} {
				want := new(exact.Int).SetUint64(stamp)
				want.Mul(want, exact.NewInt(second)).Div(want, units)
				if want.Cmp(exact.NewInt(latest)) > 0 {
					want.SetInt64(latest)
				}
				if got := clock.nanos(stamp); got != want.Int64() {
					t.Fatalf("resolution %#x, stamp %d: %d, want %d", resolution, stamp, got, want)
				}
			}
		}
	}
}
