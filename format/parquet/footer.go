package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// A footer is what a file says of itself, as far as it matters here.
type footer struct {
	schema  []element
	groups  []group
	rows    int64
	told    map[string]string
	creator string
}

// An element is one of the schema.
type element struct {
	name       string
	kind       format.Type
	leaf       bool
	length     int32
	repetition format.FieldRepetitionType
	children   int32
	converted  deprecated.ConvertedType
	scale      int32
	logical    logical
}

// A logical is what the values of a leaf mean, 0 for nothing special.
type logical struct {
	id       int  // of the union LogicalType
	unit     int  // of a time: 1 milliseconds, 2 microseconds, 3 nanoseconds
	unsigned bool // of an integer
}

// Identifiers of LogicalType and ConvertedType.
const (
	logicalString    = 1
	logicalMap       = 2
	logicalList      = 3
	logicalEnum      = 4
	logicalDecimal   = 5
	logicalDate      = 6
	logicalTimestamp = 8
	logicalInteger   = 10
	logicalJSON      = 12
)

type group struct {
	rows    int64
	columns []column
}

// A column is a chunk of a row group.
type column struct {
	kind       format.Type
	codec      format.CompressionCodec
	values     int64
	size       int64 // compressed
	data       int64 // where its first page is
	dictionary int64 // where its dictionary is; 0 for none
}

const (
	// maxFooter bounds the description of a file, in bytes.
	maxFooter = 64 << 20
	// maxElements bounds its schema, maxChunks the row groups and their columns.
	maxElements = 1 << 16
	maxChunks   = 1 << 22
	// maxTold bounds what is kept of its keys and values, in bytes.
	maxTold = 16 << 20
	// toldEntry is about what one takes beside its text.
	toldEntry = 64
)

var (
	errNoParquet = errors.New("no Parquet file, or not a whole one")
	errEncrypted = errors.New("the file is encrypted")
)

// readFooter reads the description of a file.
func readFooter(r io.ReaderAt, size int64) (*footer, error) {
	var tail [8]byte
	if size < int64(len(Magic)+len(tail)) {
		return nil, errNoParquet
	}
	if _, err := r.ReadAt(tail[:], size-8); err != nil {
		return nil, fmt.Errorf("reading its end: %w", err)
	}
	n := int64(binary.LittleEndian.Uint32(tail[:4]))
	switch {
	case string(tail[4:]) == "PARE":
		return nil, errEncrypted
	case string(tail[4:]) != Magic || n > size-int64(len(Magic)+len(tail)):
		return nil, errNoParquet
	case n > maxFooter:
		return nil, fmt.Errorf("a description of more than %d MiB", maxFooter>>20)
	}
	b := make([]byte, n)
	if _, err := r.ReadAt(b, size-8-n); err != nil {
		return nil, fmt.Errorf("reading its description: %w", err)
	}
	f := &footer{told: map[string]string{}}
	t := thriftReader{b: b}
	f.read(&t)
	return f, t.err
}

func (f *footer) read(r *thriftReader) {
	told, chunks := 0, maxChunks
	r.fields(0, func(id int, kind byte) bool {
		switch {
		case id == 2 && kind == thriftList:
			r.list(func(byte) {
				if len(f.schema) == maxElements {
					r.fail()
					return
				}
				f.schema = append(f.schema, readElement(r))
			})
		case id == 3 && kind == thriftI64:
			f.rows = r.integer()
		case id == 4 && kind == thriftList:
			r.list(func(byte) {
				if chunks--; chunks < 0 {
					r.fail()
					return
				}
				f.groups = append(f.groups, readGroup(r, &chunks))
			})
		case id == 5 && kind == thriftList:
			r.list(func(byte) {
				key, value := readPair(r)
				if told += len(key) + len(value) + toldEntry; told <= maxTold {
					f.told[key] = value
				}
			})
		case id == 6 && kind == thriftBinary:
			f.creator = string(r.bytes())
		default:
			return false
		}
		return true
	})
}

func readPair(r *thriftReader) (key, value string) {
	r.fields(1, func(id int, kind byte) bool {
		if kind != thriftBinary {
			return false
		}
		switch id {
		case 1:
			key = string(r.bytes())
		case 2:
			value = string(r.bytes())
		default:
			return false
		}
		return true
	})
	return key, value
}

