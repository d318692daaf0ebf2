package parquet

import (
	"bytes"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/parquet-go/parquet-go/format"

	"joy/query/value"
	"joy/record/schema"
)

// A shredder takes lines of JSON apart into the leaves of a tree, in one pass. The
// lines are valid: they come from the record's encoder, or have been parsed.
//
// A value that its column cannot hold to the last digit, and a member that the
// schema does not know, go to the column extra, by their JSON Pointer (RFC 6901).
type shredder struct {
	*tree
	line  []byte
	i     int
	index [maxRep + 1]int // of the element being read, by repetition level
	rest  []byte          // members of extra
	count Counts
}

// Counts tells how many values a file has in its column extra, and why.
type Counts struct {
	Unknown  int64 // the schema does not have the member
	Unfit    int64 // the value is of another type, or has digits that the type cannot hold
	Repeated int64 // a member that an object has twice
}

// row takes a record apart, and gives it a number.
func (s *shredder) row(line []byte, number int64) {
	s.line, s.i, s.rest = line, skipBlanks(line, 0), s.rest[:0]
	s.members(s.root, 0)
	s.seq.leaf.integer(0, number)
	if len(s.rest) == 0 {
		s.extra.leaf.pending++
	} else {
		l := s.extra.leaf
		l.text = append(append(append(l.text, '{'), s.rest...), '}')
		l.endText(0)
	}
}

// end has all leaves hold all rows.
func (s *shredder) end() {
	for _, f := range s.root.fields {
		for _, l := range f.leaves {
			l.pending += f.absent
		}
		f.absent = 0
	}
}

// object reads an object into the leaves below n.
func (s *shredder) members(n *node, rep uint8) {
	var seen [maxFields / 64]uint64
	next := 0
	for s.i++; s.i < len(s.line) && s.line[s.i] != '}'; {
		s.blanks()
		if s.at() == ',' {
			s.i++
			s.blanks()
		}
		at := s.i
		if s.at() != '"' {
			break
		}
		f := s.field(n, &next)
		switch {
		case f < 0:
			s.unknown(n, at)
		case seen[f/64]>>(f%64)&1 != 0:
			s.count.Repeated++
			s.unknown(n, at)
		default:
			seen[f/64] |= 1 << (f % 64)
			s.blanks()
			s.known(n.fields[f], rep)
		}
		s.blanks()
	}
	s.i++
	for f := range n.fields {
		if seen[f/64]>>(f%64)&1 == 0 {
			s.lacks(n.fields[f], rep)
		}
	}
}

// known reads a member. Leaves are told before of the rows that lacked it.
func (s *shredder) known(f *node, rep uint8) {
	if f.absent > 0 {
		for _, l := range f.leaves {
			l.pending += f.absent
		}
		f.absent = 0
	}
	s.value(f, rep)
}

// lacks notes that a member is not there.
func (s *shredder) lacks(f *node, rep uint8) {
	if f.parent == s.root {
		f.absent++
		return
	}
	s.null(f, rep, f.def-1)
}

func (s *shredder) null(n *node, rep, def uint8) {
	for _, l := range n.leaves {
		l.null(rep, def)
	}
}

// field reads a name and the colon, and returns the place of the member, -1 for an
// unknown one. Members mostly come in the order of the schema.
func (s *shredder) field(n *node, next *int) int {
	rest := s.line[s.i:]
	for f := *next; f < len(n.fields); f++ {
		if key := n.fields[f].key; len(rest) >= len(key) && string(rest[:len(key)]) == key {
			s.i += len(key)
			*next = f + 1
			return f
		}
	}
	end := value.EndString(s.line, s.i)
	name := s.line[s.i:end]
	s.i = end
	s.blanks()
	s.i++ // the colon
	name = value.Unquote(name)
	for f := range n.fields {
		if n.fields[f].Name == string(name) {
			return f
		}
	}
	return -1
}

