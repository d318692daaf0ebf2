package parquet

import (
	"bytes"
	"unicode/utf8"

	"joy/feature"
)

// appendText appends a text as a JSON string, as records have it. What stands for
// bytes that are not UTF-8 (U+F780 to U+F7FF, see docs/fields.md) is in the columns
// as a JSON parser reads it, and becomes the escape again that it was.
func appendText(b, s []byte) []byte {
	i := strayAt(s)
	if i < 0 {
		return feature.AppendString(b, s)
	}
	b = append(b, '"')
	for ; i >= 0; i = strayAt(s) {
		b = appendInner(b, s[:i])
		r, n := utf8.DecodeRune(s[i:])
		b = append(b, '\\', 'u', 'f', '7', hexDigits[r>>4&15], hexDigits[r&15])
		s = s[i+n:]
	}
	return append(appendInner(b, s), '"')
}

const hexDigits = "0123456789abcdef"

// appendInner appends a text without quotes.
func appendInner(b, s []byte) []byte {
	at := len(b)
	b = feature.AppendString(b, s)
	return append(b[:at], b[at+1:len(b)-1]...)
}

// strayAt is where the first of the characters U+F700 to U+F7FF is, -1 for nowhere.
func strayAt(s []byte) int {
	for at := 0; ; at++ {
		i := bytes.IndexByte(s[at:], 0xef)
		if i < 0 {
			return -1
		}
		at += i
		if r, _ := utf8.DecodeRune(s[at:]); r&^0xff == 0xf700 {
			return at
		}
	}
}
