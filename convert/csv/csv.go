// Package csv writes parts of flow records as comma-separated values (RFC 4180).
package csv

import (
	"bytes"
	"unicode/utf8"

	"joy/query/element"
	"joy/query/value"
)

// Default names the columns where none are named. It changes only with the version
// of the schema.
const Default = "sa,sp,da,dp,pr,time_start,time_end,bytes_out,num_pkts_out,bytes_in,num_pkts_in,app,tls{sni},dns{qn},end_reason,flow_id,segment"

// A Table writes records as rows. It is used by one goroutine.
type Table struct {
	// Spreadsheet puts an apostrophe before texts that a spreadsheet would take for
	// a formula.
	Spreadsheet bool

	columns []column
	cell    []byte
}

// A column is the values of one path through a record.
type column struct {
	name string
	path element.Element
}

// New makes a column of each element, and of each part of one.
func New(l element.List) *Table {
	var t Table
	t.add("", nil, l)
	return &t
}

// add takes the columns of a list, which is inside of the elements around it.
func (t *Table) add(prefix string, around []string, l element.List) {
	for _, e := range l {
		name := prefix + e.Name
		path := append(around[:len(around):len(around)], e.Name)
		if e.Parts == nil {
			t.columns = append(t.columns, column{name, chain(path)})
			continue
		}
		for _, part := range e.Parts {
			t.add(name+".", path, part)
		}
	}
}

// chain is the element that names nothing but what is at the end of a path.
func chain(path []string) element.Element {
	e := element.Element{Name: path[len(path)-1]}
	for i := len(path) - 2; i >= 0; i-- {
		e = element.Element{Name: path[i], Parts: []element.List{{e}}}
	}
	return e
}

// Head appends the row of names.
func (t *Table) Head(b []byte) []byte {
	for i := range t.columns {
		b = t.append(b, i, []byte(t.columns[i].name), true)
	}
	return append(b, '\n')
}

// Row appends the row of a record.
func (t *Table) Row(b []byte, r *value.Record) []byte {
	for i := range t.columns {
		t.cell = t.cell[:0]
		n, text := 0, false
		t.columns[i].path.Find(r, func(v value.Value) bool {
			n, text = t.value(v, n, text)
			return true
		})
		b = t.append(b, i, t.cell, text)
	}
	return append(b, '\n')
}

// value adds a value to the cell: a scalar as its text, an object as JSON, and the
// elements of a list one by one. It returns how many there are then, and whether one
// is a text.
func (t *Table) value(v value.Value, n int, text bool) (int, bool) {
	switch v.Kind() {
	case value.Array:
		for item := range v.Items() {
			n, text = t.value(item, n, text)
		}
		return n, text
	case value.Null:
		return n, text
	}
	if n > 0 {
		t.cell = append(t.cell, ';')
	}
	switch v.Kind() {
	case value.Object:
		t.escape(v)
		text = true
	case value.String:
		t.escape(v.Text())
		text = true
	default:
		t.cell = append(t.cell, v...)
	}
	return n + 1, text
}

// escape writes a text so that semicolons part values, and nothing else does:
// semicolons and backslashes have a backslash before them. Control characters but
// tabs and ends of lines are \xHH.
func (t *Table) escape(s []byte) {
	const digits = "0123456789abcdef"
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		switch {
		case r == ';' || r == '\\':
			t.cell = append(t.cell, '\\', byte(r))
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r >= 0x7f && r < 0xa0:
			t.cell = append(t.cell, '\\', 'x', digits[r>>4], digits[r&15])
		default:
			t.cell = append(t.cell, s[:n]...)
		}
		s = s[n:]
	}
}

// append appends a cell, in quotes where it needs them.
func (t *Table) append(b []byte, column int, cell []byte, text bool) []byte {
	if column > 0 {
		b = append(b, ',')
	}
	guard := t.Spreadsheet && text && len(cell) > 0 && bytes.IndexByte([]byte("=+-@\t\r\n"), cell[0]) >= 0
	if !guard && !bytes.ContainsAny(cell, ",\"\r\n") && (len(cell) > 0 || len(t.columns) > 1) &&
		(len(cell) == 0 || cell[0] != ' ' && cell[len(cell)-1] != ' ') {
		return append(b, cell...)
	}
	b = append(b, '"')
	if guard {
		b = append(b, '\'')
	}
	for _, c := range cell {
		if b = append(b, c); c == '"' {
			b = append(b, c)
		}
	}
	return append(b, '"')
}
