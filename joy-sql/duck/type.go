package duck

import bindings "github.com/duckdb/duckdb-go-bindings"

// A Kind is the kind of a Type.
type Kind uint8

// The kinds, by DuckDB's names.
const (
	Boolean Kind = iota
	Integer
	BigInt
	Double
	Varchar
	JSON      // text in the form of JSON
	Timestamp // microseconds since 1970, in UTC
	List
	Struct
)

// A Type is that of a column.
type Type struct {
	Kind   Kind
	Elem   *Type    // of List
	Names  []string // of Struct
	Fields []Type
}

var names = [...]string{"BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "VARCHAR", "JSON", "TIMESTAMP"}

// String returns the type as SQL writes it.
func (t *Type) String() string {
	switch t.Kind {
	case List:
		return t.Elem.String() + "[]"
	case Struct:
		s := "STRUCT("
		for i := range t.Fields {
			if i > 0 {
				s += ", "
			}
			s += Identifier(t.Names[i]) + " " + t.Fields[i].String()
		}
		return s + ")"
	}
	return names[t.Kind]
}

var typeIDs = [...]bindings.Type{
	bindings.TypeBoolean, bindings.TypeInteger, bindings.TypeBigInt, bindings.TypeDouble,
	bindings.TypeVarchar, bindings.TypeVarchar, bindings.TypeTimestamp,
}

// logical makes DuckDB's own form, which is to be destroyed.
func (t *Type) logical() bindings.LogicalType {
	switch t.Kind {
	case List:
		elem := t.Elem.logical()
		defer bindings.DestroyLogicalType(&elem)
		return bindings.CreateListType(elem)
	case Struct:
		fields := make([]bindings.LogicalType, len(t.Fields))
		for i := range fields {
			fields[i] = t.Fields[i].logical()
			defer bindings.DestroyLogicalType(&fields[i])
		}
		return bindings.CreateStructType(fields, t.Names)
	}
	l := bindings.CreateLogicalType(typeIDs[t.Kind])
	if t.Kind == JSON {
		bindings.LogicalTypeSetAlias(l, "JSON")
	}
	return l
}
