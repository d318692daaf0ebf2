package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/parquet-go/parquet-go/format"
)

// A vector is the values of a page or of a dictionary, of one type.
type vector struct {
	ints  []int64 // Boolean, Int32, Int64; of Float and Double the bits
	text  []byte  // ByteArray, FixedLenByteArray, Int96
	ends  []uint32
	plain bool // text is as a page has it: 4 bytes of length before each
}

// len is how many values there are.
func (v *vector) len() int { return max(len(v.ints), len(v.ends)) }

// size is how many bytes of memory they take.
func (v *vector) size() int { return 8*len(v.ints) + len(v.text) + 4*len(v.ends) }

// bytes is a value of text.
func (v *vector) bytes(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = v.ends[i-1]
	}
	if v.plain {
		start += 4
	}
	return v.text[start:v.ends[i]]
}

var errValues = errors.New("a page has less values than it says")

// decode reads n values.
func decode(t format.Type, length int, how format.Encoding, b []byte, n int) (v vector, err error) {
	switch {
	case how == format.Plain:
		return plain(t, length, b, n)
	case how == format.DeltaBinaryPacked && (t == format.Int32 || t == format.Int64):
		v.ints, _, err = deltas(b, n)
		if t == format.Int32 {
			for i := range v.ints {
				v.ints[i] = int64(int32(v.ints[i]))
			}
		}
		return v, err
	case how == format.DeltaLengthByteArray && t == format.ByteArray:
		return lengths(b, n)
	case how == format.DeltaByteArray && (t == format.ByteArray || t == format.FixedLenByteArray):
		return prefixes(b, n)
	case how == format.ByteStreamSplit:
		return joined(t, length, b, n)
	case how == format.RLE && t == format.Boolean && len(b) >= 4:
		v.ints = make([]int64, n)
		h := hybridReader{b: b[4:], width: 1, left: n}
		for i := range v.ints {
			x, err := h.next()
			if err != nil {
				return v, err
			}
			v.ints[i] = int64(x)
		}
		return v, nil
	}
	return v, fmt.Errorf("the encoding %v of %v is not known here", how, t)
}

// size is how many bytes a value of a type takes, 0 if that is not always the same.
func size(t format.Type, length int) int {
	switch t {
	case format.Int32, format.Float:
		return 4
	case format.Int64, format.Double:
		return 8
	case format.Int96:
		return 12
	case format.FixedLenByteArray:
		return max(length, 0)
	}
	return 0
}

func plain(t format.Type, length int, b []byte, n int) (v vector, err error) {
	w := size(t, length)
	switch {
	case t == format.Boolean:
		if len(b) < (n+7)/8 {
			return v, errValues
		}
		v.ints = make([]int64, n)
		for i := range v.ints {
			v.ints[i] = int64(b[i/8] >> (i % 8) & 1)
		}
		return v, nil
	case t == format.ByteArray:
		return plainBytes(b, n)
	case w == 0 || n > len(b)/w:
		return v, errValues
	case t == format.Int96 || t == format.FixedLenByteArray:
		return fixed(b[:n*w], w), nil
	}
	v.ints = make([]int64, n)
	for i := range v.ints {
		v.ints[i] = integerAt(b[i*w:], t)
	}
	return v, nil
}

// integerAt reads a number of 4 or 8 bytes, or the bits of one.
func integerAt(b []byte, t format.Type) int64 {
	switch t {
	case format.Int32:
		return int64(int32(binary.LittleEndian.Uint32(b)))
	case format.Float:
		return int64(binary.LittleEndian.Uint32(b))
	}
	return int64(binary.LittleEndian.Uint64(b))
}

// fixed are values of one length.
func fixed(b []byte, length int) vector {
	v := vector{text: b, ends: make([]uint32, len(b)/length)}
	for i := range v.ends {
		v.ends[i] = uint32((i + 1) * length)
	}
	return v
}

func plainBytes(b []byte, n int) (v vector, err error) {
	if n > len(b)/4 {
		return v, errValues
	}
	v = vector{text: b, plain: true, ends: make([]uint32, 0, n)}
	at := 0
	for range n {
		if len(b)-at < 4 {
			return v, errValues
		}
		size := binary.LittleEndian.Uint32(b[at:])
		at += 4
		if uint64(size) > uint64(len(b)-at) {
			return v, errValues
		}
		at += int(size)
		v.ends = append(v.ends, uint32(at))
	}
	return v, nil
}

