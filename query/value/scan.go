package value

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// A scanner checks JSON and finds where values end, in one pass: jsontext takes
// longer to check alone (BenchmarkParse), and is the judge in FuzzScan.
type scanner struct {
	text  []byte
	depth int // how deep values may be
	err   error
}

// errCut is what a text that ends too early is.
var errCut = errors.New("it ends too early")

// fail notes what is wrong at a byte; all that calls it then ends.
func (s *scanner) fail(i int, text string) int {
	if s.err == nil {
		s.err = fmt.Errorf("no JSON, from byte %d on: %s", i+1, text)
		if i >= len(s.text) {
			s.err = fmt.Errorf("no JSON: %w", errCut)
		}
	}
	return len(s.text)
}

// blanks returns where the next byte is that is no blank.
func (s *scanner) blanks(i int) int {
	if i < len(s.text) && s.text[i] > ' ' { // as nearly always
		return i
	}
	return skipBlanks(s.text, i)
}

// at is a byte, 0 behind the end.
func (s *scanner) at(i int) byte {
	if i < len(s.text) {
		return s.text[i]
	}
	return 0
}

// value returns the end of the value at i.
func (s *scanner) value(i, level int) int {
	switch s.at(i) {
	case '"':
		return s.string(i)
	case '{':
		return s.object(i, level+1, nil)
	case '[':
		return s.array(i, level+1)
	case 't':
		return s.word(i, "true")
	case 'f':
		return s.word(i, "false")
	case 'n':
		return s.word(i, "null")
	}
	return s.number(i)
}

func (s *scanner) word(i int, word string) int {
	if end := i + len(word); end <= len(s.text) && string(s.text[i:end]) == word {
		return end
	}
	return s.fail(i, "no value")
}

// object returns the end of the object at i, and hands its members to each.
func (s *scanner) object(i, level int, each func(name, v []byte)) int {
	if level > s.depth {
		return s.tooDeep()
	}
	if i = s.blanks(i + 1); s.at(i) == '}' {
		return i + 1
	}
	for s.err == nil {
		if s.at(i) != '"' {
			return s.fail(i, "no name of a member")
		}
		name := i
		i = s.string(i)
		end := i
		if i = s.blanks(i); s.at(i) != ':' {
			return s.fail(i, "no colon behind a name")
		}
		v := s.blanks(i + 1)
		i = s.value(v, level)
		if s.err == nil && each != nil {
			each(s.text[name:end], s.text[v:i])
		}
		i = s.blanks(i)
		switch s.at(i) {
		case '}':
			return i + 1
		case ',':
			i = s.blanks(i + 1)
		default:
			return s.fail(i, "no comma between members")
		}
	}
	return len(s.text)
}

// array returns the end of the array at i.
func (s *scanner) array(i, level int) int {
	if level > s.depth {
		return s.tooDeep()
	}
	if i = s.blanks(i + 1); s.at(i) == ']' {
		return i + 1
	}
	for s.err == nil {
		i = s.blanks(s.value(i, level))
		switch s.at(i) {
		case ']':
			return i + 1
		case ',':
			i = s.blanks(i + 1)
		default:
			return s.fail(i, "no comma between elements")
		}
	}
	return len(s.text)
}

func (s *scanner) tooDeep() int {
	if s.err == nil {
		s.err = fmt.Errorf("arrays and objects are nested more than %d deep", s.depth)
	}
	return len(s.text)
}

// simple are the bytes of strings that need no look.
var simple = simpleBytes()

func simpleBytes() (table [256]bool) {
	for c := range table {
		table[c] = c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\'
	}
	return table
}

// plainRun skips simple bytes from i on, eight at a time (BenchmarkParse), and
// returns where it stopped: at the first other one, or at most seven bytes before
// the end.
func plainRun(b []byte, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; len(b)-i >= 8; i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		// The lowest of these high bits is of a byte that is, in this order, beyond
		// ASCII, below the blank, a quote, a backslash: borrows go upwards only.
		if m := (x | (x - ones*' ') | ((x ^ ones*'"') - ones) | ((x ^ ones*'\\') - ones)) & highs; m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	return i
}

// string returns the end of the string at i.
func (s *scanner) string(i int) int {
	start := i
	ascii := true
	for i = plainRun(s.text, i+1); i < len(s.text); i++ {
		c := s.text[i]
		switch {
		case simple[c]:
		case c == '"':
			if !ascii && !utf8.Valid(s.text[start:i]) {
				return s.fail(start, "a text that is not UTF-8")
			}
			return i + 1
		case c == '\\':
			n := escape(s.text[i:])
			if n == 0 {
				return s.fail(i, "no escape")
			}
			i += n - 1
		case c < ' ':
			return s.fail(i, "a control character in a text")
		default:
			ascii = false
		}
	}
	return s.fail(len(s.text), "")
}

// escape returns the length of the escape that b begins with, both halves of a
// pair; 0 for what is none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
	default:
		return 0
	}
	switch r := hex4(b); {
	case r < 0 || r >= 0xdc00 && r < 0xe000:
		return 0
	case r < 0xd800 || r >= 0xe000:
		return 6
	}
	if low := hex4(b[6:]); low < 0xdc00 || low >= 0xe000 {
		return 0
	}
	return 12
}

// hex4 reads \uXXXX, -1 for what is something else.
func hex4(b []byte) (r rune) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	for _, c := range b[2:6] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return -1
		}
	}
	return r
}

// number returns the end of the number at i.
func (s *scanner) number(i int) int {
	if s.at(i) == '-' {
		i++
	}
	end := s.digits(i)
	if end > i+1 && s.text[i] == '0' {
		end = i + 1 // what follows is wrong, whatever it is
	}
	if end == i {
		return s.fail(i, "no value")
	}
	if s.at(end) == '.' {
		fraction := end + 1
		if end = s.digits(fraction); end == fraction {
			return s.fail(end, "no digits behind the point")
		}
	}
	if c := s.at(end); c == 'e' || c == 'E' {
		exponent := end + 1
		if c := s.at(exponent); c == '+' || c == '-' {
			exponent++
		}
		if end = s.digits(exponent); end == exponent {
			return s.fail(end, "no digits of an exponent")
		}
	}
	return end
}

func (s *scanner) digits(i int) int {
	for i < len(s.text) && '0' <= s.text[i] && s.text[i] <= '9' {
		i++
	}
	return i
}
