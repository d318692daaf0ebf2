package parquet

import (
	"encoding/binary"
	"math"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// An encoder makes pages of what leaves hold.
type encoder struct {
	zstd    *zstd.Encoder
	raw     []byte // a page before compression
	small   []byte // and after it
	numbers []uint32
	bits    []int64
	free    []*dictionary
}

func newEncoder() (*encoder, error) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	return &encoder{zstd: z}, err
}

// cut makes a page of what a leaf holds. It ends where a row does.
func (e *encoder) cut(l *leaf) {
	if l.pending > 0 && len(l.defs) == 0 {
		e.empty(l)
		return
	}
	if l.pending > 0 {
		l.materialize()
	}
	if len(l.defs) == 0 {
		return
	}
	some := 0
	for _, d := range l.defs {
		if d == l.def {
			some++
		}
	}
	e.raw = appendLevels(e.raw[:0], l.reps, l.rep)
	e.raw = appendLevels(e.raw, l.defs, l.def)
	how := e.values(l, some)
	l.chunk.nulls += int64(len(l.defs) - some)
	e.page(l, len(l.defs), how)
	l.clear()
}

// empty makes a page of rows that lack a column: levels of 0, and nothing else.
func (e *encoder) empty(l *leaf) {
	e.raw = e.raw[:0]
	for _, largest := range []uint8{l.rep, l.def} {
		if largest > 0 {
			at := len(e.raw)
			e.raw = append(binary.AppendUvarint(append(e.raw, 0, 0, 0, 0), uint64(l.pending)<<1), 0)
			binary.LittleEndian.PutUint32(e.raw[at:], uint32(len(e.raw)-at-4))
		}
	}
	l.chunk.nulls += int64(l.pending)
	e.page(l, l.pending, format.Plain)
	l.clear()
}

// page appends the page in e.raw to the chunk.
func (e *encoder) page(l *leaf, entries int, how format.Encoding) {
	l.chunk.entries += int64(entries)
	l.chunk.note(how)
	l.chunk.note(format.RLE) // of the levels
	l.chunk.pages = e.appendPage(l.chunk.pages, &l.chunk.raw, format.PageHeader{
		Type: format.DataPage,
		DataPageHeader: thrift.New(format.DataPageHeader{
			NumValues: int32(entries), Encoding: how,
			DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
		}),
	})
}

// appendPage appends a page with the values of e.raw, and counts its bytes.
func (e *encoder) appendPage(b []byte, raw *int64, h format.PageHeader) []byte {
	e.small = e.zstd.EncodeAll(e.raw, e.small[:0])
	h.UncompressedPageSize, h.CompressedPageSize = int32(len(e.raw)), int32(len(e.small))
	head := marshal(&h)
	*raw += int64(len(head) + len(e.raw))
	return append(append(b, head...), e.small...)
}

// marshal writes a part of the file's description.
func marshal(v any) []byte {
	b, err := thrift.Marshal(&thrift.CompactProtocol{}, v)
	if err != nil {
		panic(err) // of types that it does not know; these are the library's
	}
	return b
}

func (c *chunk) note(how format.Encoding) {
	for _, e := range c.encodings {
		if e == how {
			return
		}
	}
	c.encodings = append(c.encodings, how)
}

// values appends the values that a leaf holds to e.raw, and tells how.
func (e *encoder) values(l *leaf, some int) format.Encoding {
	if some == 0 {
		return format.Plain
	}
	if l.physical != format.Boolean && !l.sorted && !l.plain && e.number(l, some) {
		w := max(1, roundWidth(width(l.dict.n-1)))
		e.raw = appendHybrid(append(e.raw, byte(w)), e.numbers, w)
		return format.RLEDictionary
	}
	l.plain = true
	l.bound()
	var err error
	how := format.DeltaBinaryPacked
	switch l.physical {
	case format.Boolean:
		how = format.Plain
		e.numbers = e.numbers[:0]
		for _, v := range l.shorts {
			e.numbers = append(e.numbers, uint32(v))
		}
		e.raw = appendPacked(e.raw, e.numbers, 1)
	case format.Int32:
		e.small, err = (&delta.BinaryPackedEncoding{}).EncodeInt32(e.small[:0], l.shorts)
		e.raw = append(e.raw, e.small...)
	case format.Int64:
		e.small, err = (&delta.BinaryPackedEncoding{}).EncodeInt64(e.small[:0], l.ints)
		e.raw = append(e.raw, e.small...)
	case format.Double:
		how = format.ByteStreamSplit
		e.raw = appendSplit(e.raw, l.floats)
	default:
		how = format.DeltaLengthByteArray
		e.small, err = (&delta.LengthByteArrayEncoding{}).EncodeByteArray(e.small[:0], l.text, append([]uint32{0}, l.ends...))
		e.raw = append(e.raw, e.small...)
	}
	if err != nil {
		panic(err) // of values that do not fit their type
	}
	return how
}