// deltas reads n integers of DELTA_BINARY_PACKED, and returns what is behind them.
func deltas(b []byte, n int) (v []int64, rest []byte, err error) {
	r := thriftReader{b: b} // it has the same integers
	block, minis, total, first := r.uvarint(), r.uvarint(), r.uvarint(), r.integer()
	switch {
	case r.err != nil:
		return nil, nil, errValues
	case n == 0 && total == 0:
		return nil, b[r.i:], nil
	case total != uint64(n) || minis == 0 || minis > 512 || block == 0 || block > 1<<20 || block%minis != 0 || block/minis%8 != 0:
		return nil, nil, errValues
	}
	v = append(make([]int64, 0, min(n, 64*len(b))), first)
	for len(v) < n && r.err == nil {
		v = r.deltaBlock(v, n, int(minis), int(block/minis))
	}
	if r.err != nil {
		return nil, nil, errValues
	}
	return v, b[r.i:], nil
}

// deltaBlock reads a block: the least difference, the widths of the miniblocks, and
// these, of which the last ones may be missing.
func (r *thriftReader) deltaBlock(v []int64, n, minis, per int) []int64 {
	least := r.integer()
	if len(r.b)-r.i < minis {
		r.fail()
		return v
	}
	widths := r.b[r.i : r.i+minis]
	r.i += minis
	for _, w := range widths {
		if len(v) >= n {
			return v
		}
		if size := int(w) * per / 8; w > 64 || size > len(r.b)-r.i {
			r.fail()
			return v
		}
		packed := r.b[r.i:]
		for i := 0; i < per && len(v) < n; i++ {
			v = append(v, v[len(v)-1]+least+int64(bitsAt(packed, i*int(w), int(w))))
		}
		r.i += int(w) * per / 8
	}
	return v
}

// bitsAt reads a number of so many bits, the lowest first.
func bitsAt(b []byte, at, width int) (v uint64) {
	for got := 0; got < width; {
		have := 8 - at%8
		v |= uint64(b[at/8]) >> (at % 8) << got
		got += have
		at += have
	}
	if width < 64 {
		v &= 1<<width - 1
	}
	return v
}

// lengths reads DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
func lengths(b []byte, n int) (v vector, err error) {
	sizes, rest, err := deltas(b, n)
	if err != nil {
		return v, err
	}
	v = vector{text: rest, ends: make([]uint32, 0, len(sizes))}
	at := int64(0)
	for _, size := range sizes {
		if size < 0 || size > int64(len(rest))-at {
			return v, errValues
		}
		at += size
		v.ends = append(v.ends, uint32(at))
	}
	return v, nil
}

// prefixes reads DELTA_BYTE_ARRAY: how much of the value before is the beginning of
// each, and the rest of it.
func prefixes(b []byte, n int) (v vector, err error) {
	shared, rest, err := deltas(b, n)
	if err != nil {
		return v, err
	}
	ends, err := lengths(rest, n)
	if err != nil {
		return v, err
	}
	last := 0
	for i, k := range shared {
		before := len(v.text)
		if k < 0 || k > int64(before-last) || before+int(k)+len(ends.bytes(i)) > maxPage {
			return v, errValues
		}
		v.text = append(v.text, v.text[last:last+int(k)]...)
		v.text = append(v.text, ends.bytes(i)...)
		v.ends = append(v.ends, uint32(len(v.text)))
		last = before
	}
	return v, nil
}

// joined reads BYTE_STREAM_SPLIT: all first bytes, all second ones, ...
func joined(t format.Type, length int, b []byte, n int) (v vector, err error) {
	w := size(t, length)
	if w == 0 || n > len(b)/w {
		return v, errValues
	}
	whole := make([]byte, n*w)
	for i := range n {
		for k := range w {
			whole[i*w+k] = b[k*n+i]
		}
	}
	return plain(t, length, whole, n)
}

// number is the value of a Float or Double.
func number(t format.Type, bits int64) float64 {
	if t == format.Float {
		return float64(math.Float32frombits(uint32(bits)))
	}
	return math.Float64frombits(uint64(bits))
}
