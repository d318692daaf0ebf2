package value

import (
	"math"
	"strconv"
)

// A Num is a number: an integer where it is one of 64 bits, else the nearest
// float, which is infinite for what is out of range.
type Num struct {
	Int   int64
	Float float64
	IsInt bool
}

// maxDigits of an integer surely fit 64 bits.
const maxDigits = 18

// ParseNum reads a number as JSON writes it, with zeros in front and a plus sign
// allowed; not "inf", "nan", "0x1" and "1_000", which JSON does not know.
func ParseNum(text []byte) (Num, bool) {
	digits := text
	if len(digits) > 0 && (digits[0] == '-' || digits[0] == '+') {
		digits = digits[1:]
	}
	var n int64
	for _, c := range digits {
		switch {
		case '0' <= c && c <= '9':
			if len(digits) <= maxDigits {
				n = n*10 + int64(c-'0')
			}
		case c == '.' || c == 'e' || c == 'E' || c == '-' || c == '+':
			return parseFloat(text)
		default:
			return Num{}, false
		}
	}
	switch {
	case len(digits) == 0:
		return Num{}, false
	case len(digits) > maxDigits:
		if i, err := strconv.ParseInt(string(text), 10, 64); err == nil {
			return Num{Int: i, Float: float64(i), IsInt: true}, true
		}
		return parseFloat(text)
	case text[0] == '-':
		n = -n
	}
	return Num{Int: n, Float: float64(n), IsInt: true}, true
}

func parseFloat(text []byte) (Num, bool) {
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil && !math.IsInf(f, 0) {
		return Num{}, false
	}
	return Num{Float: f}, true
}

// Num returns a number, and false for other values.
func (v Value) Num() (Num, bool) {
	if v.Kind() != Number {
		return Num{}, false
	}
	return ParseNum(v)
}

// Compare orders numbers: -1, 0 or 1.
func (n Num) Compare(m Num) int {
	switch {
	case n.IsInt && m.IsInt && n.Int < m.Int, n.IsInt != m.IsInt && n.Float < m.Float, !n.IsInt && !m.IsInt && n.Float < m.Float:
		return -1
	case n.IsInt && m.IsInt && n.Int == m.Int, n.IsInt != m.IsInt && n.Float == m.Float, !n.IsInt && !m.IsInt && n.Float == m.Float:
		return 0
	}
	return 1
}

// Plus adds numbers; integers stay integers while 64 bits hold them.
func (n Num) Plus(m Num) Num {
	if n.IsInt && m.IsInt {
		if sum := n.Int + m.Int; (sum > n.Int) == (m.Int > 0) {
			return Num{Int: sum, Float: float64(sum), IsInt: true}
		}
	}
	return Num{Float: n.Float + m.Float}
}

// Append writes a number as JSON: floats in the shortest form that reads back the
// same, as Python does.
func (n Num) Append(b []byte) []byte {
	switch {
	case n.IsInt:
		return strconv.AppendInt(b, n.Int, 10)
	case math.IsInf(n.Float, 0) || math.IsNaN(n.Float):
		return append(b, "null"...)
	case n.Float == math.Trunc(n.Float) && math.Abs(n.Float) < 1e16:
		return strconv.AppendFloat(b, n.Float, 'f', 1, 64)
	}
	if a := math.Abs(n.Float); a >= 1e-4 && a < 1e16 {
		return strconv.AppendFloat(b, n.Float, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, n.Float, 'g', -1, 64)
}
