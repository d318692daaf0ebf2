package flow

import (
	"math"

	"joy/query/value"
)

// nanos are the nanoseconds of the digits behind the point.
var nanos = [...]int64{1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1}

// maxSeconds is what 64 bits of nanoseconds hold.
const maxSeconds = math.MaxInt64 / 1_000_000_000

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// Time reads seconds since 1970 as nanoseconds, without the rounding of a float
// as far as there are nine digits behind the point. False is for what is no
// time, or out of the range of 64 bits (the year 2262).
func Time(v value.Value) (ns int64, ok bool) {
	if v.Kind() != value.Number {
		return 0, false
	}
	digits, sign := v, int64(1)
	if digits[0] == '-' {
		digits, sign = digits[1:], -1
	}
	i, seconds := 0, int64(0)
	for ; i < len(digits) && isDigit(digits[i]); i++ {
		if seconds = seconds*10 + int64(digits[i]-'0'); seconds >= maxSeconds {
			return 0, false
		}
	}
	ns = seconds * 1e9
	if i < len(digits) && digits[i] == '.' {
		i++
		for k := 0; i < len(digits) && isDigit(digits[i]); i, k = i+1, k+1 {
			if k < len(nanos) {
				ns += int64(digits[i]-'0') * nanos[k]
			}
		}
	}
	if i < len(digits) {
		return exponent(v)
	}
	return sign * ns, true
}

// exponent reads a time in the notation with an exponent, which joy does not
// write.
func exponent(v value.Value) (int64, bool) {
	n, ok := v.Num()
	if !ok || math.Abs(n.Float) >= maxSeconds {
		return 0, false
	}
	return int64(math.Round(n.Float * 1e9)), true
}
