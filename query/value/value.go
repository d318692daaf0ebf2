// Package value holds the values of flow files as the JSON text that they came
// in: nothing is taken apart that nobody asks for, the order of keys and the
// digits of numbers stay.
package value

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math/bits"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth bounds how deep arrays and objects may stand in each other. Flow
// records have less than ten.
const MaxDepth = 100

// A Value is the text of one JSON value, found valid by Object.Parse, without
// blanks around it; nil where there is none. It borrows the line that it is of.
type Value []byte

// A Kind is the first byte of a value, '0' for all numbers.
type Kind byte

// The kinds of JSON.
const (
	None   Kind = 0
	Null   Kind = 'n'
	False  Kind = 'f'
	True   Kind = 't'
	Number Kind = '0'
	String Kind = '"'
	Object Kind = '{'
	Array  Kind = '['
)

// Kind returns what v is.
func (v Value) Kind() Kind {
	if len(v) == 0 {
		return None
	}
	if c := v[0]; c == '-' || '0' <= c && c <= '9' {
		return Number
	}
	return Kind(v[0])
}

// blank reports whether c is a blank of JSON.
func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// skipBlanks returns where the next other byte is.
func skipBlanks(b []byte, i int) int {
	for i < len(b) && blank(b[i]) {
		i++
	}
	return i
}

// short is how long most strings of flow records are at most: calling IndexByte
// for them takes longer than looking (BenchmarkParse).
const short = 16

// skipString returns the end of the string that begins at i.
func skipString(b []byte, i int) int {
	i++
	for end := i + short; i < end && len(b)-i >= 8; i += 8 {
		if n := quote(binary.LittleEndian.Uint64(b[i:])); n < 8 {
			if i += n; b[i] == '"' {
				return i + 1
			}
			break
		}
	}
	return skipLong(b, i)
}

// quote is the place of the first quote or backslash in eight bytes, 8 for none.
func quote(x uint64) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	q, s := x^ones*'"', x^ones*'\\'
	return bits.TrailingZeros64(((q-ones)&^q|(s-ones)&^s)&highs) / 8
}

// skipLong returns the end of the string that i is in, not behind a backslash.
func skipLong(b []byte, i int) int {
	for {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return len(b)
		}
		end := i + n
		slashes := 0
		for end-slashes > i && b[end-slashes-1] == '\\' {
			slashes++
		}
		i = end + 1
		if slashes%2 == 0 {
			return i
		}
	}
}

// skip returns the end of the value that begins at i. The text is valid.
func skip(b []byte, i int) (end int) {
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
	default:
		for i < len(b) && b[i] != ',' && b[i] != ']' && b[i] != '}' && !blank(b[i]) {
			i++
		}
		return i
	}
	level := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = skipString(b, i)
			continue
		case '{', '[':
			level++
		case '}', ']':
			if level--; level == 0 {
				return i + 1
			}
		}
		i++
	}
	return i
}

// members calls yield for the members of the object b: their names as they are
// written, quotes included.
func members(b []byte, yield func(name []byte, v Value) bool) {
	for i := skipBlanks(b, 1); i < len(b) && b[i] == '"'; {
		end := skipString(b, i)
		name := b[i:end]
		i = skipBlanks(b, skipBlanks(b, end)+1) // behind the colon
		end = skip(b, i)
		if !yield(name, Value(b[i:end])) {
			return
		}
		if i = skipBlanks(b, end); i < len(b) && b[i] == ',' {
			i = skipBlanks(b, i+1)
		}
	}
}

// Members iterates over the members of an object, none for other values. Names
// are without quotes and escapes; the last of several with one name counts, and
// that is for the caller to see to.
func (v Value) Members() iter.Seq2[[]byte, Value] {
	return func(yield func([]byte, Value) bool) {
		if v.Kind() != Object {
			return
		}
		members(v, func(name []byte, v Value) bool { return yield(unquote(name), v) })
	}
}

// Items iterates over the elements of an array, none for other values.
func (v Value) Items() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Kind() != Array {
			return
		}
		for i := skipBlanks(v, 1); i < len(v) && v[i] != ']'; {
			end := skip(v, i)
			if !yield(v[i:end]) {
				return
			}
			if i = skipBlanks(v, end); i < len(v) && v[i] == ',' {
				i = skipBlanks(v, i+1)
			}
		}
	}
}

// Get returns the member of a name, nil if there is none.
func (v Value) Get(name string) (found Value) {
	if v.Kind() != Object {
		return nil
	}
	members(v, func(n []byte, member Value) bool {
		if string(n[1:len(n)-1]) == name || bytes.IndexByte(n, '\\') >= 0 && string(unquote(n)) == name {
			found = member
		}
		return true
	})
	return found
}

// unquote returns the text of a string: a part of it, unless it has escapes.
func unquote(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	text, _ := jsontext.AppendUnquote(nil, quoted) // it is valid
	return text
}

// Text returns the text of a string, what is written of other scalars, and nil
// for arrays and objects. It may be a part of v.
func (v Value) Text() []byte {
	switch v.Kind() {
	case String:
		return unquote(v)
	case Object, Array:
		return nil
	}
	return v
}
