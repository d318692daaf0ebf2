package ike

import (
	"strconv"

	"joy/feature"
)

// What follows appends JSON to a buffer. A value or key puts a comma before
// itself unless it is the first one: the byte before it tells.

func comma(b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	switch b[len(b)-1] {
	case '{', '[', ':', ',':
		return b
	}
	return append(b, ',')
}

// open begins an object or an array.
func open(b []byte, bracket byte) []byte { return append(comma(b), bracket) }

func key(b []byte, k string) []byte {
	b = append(comma(b), '"')
	b = append(b, k...)
	return append(b, '"', ':')
}

// appendString appends a string from our own tables.
func appendString(b []byte, s string) []byte {
	return feature.AppendString(comma(b), s)
}

func nameMember(b []byte, k, v string) []byte { return appendString(key(b, k), v) }

func hexMember(b []byte, k string, v []byte) []byte { return feature.Hex(v).AppendJSON(key(b, k)) }

func numberMember(b []byte, k string, v uint64) []byte { return strconv.AppendUint(key(b, k), v, 10) }

func flagMember(b []byte, k string) []byte { return append(key(b, k), "true"...) }

// appendName appends the name of a number, or its hexadecimal digits.
func appendName(b []byte, of names, v uint64, digits int) []byte {
	if v <= 0xffff && of[uint16(v)] != "" {
		return appendString(b, of[uint16(v)])
	}
	b = append(comma(b), '"')
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		b = append(b, "0123456789abcdef"[v>>shift&15])
	}
	return append(b, '"')
}

// named appends {"<name>":"<hex>"}, without the braces, or for a number without
// a name {"<number>":n,"data":"<hex>"}.
func named(b []byte, of names, number string, v uint16, data []byte) []byte {
	if of[v] != "" {
		return hexMember(b, of[v], data)
	}
	return hexMember(numberMember(b, number, uint64(v)), "data", data)
}
