// Package part takes apart what several formats want of flow records: transactions of
// DNS and of HTTP, and certificates.
package part

import (
	"bytes"

	"joy/query/value"
)

// Str is the text of a string, nil for other values.
func Str(v value.Value) []byte {
	if v.Kind() != value.String {
		return nil
	}
	return v.Text()
}

// Integer is a number that is a count.
func Integer(v value.Value) (uint64, bool) {
	n, ok := v.Num()
	return uint64(n.Int), ok && n.IsInt && n.Int >= 0
}

// Members finds several members of an object in one pass: those of names, in their
// order.
func Members(v value.Value, found []value.Value, names ...string) {
	clear(found)
	for name, m := range v.Members() {
		for i, n := range names {
			if string(name) == n {
				found[i] = m
			}
		}
	}
}

// Float is a number.
func Float(v value.Value) (float64, bool) {
	n, ok := v.Num()
	return n.Float, ok
}

// FirstText is the first element of a list, if that is a text.
func FirstText(list value.Value) []byte {
	for v := range list.Items() {
		return Str(v)
	}
	return nil
}

// Upper is a text in capitals, nil for none.
func Upper(text []byte) []byte {
	if text == nil {
		return nil
	}
	return bytes.ToUpper(text)
}
