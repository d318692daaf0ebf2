package duck

import (
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// VectorSize is how many rows are made at a time.
const VectorSize = 2048

// A Vector takes the values of a column, or of what is in it. All rows are NULL
// until they are set.
type Vector struct {
	kind     Kind
	vector   bindings.Vector
	data     unsafe.Pointer
	valid    *uint64
	children []Vector // of a struct its fields, of a list its elements
	used     int      // elements of a list, of all rows
	room     int      // and how many there is room for
}

// newVector prepares for rows of a vector.
func newVector(v bindings.Vector, t *Type, rows int) Vector {
	n := Vector{kind: t.Kind, vector: v}
	switch t.Kind {
	case Struct:
		n.children = make([]Vector, len(t.Fields))
		for i := range t.Fields {
			n.children[i] = newVector(bindings.StructVectorGetChild(v, bindings.IdxT(i)), &t.Fields[i], rows)
		}
	case List:
		n.room = VectorSize
		n.children = []Vector{newVector(bindings.ListVectorGetChild(v), t.Elem, n.room)}
	}
	n.refresh()
	n.clear(0, rows)
	return n
}

// refresh looks where values are kept, also those of structs.
func (v *Vector) refresh() {
	bindings.VectorEnsureValidityWritable(v.vector)
	v.valid = (*uint64)(bindings.VectorGetValidity(v.vector))
	if v.kind == Struct {
		for i := range v.children {
			v.children[i].refresh()
		}
		return
	}
	v.data = bindings.VectorGetData(v.vector)
}

// clear makes rows NULL.
func (v *Vector) clear(from, to int) {
	for row := from; row < to; {
		if word := at(v.valid, row>>6); row&63 == 0 && to-row >= 64 {
			*word = 0
			row += 64
		} else {
			*word &^= 1 << (row & 63)
			row++
		}
	}
	if v.kind == Struct {
		for i := range v.children {
			v.children[i].clear(from, to)
		}
	}
}

func (v *Vector) set(row int) { *at(v.valid, row>>6) |= 1 << (row & 63) }

// SetStruct makes a row a struct, whose fields are set one by one.
func (v *Vector) SetStruct(row int) { v.set(row) }

// Field is where the field i of structs goes.
func (v *Vector) Field(i int) *Vector { return &v.children[i] }

// SetList makes a row a list of n elements, which are to be set in the returned
// vector from the returned row on.
func (v *Vector) SetList(row, n int) (*Vector, int) {
	first := v.used
	elem := &v.children[0]
	if v.used += n; v.used > v.room {
		for v.room < v.used {
			v.room *= 2
		}
		bindings.ListVectorReserve(v.vector, bindings.IdxT(v.room))
		elem.refresh()
	}
	elem.clear(first, v.used)
	*(*[2]uint64)(unsafe.Add(v.data, row*16)) = [2]uint64{uint64(first), uint64(n)}
	v.set(row)
	return elem, first
}

// finish tells how many elements there are.
func (v *Vector) finish() {
	if v.kind == List {
		bindings.ListVectorSetSize(v.vector, bindings.IdxT(v.used))
	}
	for i := range v.children {
		v.children[i].finish()
	}
}

// SetText sets a VARCHAR or JSON, which has to be UTF-8.
func (v *Vector) SetText(row int, text []byte) {
	if len(text) <= inlined {
		(*stringT)(unsafe.Add(v.data, row*16)).setInlined(text)
	} else {
		bindings.VectorAssignStringElementLen(v.vector, bindings.IdxT(row), text)
	}
	v.set(row)
}

// SetBool sets a BOOLEAN.
func (v *Vector) SetBool(row int, b bool) { put(v, row, b) }

// SetDouble sets a DOUBLE.
func (v *Vector) SetDouble(row int, f float64) { put(v, row, f) }

// SetTimestamp sets a TIMESTAMP.
func (v *Vector) SetTimestamp(row int, microseconds int64) { put(v, row, microseconds) }

// SetInt sets an INTEGER or a BIGINT, and reports false for a number that does
// not fit.
func (v *Vector) SetInt(row int, n int64) bool {
	if v.kind == BigInt {
		put(v, row, n)
		return true
	}
	fits := int64(int32(n)) == n
	if fits {
		put(v, row, int32(n))
	}
	return fits
}

func put[T any](v *Vector, row int, value T) {
	*(*T)(unsafe.Add(v.data, uintptr(row)*unsafe.Sizeof(value))) = value
	v.set(row)
}
