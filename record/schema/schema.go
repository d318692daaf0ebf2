// Package schema describes the flow record as a tree of typed columns, for
// formats that want to know beforehand what a record can hold. The tree is made
// from record.Record by internal/gen, so that it is what the JSON encoder writes.
package schema

// Version is the number of the schema: it changes whenever the columns do, and
// stands in every file that is written by them. docs/parquet.md has its history.
const Version = 1

// A Kind is the type of a column.
type Kind uint8

// The kinds. What each looks like in JSON:
const (
	Bool   Kind = iota + 1 // true, false
	Int                    // a number without decimals, of Bits bits and with a sign
	Uint                   // the same without a sign
	Float                  // a number with decimals, as Format says
	Text                   // a string
	Hex                    // a string of hexadecimal digits, two for each byte
	Time                   // a number: seconds since 1970 with six decimals
	JSON                   // any value; what is in it depends on the traffic
	List                   // an array, all elements as Elem
	Struct                 // an object with members Fields, in this order
)

// A Column is a member of the record or of an object in it, or what the elements
// of a list are.
type Column struct {
	Name   string // key in the object; "" for elements
	Kind   Kind
	Bits   uint8    // of Int and Uint: 8, 16, 32 or 64
	Format Format   // of Float
	Always bool     // the object never lacks the member
	Null   bool     // it can be null; then it is never lacking
	Elem   *Column  // of List
	Fields []Column // of Struct
}

// A Format says how a float is written: as printf's %.<Digits>f does or, with
// Significant, as %.<Digits>g. Numbers that are not finite are null.
type Format struct {
	Digits      uint8
	Significant bool
}

// Record returns the members of the record, in the order of the JSON. They are
// not to be changed.
func Record() []Column { return ofRecord }
