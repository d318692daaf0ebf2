package parquet

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

// A leaf holds the values of a column of one row group: those that have not
// become a page yet, and the pages.
type leaf struct {
	*node
	physical format.Type
	names    []string // where it is in the tree
	sorted   bool     // nearly: differences are small, and values do not come again

	pending    int    // nulls of whole rows, not yet in the levels
	reps, defs []byte // reps only of what is in a list
	ints       []int64
	shorts     []int32 // of Boolean too
	floats     []float64
	text       []byte
	ends       []uint32 // of each value in text

	dict  *dictionary // nil when there is none, or none any more
	plain bool        // a dictionary is not worth it
	chunk chunk
}

// A chunk is what has been written of a column.
type chunk struct {
	pages     []byte // compressed, with their headers
	entries   int64  // nulls too
	nulls     int64
	raw       int64 // bytes of the pages before compression
	encodings []format.Encoding
	bounds    bounds
}

// null adds a value that is not there, down to a level.
func (l *leaf) null(rep, def uint8) {
	if l.pending > 0 {
		l.materialize()
	}
	if l.rep > 0 {
		l.reps = append(l.reps, rep)
	}
	l.defs = append(l.defs, def)
}

// some adds the levels of a value.
func (l *leaf) some(rep uint8) { l.null(rep, l.def) }

// several adds the levels of the values of a list, of which there is one at least.
func (l *leaf) several(rep uint8, n int) {
	l.some(rep)
	at := len(l.defs)
	l.reps = slices.Grow(l.reps, n-1)[:at+n-1]
	l.defs = slices.Grow(l.defs, n-1)[:at+n-1]
	for i := at; i < len(l.defs); i++ {
		l.reps[i], l.defs[i] = l.rep, l.def
	}
}

// materialize adds the pending nulls.
func (l *leaf) materialize() {
	n := len(l.defs)
	if l.rep > 0 {
		l.reps = slices.Grow(l.reps, l.pending)[:n+l.pending]
		clear(l.reps[n:])
	}
	l.defs = slices.Grow(l.defs, l.pending)[:n+l.pending]
	clear(l.defs[n:])
	l.pending = 0
}

// integer adds a number, which fits.
func (l *leaf) integer(rep uint8, v int64) {
	l.some(rep)
	if l.physical == format.Int64 {
		l.ints = append(l.ints, v)
	} else {
		l.shorts = append(l.shorts, int32(v))
	}
}

func (l *leaf) float(rep uint8, v float64) {
	l.some(rep)
	l.floats = append(l.floats, v)
}

// endText ends a text that was appended to l.text.
func (l *leaf) endText(rep uint8) {
	l.some(rep)
	l.ends = append(l.ends, uint32(len(l.text)))
}

// held is how many bytes the values take that are no page yet.
func (l *leaf) held() int {
	return len(l.reps) + len(l.defs) + 8*(len(l.ints)+len(l.floats)) + 4*(len(l.shorts)+len(l.ends)) + len(l.text)
}

// clear forgets the values.
func (l *leaf) clear() {
	l.pending = 0
	l.reps, l.defs = l.reps[:0], l.defs[:0]
	l.ints, l.shorts, l.floats = l.ints[:0], l.shorts[:0], l.floats[:0]
	l.text, l.ends = l.text[:0], l.ends[:0]
}

// bounds are the smallest and the largest value of a column.
type bounds struct {
	known    bool
	void     bool // they cannot be told
	min, max int64
	low, top float64
	from, to []byte
}

// longBound is the longest text that is told as a bound.
const longBound = 64

func (b *bounds) integer(v int64) {
	if !b.known {
		b.known, b.min, b.max = true, v, v
	}
	b.min, b.max = min(b.min, v), max(b.max, v)
}

func (b *bounds) float(v float64) {
	if !b.known {
		b.known, b.low, b.top = true, v, v
	}
	b.low, b.top = min(b.low, v), max(b.top, v)
}

func (b *bounds) bytes(v []byte) {
	if !b.known {
		b.known, b.from, b.to = true, bytes.Clone(v), bytes.Clone(v)
		return
	}
	if bytes.Compare(v, b.from) < 0 {
		b.from = append(b.from[:0], v...)
	}
	if bytes.Compare(v, b.to) > 0 {
		b.to = append(b.to[:0], v...)
	}
}

// statistics are the bounds as a file has them.
func (b *bounds) statistics(t format.Type, nulls int64) format.Statistics {
	s := format.Statistics{NullCount: nulls}
	switch {
	case !b.known || b.void || t == format.Boolean:
	case t == format.Int32:
		s.MinValue = binary.LittleEndian.AppendUint32(nil, uint32(b.min))
		s.MaxValue = binary.LittleEndian.AppendUint32(nil, uint32(b.max))
	case t == format.Int64:
		s.MinValue = binary.LittleEndian.AppendUint64(nil, uint64(b.min))
		s.MaxValue = binary.LittleEndian.AppendUint64(nil, uint64(b.max))
	case t == format.Double:
		// The specification wants signs of zeros that hold either of them.
		s.MinValue = binary.LittleEndian.AppendUint64(nil, math.Float64bits(signed(b.low, true)))
		s.MaxValue = binary.LittleEndian.AppendUint64(nil, math.Float64bits(signed(b.top, false)))
	case len(b.from) <= longBound && len(b.to) <= longBound:
		s.MinValue, s.MaxValue = b.from, b.to
	}
	return s
}

// signed gives a zero a sign.
func signed(v float64, negative bool) float64 {
	if v == 0 && negative {
		return math.Copysign(0, -1)
	}
	return v + 0 // -0 + 0 is 0
}