// appendSplit appends all first bytes of the values, then all second ones, ...
func appendSplit(b []byte, v []float64) []byte {
	for shift := 0; shift < 64; shift += 8 {
		for _, x := range v {
			b = append(b, byte(math.Float64bits(x)>>shift))
		}
	}
	return b
}

// number gives the values of a leaf their numbers in its dictionary. It reports
// false when that is not worth it, or not any more.
func (e *encoder) number(l *leaf, some int) bool {
	first := l.dict == nil
	if first {
		l.dict = e.take()
	}
	d, before := l.dict, l.dict.n
	e.numbers = e.numbers[:0]
	for _, v := range l.shorts {
		e.numbers = append(e.numbers, d.integer(int64(v)))
	}
	for _, v := range l.ints {
		e.numbers = append(e.numbers, d.integer(v))
	}
	for _, v := range l.floats {
		e.numbers = append(e.numbers, d.integer(int64(math.Float64bits(v))))
	}
	start := uint32(0)
	for _, end := range l.ends {
		e.numbers = append(e.numbers, d.bytes(l.text[start:end]))
		start = end
	}
	if int(d.n-before) <= some/2 && d.size() <= maxDictionary || some < fewValues {
		return true
	}
	if first {
		e.release(l)
	}
	return false
}

// fewValues are too few to say whether they come again.
const fewValues = 4

// take returns an empty dictionary.
func (e *encoder) take() *dictionary {
	if n := len(e.free); n > 0 {
		d := e.free[n-1]
		e.free = e.free[:n-1]
		return d
	}
	return newDictionary()
}

// release takes the dictionary of a leaf back.
func (e *encoder) release(l *leaf) {
	if l.dict != nil {
		l.dict.reset()
		e.free = append(e.free, l.dict)
		l.dict = nil
	}
}

// bound takes the values into the bounds of the chunk; those of a dictionary are
// looked at when it is written.
func (l *leaf) bound() {
	b := &l.chunk.bounds
	for _, v := range l.shorts {
		b.integer(int64(v))
	}
	for _, v := range l.ints {
		b.integer(v)
	}
	for _, v := range l.floats {
		b.float(v)
	}
	start := uint32(0)
	for _, end := range l.ends {
		b.bytes(l.text[start:end])
		start = end
	}
}

// boundDictionary takes the values of the dictionary into the bounds.
func (l *leaf) boundDictionary() {
	b := &l.chunk.bounds
	for _, v := range l.dict.ints {
		if l.physical == format.Double {
			b.float(math.Float64frombits(uint64(v)))
		} else {
			b.integer(v)
		}
	}
	for i := range l.dict.ends {
		b.bytes(l.dict.value(uint32(i)))
	}
}

// finish ends the chunk of a leaf. It returns the page of the dictionary, which
// comes before the others, nil for none, and readies the leaf for the next row
// group, but for the chunk, which the caller clears.
func (e *encoder) finish(l *leaf) (dictionaryPage []byte) {
	e.cut(l)
	if l.dict != nil {
		l.boundDictionary()
		l.chunk.note(format.Plain)
		e.raw = l.dict.appendPlain(e.raw[:0], l.physical == format.Int32)
		dictionaryPage = e.appendPage(nil, &l.chunk.raw, format.PageHeader{
			Type:                 format.DictionaryPage,
			DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(l.dict.n), Encoding: format.Plain}),
		})
		e.release(l)
	}
	l.plain = false
	return dictionaryPage
}

// reset forgets the pages. What describes them is the file's now.
func (c *chunk) reset() { *c = chunk{pages: c.pages[:0]} }