// value reads the value of a column that is there.
func (s *shredder) value(n *node, rep uint8) {
	start := s.i
	var ok bool
	switch c := s.at(); n.Kind {
	case schema.Struct:
		if ok = c == '{'; ok {
			s.members(n, rep)
		}
	case schema.List:
		if ok = c == '['; ok {
			s.list(n, rep)
		}
	case schema.JSON:
		ok = true
		s.i = value.End(s.line, s.i)
		n.leaf.text = append(n.leaf.text, s.line[start:s.i]...)
		n.leaf.endText(rep)
	case schema.Text, schema.Hex:
		if ok = c == '"'; ok {
			s.text(n.leaf, rep)
		}
	case schema.Int, schema.Uint:
		if ok = s.integer(n.leaf); ok {
			n.leaf.some(rep)
			break
		}
		fallthrough
	default:
		s.i = value.End(s.line, start)
		ok = n.leaf.scalar(s.line[start:s.i], rep)
	}
	if ok {
		return
	}
	s.i = value.End(s.line, start)
	s.null(n, rep, n.def-1)
	v := s.line[start:s.i]
	if (n.Null || n.parent.Kind == schema.List) && string(v) == "null" {
		return
	}
	s.count.Unfit++
	s.toExtra(n, nil, v)
}

// list reads an array.
func (s *shredder) list(n *node, rep uint8) {
	s.i++
	s.blanks()
	if s.at() == ']' {
		s.i++
		s.null(n, rep, n.def)
		return
	}
	first := s.integers(n, rep)
	if first > 0 {
		rep = n.rep
		s.blanks() // End knows none
		if s.at() == ']' {
			s.i++
			return
		}
	}
	for i := first; s.i < len(s.line); i++ {
		s.index[n.rep] = i
		s.value(n.elem, rep)
		rep = n.rep
		s.blanks()
		if s.at() != ',' {
			break
		}
		s.i++
		s.blanks()
	}
	s.i++ // the bracket
}

// integers reads the elements of a list of integers, as far as they are nothing
// unusual: more than half of all values are counts of bytes (BenchmarkWriter).
func (s *shredder) integers(n *node, rep uint8) (read int) {
	l := n.elem.leaf
	if l == nil || n.elem.Kind != schema.Int && n.elem.Kind != schema.Uint {
		return 0
	}
	for s.integer(l) {
		read++
		if s.line[s.i] == ']' { // integer has seen that there is something
			break
		}
		s.i++
	}
	if read > 0 {
		l.several(rep, read)
	}
	return read
}

// integer reads a number of a few digits, and leaves the rest to scalar. The levels
// are the caller's.
func (s *shredder) integer(l *leaf) bool {
	var v int64
	i := s.i
	negative := s.at() == '-'
	if negative {
		i++
	}
	first := i
	for i < len(s.line) && '0' <= s.line[i] && s.line[i] <= '9' {
		v = v*10 + int64(s.line[i]-'0')
		i++
	}
	if n := i - first; n == 0 || n > 9 || i == len(s.line) || v == 0 && negative {
		return false
	}
	if c := s.line[i]; c != ',' && c != ']' && c != '}' {
		return false
	}
	if negative {
		v = -v
	}
	if l.physical == format.Int64 {
		l.ints = append(l.ints, v)
	} else {
		l.shorts = append(l.shorts, int32(v))
	}
	s.i = i
	return true
}

// shortText is how long most texts are at most.
const shortText = 20

// text reads a string.
func (s *shredder) text(l *leaf, rep uint8) {
	for i, most := s.i+1, min(s.i+shortText, len(s.line)); i < most && s.line[i] != '\\'; i++ {
		if s.line[i] == '"' {
			l.text = append(l.text, s.line[s.i+1:i]...)
			l.endText(rep)
			s.i = i + 1
			return
		}
	}
	end := value.EndString(s.line, s.i)
	quoted := s.line[s.i:end]
	if bytes.IndexByte(quoted, '\\') < 0 {
		l.text = append(l.text, quoted[1:len(quoted)-1]...)
	} else {
		l.text, _ = jsontext.AppendUnquote(l.text, quoted) // it is valid
	}
	l.endText(rep)
	s.i = end
}

// unknown takes the member whose name begins at a place, and whose value comes
// now, to extra.
func (s *shredder) unknown(n *node, at int) {
	s.blanks()
	start := s.i
	s.i = value.End(s.line, s.i)
	s.count.Unknown++
	s.toExtra(n, value.Unquote(s.line[at:value.EndString(s.line, at)]), s.line[start:s.i])
}

// toExtra adds a value to extra: of a column or, with a name, of a member of it.
func (s *shredder) toExtra(n *node, name, v []byte) {
	p := s.pointer(nil, n)
	if name != nil {
		p = appendToken(p, name)
	}
	if len(s.rest) > 0 {
		s.rest = append(s.rest, ',')
	}
	s.rest, _ = jsontext.AppendQuote(s.rest, p)
	s.rest = append(append(s.rest, ':'), v...)
}

