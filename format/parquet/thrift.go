package parquet

import (
	"encoding/binary"
	"errors"
)

// A thriftReader reads the compact protocol of Thrift, in which files describe
// themselves: field by field, so that nothing is made larger than what is there,
// whatever lengths are claimed.
type thriftReader struct {
	b   []byte
	i   int
	err error
}

// Types of the compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

var errThrift = errors.New("its description cannot be read")

func (r *thriftReader) fail() {
	if r.err == nil {
		r.err = errThrift
	}
	r.i = len(r.b)
}

func (r *thriftReader) byte() byte {
	if r.i >= len(r.b) {
		r.fail()
		return 0
	}
	r.i++
	return r.b[r.i-1]
}

func (r *thriftReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b[r.i:])
	if n <= 0 {
		r.fail()
		return 0
	}
	r.i += n
	return v
}

// integer reads a number of any size.
func (r *thriftReader) integer() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// bytes is a part of what is read.
func (r *thriftReader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.b)-r.i) {
		r.fail()
		return nil
	}
	r.i += int(n)
	return r.b[r.i-int(n) : r.i]
}

// fields calls each for the fields of a struct. What it does not read has to be
// skipped: it returns false.
func (r *thriftReader) fields(depth int, each func(id int, kind byte) bool) {
	id := 0
	for r.err == nil {
		head := r.byte()
		if head == 0 {
			return
		}
		if delta := int(head >> 4); delta > 0 {
			id += delta
		} else {
			id = int(r.integer())
		}
		if kind := head & 15; !each(id, kind) {
			r.skip(kind, depth)
		}
	}
}

// list calls each for the elements of a list.
func (r *thriftReader) list(each func(kind byte)) {
	kind, n := r.listHead()
	for ; n > 0 && r.err == nil; n-- {
		each(kind)
	}
}

func (r *thriftReader) listHead() (kind byte, n uint64) {
	head := r.byte()
	if n = uint64(head >> 4); n == 15 {
		n = r.uvarint()
	}
	if n > uint64(len(r.b)-r.i) { // an element takes a byte at least
		r.fail()
	}
	return head & 15, n
}

// maxThrift bounds how deep structs are skipped.
const maxThrift = 16

// skip passes over a field.
func (r *thriftReader) skip(kind byte, depth int) {
	if depth > maxThrift {
		r.fail()
		return
	}
	switch kind {
	case thriftTrue, thriftFalse:
	case thriftByte:
		r.byte()
	case thriftDouble:
		if r.i += 8; r.i > len(r.b) {
			r.fail()
		}
	case thriftBinary:
		r.bytes()
	case thriftList, thriftSet:
		r.list(func(kind byte) { r.skipElement(kind, depth) })
	case thriftMap:
		r.skipMap(depth)
	case thriftStruct:
		r.fields(depth+1, func(int, byte) bool { return false })
	default:
		if kind == 0 || kind > thriftStruct {
			r.fail()
			return
		}
		r.uvarint()
	}
}

// skipElement is skip for an element, whose bools have a byte of their own.
func (r *thriftReader) skipElement(kind byte, depth int) {
	if kind == thriftTrue || kind == thriftFalse {
		r.byte()
		return
	}
	r.skip(kind, depth+1)
}

func (r *thriftReader) skipMap(depth int) {
	n := r.uvarint()
	if n == 0 {
		return
	}
	kinds := r.byte()
	for ; n > 0 && r.err == nil; n-- {
		r.skipElement(kinds>>4, depth)
		r.skipElement(kinds&15, depth)
	}
}
