package parquet

import (
	"bytes"
	"slices"
	"strconv"

	"joy/query/value"
)

// restore puts the values of the column extra back into the line of their record.
// What is no JSON, or names a place that is not there, is left out.
func restore(line, extra []byte) []byte {
	if !value.Valid(extra) || len(extra) == 0 || extra[0] != '{' {
		return line
	}
	for m := range members(extra) {
		pointer := value.Unquote(m.name)
		if len(pointer) > 0 && pointer[0] == '/' && len(line)+len(m.value)+len(pointer) < maxText {
			line = insert(line, bytes.Split(pointer[1:], []byte{'/'}), m.value)
		}
	}
	return line
}

// insert puts a value where a JSON Pointer leads to: in the place of null, or at the
// end of an object.
func insert(line []byte, tokens [][]byte, v []byte) []byte {
	start, end := 0, len(line)
	for i, token := range tokens {
		token = bytes.ReplaceAll(bytes.ReplaceAll(token, []byte("~1"), []byte("/")), []byte("~0"), []byte("~"))
		at, to := find(line[start:end], token)
		last := i == len(tokens)-1
		switch {
		case last && at >= 0 && string(line[start+at:start+to]) == "null":
			return slices.Replace(line, start+at, start+to, v...)
		case last && line[start] == '{':
			m := []byte{','}
			if end-start == len("{}") {
				m = m[:0]
			}
			m = append(append(appendText(m, token), ':'), v...)
			return slices.Insert(line, end-1, m...)
		case at < 0:
			return line
		}
		start, end = start+at, start+to
	}
	return line
}

// find returns where a member of an object or an element of an array is, -1 for
// nowhere.
func find(v, token []byte) (at, end int) {
	switch v[0] {
	case '{':
		for m := range members(v) {
			if string(value.Unquote(m.name)) == string(token) {
				return m.at, m.at + len(m.value)
			}
		}
	case '[':
		n, err := strconv.Atoi(string(token))
		for i := 1; err == nil && i < len(v) && v[i] != ']'; n-- {
			end := value.End(v, i)
			if n == 0 {
				return i, end
			}
			i = end + 1 // behind the comma
		}
	}
	return -1, -1
}
