package value

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
)

// What keys begin with: null before booleans, numbers, strings, arrays and
// objects.
const (
	keyEnd = iota
	keyNull
	keyFalse
	keyTrue
	keyNumber
	keyString
	keyArray
	keyObject
)

// AppendKey writes a key of v: keys of equal values are equal, whatever the order
// of their members, and however numbers and strings are written. Keys are in the
// order of what they stand for: numbers by size, strings by bytes.
func (v Value) AppendKey(b []byte) []byte {
	switch v.Kind() {
	case Null:
		return append(b, keyNull)
	case False:
		return append(b, keyFalse)
	case True:
		return append(b, keyTrue)
	case Number:
		return appendNumberKey(append(b, keyNumber), v)
	case String:
		return appendStringKey(append(b, keyString), unquote(v))
	case Array:
		b = append(b, keyArray)
		for item := range v.Items() {
			b = item.AppendKey(b)
		}
	case Object:
		b = append(b, keyObject)
		for _, m := range sorted(v) {
			b = appendStringKey(append(b, keyString), m.Name)
			b = m.Value.AppendKey(b)
		}
	}
	return append(b, keyEnd)
}

// sorted returns the members of an object by name; of several with one name, the
// last.
func sorted(v Value) []Member {
	var list []Member
	for name, v := range v.Members() {
		list = append(list, Member{name, v})
	}
	slices.Reverse(list)
	slices.SortStableFunc(list, func(a, b Member) int { return bytes.Compare(a.Name, b.Name) })
	return slices.CompactFunc(list, func(a, b Member) bool { return bytes.Equal(a.Name, b.Name) })
}

// exact is up to where floats hold each integer.
const exact = 1 << 53

// appendNumberKey writes a float so that its bytes have the order of numbers, and
// behind it the text of integers that no float holds.
func appendNumberKey(b []byte, v Value) []byte {
	n, _ := v.Num()
	if n.Float == 0 {
		n.Float = 0 // and not -0
	}
	bits := math.Float64bits(n.Float)
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	b = binary.BigEndian.AppendUint64(b, bits)
	if math.Abs(n.Float) >= exact && !bytes.ContainsAny(v, ".eE") {
		b = append(b, v...)
	}
	return append(b, keyEnd)
}

// appendStringKey writes a string so that none is the beginning of another.
func appendStringKey(b, s []byte) []byte {
	for _, c := range s {
		if b = append(b, c); c == 0 {
			b = append(b, 0xff)
		}
	}
	return append(b, 0, keyNull)
}