// pointer is the JSON Pointer of a column of the row.
func (s *shredder) pointer(b []byte, n *node) []byte {
	if n.parent == nil {
		return b
	}
	b = s.pointer(b, n.parent)
	if n.parent.Kind == schema.List {
		return strconv.AppendInt(append(b, '/'), int64(s.index[n.parent.rep]), 10)
	}
	return appendToken(b, []byte(n.Name))
}

// appendToken appends a name to a JSON Pointer.
func appendToken(b, name []byte) []byte {
	b = append(b, '/')
	for _, c := range name {
		switch c {
		case '~':
			b = append(b, "~0"...)
		case '/':
			b = append(b, "~1"...)
		default:
			b = append(b, c)
		}
	}
	return b
}

// at is the next byte, 0 behind the end.
func (s *shredder) at() byte {
	if s.i < len(s.line) {
		return s.line[s.i]
	}
	return 0
}

func (s *shredder) blanks() { s.i = skipBlanks(s.line, s.i) }

// scalar takes a number or a bool whose digits the leaf gives back as they are.
func (l *leaf) scalar(v []byte, rep uint8) bool {
	switch l.Kind {
	case schema.Bool:
		if b := string(v); b != "true" && b != "false" {
			return false
		}
		l.integer(rep, int64(len("false")-len(v)))
		return true
	case schema.Float:
		x, ok := parseFloat(v, l.Format)
		if ok {
			l.float(rep, x)
		}
		return ok
	case schema.Time:
		d, ok := parseDecimal(v)
		if !ok || d.decimals != 6 || d.zero() && d.negative {
			return false
		}
		l.integer(rep, d.signed())
		return true
	}
	d, ok := parseDecimal(v)
	if !ok || d.decimals != 0 || d.point || d.zero() && d.negative {
		return false
	}
	n := d.signed()
	if l.physical == format.Int32 && n != int64(int32(n)) {
		return false
	}
	l.integer(rep, n)
	return true
}

// A decimal is a number without exponent.
type decimal struct {
	digits   uint64
	decimals int
	negative bool
	point    bool
}

func (d decimal) zero() bool { return d.digits == 0 }

func (d decimal) signed() int64 {
	if d.negative {
		return -int64(d.digits)
	}
	return int64(d.digits)
}

// parseDecimal reads a number as JSON has it that is below 2^63 without its point.
func parseDecimal(v []byte) (d decimal, ok bool) {
	i := 0
	if len(v) > 0 && v[0] == '-' {
		d.negative, i = true, 1
	}
	if i == len(v) {
		return d, false
	}
	for ; i < len(v); i++ {
		c := v[i] - '0'
		switch {
		case c <= 9:
			if d.digits > (math.MaxInt64-9)/10 {
				return d, false
			}
			d.digits = d.digits*10 + uint64(c)
			if d.point {
				d.decimals++
			}
		case v[i] == '.' && !d.point:
			d.point = true
		default:
			return d, false
		}
	}
	return d, true
}

// powers are the powers of ten that a float holds, as far as they are needed.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// fits reports whether a number has the digits that a format gives it.
func fits(d decimal, f schema.Format) bool {
	switch {
	case !f.Significant:
		return d.decimals == int(f.Digits)
	case float64(d.digits) >= powers[f.Digits]:
		return false
	case !d.point:
		return true
	}
	return d.digits%10 != 0 && float64(d.digits)*1e4 >= powers[d.decimals]
}

// parseFloat reads a number that is written as a format does. Digits that a float
// holds, divided by a power of ten that it holds, are the nearest float: there is
// one rounding (Clinger), and with 52 bits of digits it is less than half of the
// last one. All else is written again, and has to be the same.
func parseFloat(v []byte, f schema.Format) (float64, bool) {
	d, ok := parseDecimal(v)
	if ok && d.digits < 1<<52 && d.decimals < len(powers) && fits(d, f) {
		x := float64(d.digits) / powers[d.decimals]
		if d.negative {
			x = -x
		}
		return x, true
	}
	x, err := strconv.ParseFloat(string(v), 64)
	if err != nil {
		return 0, false
	}
	var again [64]byte
	return x, bytes.Equal(appendFloat(again[:0], x, f), v)
}
