package parquet

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go/format"

	"joy/query/value"
)

// An assembler makes lines of JSON of the columns of a row group.
type assembler struct {
	root    *branch
	cursors []cursor
}

// maxText bounds a line that is made.
const maxText = value.MaxLine

var errLong = errors.New("a record is longer than 16 MiB")

// row appends the next row as an object.
func (a *assembler) row(b []byte) ([]byte, error) {
	for i := range a.cursors {
		c := &a.cursors[i]
		if c.err != nil {
			return b, fmt.Errorf("column %d: %w", i+1, c.err)
		}
		if c.end || c.rep != 0 {
			return b, errRows
		}
	}
	start := len(b)
	b = a.object(b, a.root, start)
	if len(b)-start > maxText {
		return b, errLong
	}
	return b, nil
}

var errRows = errors.New("its columns have not the same number of rows")

// object appends the members of an object that are there.
func (a *assembler) object(b []byte, o *branch, start int) []byte {
	b = append(b, '{')
	first := len(b)
	for _, f := range o.fields {
		there := a.cursors[f.leaf].def >= f.def
		if !there && !f.null {
			a.skip(f)
			continue
		}
		if len(b) > first {
			b = append(b, ',')
		}
		b = append(b, f.key...)
		b = a.value(b, f, start)
	}
	return append(b, '}')
}

// skip goes to the next entry of all columns below.
func (a *assembler) skip(f *branch) {
	for i := f.leaf; i < f.end; i++ {
		a.cursors[i].advance()
	}
}

// value appends a value, or null.
func (a *assembler) value(b []byte, f *branch, start int) []byte {
	c := &a.cursors[f.leaf]
	if c.def < f.def {
		a.skip(f)
		return append(b, "null"...)
	}
	switch f.form {
	case formObject:
		return a.object(b, f, start)
	case formList, formMap:
		return a.list(b, f, start)
	}
	if c.err == nil {
		b = f.scalar(b, c)
	}
	c.advance()
	return b
}

// list appends an array, or the members of a map.
func (a *assembler) list(b []byte, f *branch, start int) []byte {
	open, shut := byte('['), byte(']')
	if f.form == formMap {
		open, shut = '{', '}'
	}
	b = append(b, open)
	c := &a.cursors[f.leaf]
	if c.def < f.some {
		a.skip(f)
		return append(b, shut)
	}
	for n := 0; ; n++ {
		if n > 0 {
			b = append(b, ',')
		}
		if f.form == formMap {
			b = a.pair(b, f.elem, start)
		} else {
			b = a.value(b, f.elem, start)
		}
		if c.end || c.rep < f.rep || len(b)-start > maxText {
			return append(b, shut)
		}
	}
}

// pair appends a member of a map.
func (a *assembler) pair(b []byte, f *branch, start int) []byte {
	key, v := f.fields[0], f.fields[1]
	if a.cursors[key.leaf].def < key.def {
		b = append(b, `""`...)
		a.skip(key)
	} else {
		b = a.value(b, key, start)
	}
	return a.value(append(b, ':'), v, start)
}

// scalar appends the value that a cursor stands on.
func (f *branch) scalar(b []byte, c *cursor) []byte {
	switch f.form {
	case formText:
		return appendText(b, c.bytes())
	case formHex:
		return append(hex.AppendEncode(append(b, '"'), c.bytes()), '"')
	case formJSON:
		return appendJSON(b, c.bytes())
	case formBool:
		return strconv.AppendBool(b, c.integer() != 0)
	case formInteger:
		return f.appendInteger(b, c.integer())
	case formFloat:
		return appendFloat(b, number(c.kind, c.integer()), f.digits)
	case formNumber:
		return appendShortest(b, number(c.kind, c.integer()), c.kind)
	case formTime:
		return appendMicros(b, f.micros(c))
	case formDate:
		t := time.Unix(c.integer()*86400, 0).UTC()
		return append(t.AppendFormat(append(b, '"'), time.DateOnly), '"')
	}
	return appendScaled(b, c.integer(), int(f.scale))
}

func (f *branch) appendInteger(b []byte, v int64) []byte {
	switch {
	case f.logical.unsigned && f.kind == format.Int32:
		return strconv.AppendUint(b, uint64(uint32(v)), 10)
	case f.logical.unsigned:
		return strconv.AppendUint(b, uint64(v), 10)
	}
	return strconv.AppendInt(b, v, 10)
}

// appendJSON appends a text that is to be JSON: as it is, or as a string.
func appendJSON(b, v []byte) []byte {
	if !value.Valid(v) {
		return appendText(b, v)
	}
	at := len(b)
	b = append(b, v...)
	for i := at; i < len(b); i++ { // only blanks can be these
		if b[i] == '\n' || b[i] == '\r' {
			b[i] = ' '
		}
	}
	return b
}

func appendShortest(b []byte, x float64, t format.Type) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return append(b, "null"...)
	}
	bits := 64
	if t == format.Float {
		bits = 32
	}
	if abs := math.Abs(x); abs >= 1e-6 && abs < 1e21 || abs == 0 {
		return strconv.AppendFloat(b, x, 'f', -1, bits)
	}
	return strconv.AppendFloat(b, x, 'e', -1, bits)
}

// micros is a time in microseconds since 1970.
func (f *branch) micros(c *cursor) int64 {
	if f.kind == format.Int96 { // nanoseconds of the day, and the Julian day
		b := c.bytes()
		return (int64(binary.LittleEndian.Uint32(b[8:]))-2440588)*86400e6 + int64(binary.LittleEndian.Uint64(b))/1000
	}
	v := c.integer()
	switch f.logical.unit {
	case 1:
		return v * 1000
	case 3:
		return v / 1000
	}
	return v
}

// appendMicros appends seconds with six decimals.
func appendMicros(b []byte, v int64) []byte { return appendScaled(b, v, 6) }

// appendScaled appends a number divided by a power of ten.
func appendScaled(b []byte, v int64, scale int) []byte {
	u := uint64(v)
	if v < 0 {
		b = append(b, '-')
		u = -u
	}
	var digits [20]byte
	d := strconv.AppendUint(digits[:0], u, 10)
	for range scale + 1 - len(d) {
		b = append(b, '0')
	}
	b = append(b, d...)
	if scale == 0 {
		return b
	}
	b = append(b, 0)
	point := len(b) - 1 - scale
	copy(b[point+1:], b[point:])
	b[point] = '.'
	return b
}