// isNumber reports whether a field is an integer.
func isNumber(kind byte) bool { return kind > thriftByte && kind <= thriftI64 }

func readElement(r *thriftReader) element {
	e := element{converted: -1}
	r.fields(1, func(id int, kind byte) bool {
		switch {
		case id == 4 && kind == thriftBinary:
			e.name = string(r.bytes())
		case id == 10 && kind == thriftStruct:
			e.logical = readLogical(r)
		case !isNumber(kind):
			return false
		case id == 1:
			e.kind, e.leaf = format.Type(r.integer()), true
		case id == 2:
			e.length = int32(r.integer())
		case id == 3:
			e.repetition = format.FieldRepetitionType(r.integer())
		case id == 5:
			e.children = int32(r.integer())
		case id == 6:
			e.converted = deprecated.ConvertedType(r.integer())
		case id == 7:
			e.scale = int32(r.integer())
		default:
			return false
		}
		return true
	})
	if e.logical.id == 0 {
		e.logical = fromConverted(e.converted)
	}
	return e
}

// readLogical reads the union of logical types.
func readLogical(r *thriftReader) (l logical) {
	r.fields(2, func(id int, kind byte) bool {
		l.id = id
		if kind != thriftStruct || id != logicalTimestamp && id != logicalInteger {
			return false
		}
		r.fields(3, func(member int, kind byte) bool {
			switch {
			case id == logicalInteger && member == 2:
				l.unsigned = kind == thriftFalse
			case id == logicalTimestamp && member == 2 && kind == thriftStruct:
				r.fields(4, func(unit int, _ byte) bool {
					l.unit = unit
					return false
				})
				return true
			}
			return kind == thriftTrue || kind == thriftFalse
		})
		return true
	})
	return l
}

// fromConverted is the logical type that an old writer means.
func fromConverted(c deprecated.ConvertedType) logical {
	switch c {
	case deprecated.UTF8:
		return logical{id: logicalString}
	case deprecated.Map, deprecated.MapKeyValue:
		return logical{id: logicalMap}
	case deprecated.List:
		return logical{id: logicalList}
	case deprecated.Enum:
		return logical{id: logicalEnum}
	case deprecated.Decimal:
		return logical{id: logicalDecimal}
	case deprecated.Date:
		return logical{id: logicalDate}
	case deprecated.TimestampMillis:
		return logical{id: logicalTimestamp, unit: 1}
	case deprecated.TimestampMicros:
		return logical{id: logicalTimestamp, unit: 2}
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return logical{id: logicalInteger, unsigned: true}
	case deprecated.Json:
		return logical{id: logicalJSON}
	}
	return logical{}
}

// readGroup reads a row group; left is how many columns there may still be.
func readGroup(r *thriftReader, left *int) (g group) {
	r.fields(1, func(id int, kind byte) bool {
		switch {
		case id == 1 && kind == thriftList:
			r.list(func(byte) {
				if *left--; *left < 0 {
					r.fail()
					return
				}
				g.columns = append(g.columns, readChunk(r))
			})
		case id == 3 && isNumber(kind):
			g.rows = r.integer()
		default:
			return false
		}
		return true
	})
	return g
}

// readChunk reads a column chunk; one without description is an error.
func readChunk(r *thriftReader) (c column) {
	found := false
	r.fields(2, func(id int, kind byte) bool {
		if id != 3 || kind != thriftStruct {
			return false
		}
		c, found = readColumn(r), true
		return true
	})
	if !found {
		r.fail()
	}
	return c
}

func readColumn(r *thriftReader) (c column) {
	r.fields(3, func(id int, kind byte) bool {
		if !isNumber(kind) {
			return false
		}
		switch id {
		case 1:
			c.kind = format.Type(r.integer())
		case 4:
			c.codec = format.CompressionCodec(r.integer())
		case 5:
			c.values = r.integer()
		case 7:
			c.size = r.integer()
		case 9:
			c.data = r.integer()
		case 11:
			c.dictionary = r.integer()
		default:
			return false
		}
		return true
	})
	return c
}
