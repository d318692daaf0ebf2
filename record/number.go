package record

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strconv"
)

// powers are the powers of ten that the fast paths scale with. They are exact.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12}

const (
	// maxScaled bounds what is rounded as an integer: below it the product of
	// a number and a power of ten is wrong by 1/16384 at most.
	maxScaled = 1 << 40
	// tie is how far from a half such a product has to be for its rounding to
	// be certain.
	tie = 1.0 / 1024
)

// appendFixed appends x with a number of decimals, at most 9: the digits of
// printf's %.<decimals>f. Most numbers take the fast path, in a third of the
// time that strconv takes (BenchmarkFloat).
func appendFixed(b []byte, x float64, decimals int) []byte {
	n, ok := scale(math.Abs(x), decimals)
	if !ok {
		return appendSlow(b, x, 'f', decimals)
	}
	if math.Signbit(x) {
		b = append(b, '-')
	}
	return appendDecimal(b, n, decimals)
}

// appendSignificant appends x with a number of significant digits, at most 9:
// the digits of printf's %.<digits>g.
func appendSignificant(b []byte, x float64, digits int) []byte {
	abs := math.Abs(x)
	if !(abs < powers[digits]) || abs < 1e-4 && abs != 0 {
		return appendSlow(b, x, 'g', digits)
	}
	decimals := 0
	if whole := float64(uint64(abs)); whole != abs {
		decimals = digits + 3
		if abs >= 1 {
			decimals = digits - 1
		}
		for abs*powers[decimals] >= powers[digits] {
			decimals--
		}
	}
	n, ok := scale(abs, decimals)
	if !ok || float64(n) >= powers[digits] {
		return appendSlow(b, x, 'g', digits)
	}
	for decimals > 0 && n%10 == 0 {
		n /= 10
		decimals--
	}
	if math.Signbit(x) {
		b = append(b, '-')
	}
	return appendDecimal(b, n, decimals)
}

// scale returns the integer nearest to x times a power of ten. It reports false
// where it would have to know more digits, or x is too large or no number.
func scale(x float64, decimals int) (n uint64, ok bool) {
	s := x * powers[decimals]
	if !(s < maxScaled) {
		return 0, false
	}
	n = uint64(s)
	rest := s - float64(n)
	if rest > 0.5 {
		n++
	}
	return n, math.Abs(rest-0.5) > tie
}

// appendDecimal appends n with the decimal point before its last digits.
func appendDecimal(b []byte, n uint64, decimals int) []byte {
	switch decimals { // those of most numbers in half of the time (BenchmarkFloat)
	case 0:
		return appendUint(b, n)
	case 3:
		return appendThree(append(appendUint(b, n/1e3), '.'), n%1e3)
	case 6:
		b = appendThree(append(appendUint(b, n/1e6), '.'), n/1e3%1e3)
		return appendThree(b, n%1e3)
	}
	size := max(countDigits(n), decimals+1) + 1
	b = slices.Grow(b, size)
	end := len(b) + size
	b = b[:end]
	for range decimals {
		end--
		b[end] = byte('0' + n%10)
		n /= 10
	}
	end--
	b[end] = '.'
	putDigits(b[:end], n)
	return b
}

// appendUint is strconv.AppendUint in half of the time (BenchmarkUint): it
// takes three digits at once from a table, and writes a fourth byte for the
// next ones to overwrite.
func appendUint(b []byte, v uint64) []byte {
	switch {
	case v < 1e3:
		return appendFirst(b, v)
	case v < 1e6:
		return appendThree(appendFirst(b, v/1e3), v%1e3)
	case v < 1e9:
		b = appendThree(appendFirst(b, v/1e6), v/1e3%1e3)
		return appendThree(b, v%1e3)
	}
	b = appendUint(b, v/1e9)
	b = appendThree(b, v/1e6%1e3)
	b = appendThree(b, v/1e3%1e3)
	return appendThree(b, v%1e3)
}

// appendFirst appends v, which is below 1000.
func appendFirst(b []byte, v uint64) []byte {
	n := 3
	if v < 100 {
		n = 2
		if v < 10 {
			n = 1
		}
	}
	b = binary.LittleEndian.AppendUint32(b, threes[v]>>(24-8*n))
	return b[:len(b)-4+n]
}

// appendThree appends all three digits of v, which is below 1000.
func appendThree(b []byte, v uint64) []byte {
	b = binary.LittleEndian.AppendUint32(b, threes[v])
	return b[:len(b)-1]
}

// threes are the texts of 000 to 999, the first digit in the lowest byte.
var threes = makeThrees()

func makeThrees() (t [1000]uint32) {
	for v := range uint32(len(t)) {
		t[v] = '0' + v/100 | ('0'+v/10%10)<<8 | ('0'+v%10)<<16
	}
	return t
}

func appendInt(b []byte, v int64) []byte {
	if v < 0 {
		return appendUint(append(b, '-'), -uint64(v))
	}
	return appendUint(b, uint64(v))
}

// maxUint is the number of digits of the largest uint64.
const maxUint = 20

// putDigits writes the digits of v to the end of b.
func putDigits(b []byte, v uint64) {
	end := len(b)
	for v >= 10 {
		end--
		b[end] = byte('0' + v%10)
		v /= 10
	}
	b[end-1] = byte('0' + v)
}

// countDigits is the number of digits of v; 1233/4096 is just above log10(2).
func countDigits(v uint64) int {
	n := bits.Len64(v) * 1233 >> 12
	if v >= tens[n] {
		n++
	}
	return n
}

// tens are powers of ten, but for the first: it is 0 because 0 has a digit.
var tens = [maxUint]uint64{0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// appendSlow appends any float. JSON has no word for what is not finite but null.
func appendSlow(b []byte, x float64, verb byte, precision int) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, x, verb, precision, 64)
}

// appendBytes appends bytes as a JSON array of numbers. It copies texts that
// were made before, in a fifth of the time that strconv takes
// (BenchmarkBytes).
func appendBytes(b, v []byte) []byte {
	b = append(b, '[')
	if len(v) == 0 {
		return append(b, ']')
	}
	b = slices.Grow(b, len(v)*len(short{}.text))
	n := len(b)
	b = b[:cap(b)]
	for _, c := range v {
		s := &shorts[c]
		copy(b[n:n+len(s.text)], s.text[:])
		n += int(s.n)
	}
	b[n-1] = ']'
	return b[:n]
}

// A short is the text of a number below 256 and a comma.
type short struct {
	text [4]byte
	n    uint8
}

var shorts = makeShorts()

func makeShorts() (t [256]short) {
	for v := range t {
		t[v].n = uint8(copy(t[v].text[:], strconv.Itoa(v)+","))
	}
	return t
}
