package table

import (
	"math"

	"joy/joy-sql/duck"
	"joy/query/flow"
	"joy/query/value"
	"joy/record/schema"
)

// set puts a value into a row, which stays NULL when it does not fit. It returns
// how many values did not, which null never is.
func set(to *duck.Vector, row int, c *schema.Column, v value.Value) (misfits int64) {
	kind := v.Kind()
	if kind == value.Null && c.Kind != schema.JSON {
		return 0
	}
	ok := false
	switch c.Kind {
	case schema.JSON:
		to.SetText(row, v)
		return 0
	case schema.List:
		if kind == value.Array {
			return setList(to, row, c.Elem, v)
		}
	case schema.Struct:
		if kind == value.Object {
			return setStruct(to, row, c.Fields, v)
		}
	case schema.Text, schema.Hex:
		if ok = kind == value.String; ok {
			to.SetText(row, v.Text())
		}
	case schema.Bool:
		if ok = kind == value.True || kind == value.False; ok {
			to.SetBool(row, kind == value.True)
		}
	default:
		ok = kind == value.Number && setNumber(to, row, c.Kind, v)
	}
	if !ok {
		return 1
	}
	return 0
}

func setNumber(to *duck.Vector, row int, kind schema.Kind, v value.Value) bool {
	if kind == schema.Time {
		ns, ok := flow.Time(v)
		if ok {
			to.SetTimestamp(row, ns/1000)
		}
		return ok
	}
	n, ok := value.ParseNum(v)
	switch {
	case !ok:
		return false
	case kind == schema.Float:
		if math.IsInf(n.Float, 0) {
			return false
		}
		to.SetDouble(row, n.Float)
		return true
	}
	return n.IsInt && to.SetInt(row, n.Int)
}

func setList(to *duck.Vector, row int, elem *schema.Column, v value.Value) (misfits int64) {
	n := 0
	for range v.Items() {
		n++
	}
	list, at := to.SetList(row, n)
	for item := range v.Items() {
		misfits += set(list, at, elem, item)
		at++
	}
	return misfits
}

// setStruct expects the members in the order of the schema, which is the fast
// way, and finds them in any.
func setStruct(to *duck.Vector, row int, fields []schema.Column, v value.Value) (misfits int64) {
	to.SetStruct(row)
	next := 0
	for name, member := range v.Members() {
		if at := find(fields, next, name); at >= 0 {
			misfits += set(to.Field(at), row, &fields[at], member)
			next = at + 1
		}
	}
	return misfits
}

// find looks for a name from a place on, and then in front of it.
func find(fields []schema.Column, from int, name []byte) int {
	for i := range fields {
		if at := (from + i) % len(fields); fields[at].Name == string(name) {
			return at
		}
	}
	return -1
}
