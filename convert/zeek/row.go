package zeek

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"

	"joy/feature"
)

// A row writes the fields of one line in order.
type row struct {
	b      []byte
	fields []Field
	n      int // of the next field
	json   bool
	some   bool // a member has been written
}

func (r *row) begin(b []byte, l *Log, json bool) {
	*r = row{b: b, fields: l.Fields, json: json}
	if json {
		r.b = append(r.b, '{')
	}
}

func (r *row) end() []byte {
	if r.json {
		r.b = append(r.b, '}')
	}
	return append(r.b, '\n')
}

// next begins a field that has a value.
func (r *row) next() {
	if r.json {
		if r.some {
			r.b = append(r.b, ',')
		}
		r.some = true
		r.b = append(append(append(r.b, '"'), r.fields[r.n].Name...), '"', ':')
	} else if r.n > 0 {
		r.b = append(r.b, '\t')
	}
	r.n++
}

// unset writes a field that has no value.
func (r *row) unset() {
	if r.json {
		r.n++
		return
	}
	r.next()
	r.b = append(r.b, '-')
}

// skip writes fields without values.
func (r *row) skip(n int) {
	for range n {
		r.unset()
	}
}

// text writes a string; nil is none.
func (r *row) text(s []byte) {
	if s == nil {
		r.unset()
		return
	}
	r.next()
	if r.json {
		r.b = feature.AppendString(r.b, s)
		return
	}
	switch string(s) {
	case "":
		r.b = append(r.b, "(empty)"...)
	case "-":
		r.b = append(r.b, `\x2d`...)
	case "(empty)":
		r.b = append(r.b, `\x28empty)`...)
	default:
		r.b = appendEscaped(r.b, s, false)
	}
}

// name writes a string of ours; "" is none.
func (r *row) name(s string) {
	if s == "" {
		r.unset()
		return
	}
	r.text([]byte(s))
}

// list writes a vector or a set of strings; nil is none.
func (r *row) list(items [][]byte) {
	if items == nil {
		r.unset()
		return
	}
	r.elements(len(items), func(i int) {
		if r.json {
			r.b = feature.AppendString(r.b, items[i])
		} else {
			r.item(items[i])
		}
	})
}

// elements writes a vector or a set of n elements, which element writes one by one.
func (r *row) elements(n int, element func(i int)) {
	r.next()
	if r.json {
		r.b = append(r.b, '[')
	}
	for i := range n {
		if i > 0 {
			r.b = append(r.b, ',')
		}
		element(i)
	}
	switch {
	case r.json:
		r.b = append(r.b, ']')
	case n == 0:
		r.b = append(r.b, "(empty)"...)
	}
}

// item writes an element of a set or vector, which must not look like what is not
// set or empty.
func (r *row) item(s []byte) {
	switch string(s) {
	case "":
	case "-":
		r.b = append(r.b, `\x2d`...)
	case "(empty)":
		r.b = append(r.b, `\x28empty)`...)
	default:
		r.b = appendEscaped(r.b, s, true)
	}
}

// intervals writes a vector of seconds.
func (r *row) intervals(list []float64) {
	if list == nil {
		r.unset()
		return
	}
	r.elements(len(list), func(i int) { r.b = strconv.AppendFloat(r.b, list[i], 'f', 6, 64) })
}

func (r *row) count(n uint64) {
	r.next()
	r.b = strconv.AppendUint(r.b, n, 10)
}

// number writes a count, if there is one.
func (r *row) number(n uint64, is bool) {
	if !is {
		r.unset()
		return
	}
	r.count(n)
}

func (r *row) bool(is bool) {
	r.next()
	switch {
	case r.json:
		r.b = strconv.AppendBool(r.b, is)
	case is:
		r.b = append(r.b, 'T')
	default:
		r.b = append(r.b, 'F')
	}
}

// time writes nanoseconds, of a point in time or of an interval, as seconds with six
// decimals.
func (r *row) time(ns int64) {
	r.next()
	r.b = appendSeconds(r.b, ns)
}

func appendSeconds(b []byte, ns int64) []byte {
	us := ns / 1000
	if us < 0 {
		b = append(b, '-')
		us = -us
	}
	if us < 0 { // the least number has no opposite
		us = math.MaxInt64
	}
	b = strconv.AppendInt(b, us/1e6, 10)
	b = append(b, '.')
	const decimals = 1e6
	fraction := strconv.AppendInt(nil, decimals+us%1e6, 10) // with a 1 before
	return append(b, fraction[1:]...)
}

// appendEscaped writes a text as Zeek's writer of ASCII does: what is not printable,
// and what parts fields, is \xHH; a backslash is two. In a set or vector commas are
// escaped, too. UTF-8 stays as it is, but for control characters and ends of lines.
func appendEscaped(b, s []byte, inSet bool) []byte {
	if plain(s, inSet) {
		return append(b, s...)
	}
	for len(s) > 0 {
		c, n := utf8.DecodeRune(s)
		switch {
		case c == '\\':
			b = append(b, `\\`...)
		case c == utf8.RuneError && n == 1, c < ' ', c >= 0x7f && c < 0xa0, c == 0x2028, c == 0x2029, c == ',' && inSet:
			for _, x := range s[:n] {
				b = appendByte(b, x)
			}
		default:
			b = append(b, s[:n]...)
		}
		s = s[n:]
	}
	return b
}

func plain(s []byte, inSet bool) bool {
	for _, c := range s {
		if c < ' ' || c >= 0x7f || c == '\\' {
			return false
		}
	}
	return !inSet || bytes.IndexByte(s, ',') < 0
}

func appendByte(b []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'x', digits[c>>4], digits[c&15])
}
