// Package element holds sleuth's notation for parts of a record: a sample of its
// JSON without quotes, values and colons, such as da,tls{scs,s_cert[{issuer}]}.
package element

import (
	"strings"

	"joy/query/value"
)

// A List is what is named of an object, in the order in which it was named; each
// name once.
type List []Element

// An Element is a member of an object: all of it, or parts.
type Element struct {
	Name string
	// Parts are what is named of an object, or of each object of an array: one
	// list for each that is made of it. nil: all of the member.
	Parts []List
}

// add names one more element; what was named before stays.
func (l List) add(e Element) List {
	for i := range l {
		if l[i].Name == e.Name {
			l[i].join(e)
			return l
		}
	}
	return append(l, e)
}

// join has e name what o names too.
func (e *Element) join(o Element) {
	switch {
	case e.Parts == nil:
	case o.Parts == nil:
		e.Parts = nil
	case len(e.Parts) == 1 && len(o.Parts) == 1:
		for _, part := range o.Parts[0] {
			e.Parts[0] = e.Parts[0].add(part)
		}
	default:
		e.Parts = append(e.Parts, o.Parts...)
	}
}

// Join returns a list that names what both name; it shares nothing with them.
func Join(a, b List) List {
	list := a.clone()
	for _, e := range b.clone() {
		list = list.add(e)
	}
	return list
}

func (l List) clone() List {
	var c List
	for _, e := range l {
		if e.Parts != nil {
			parts := make([]List, len(e.Parts))
			for i := range e.Parts {
				parts[i] = e.Parts[i].clone()
			}
			e.Parts = parts
		}
		c = append(c, e)
	}
	return c
}

// Names reports whether a member of the record is named, in part at least.
func (l List) Names(name []byte) bool {
	for i := range l {
		if string(name) == l[i].Name {
			return true
		}
	}
	return false
}

// String writes the element as it is read.
func (e *Element) String() string {
	var b strings.Builder
	e.write(&b)
	return b.String()
}

func (e *Element) write(b *strings.Builder) {
	name := e.Name
	if name == "" || strings.ContainsAny(name, notation+blanks+`"'`+`\`) {
		name = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	b.WriteString(name)
	if len(e.Parts) == 0 {
		return
	}
	left, right := "{", "}"
	if len(e.Parts) > 1 {
		left, right = "[{", "}]"
	}
	b.WriteString(left)
	for i, part := range e.Parts {
		if i > 0 {
			b.WriteString("},{")
		}
		for j := range part {
			if j > 0 {
				b.WriteString(",")
			}
			part[j].write(b)
		}
	}
	b.WriteString(right)
}

// A Source is what elements are looked up in: a value or a record.
type Source interface {
	Get(name string) value.Value
}

// Append writes an object of what l names of src, in sleuth's form, and reports
// whether there was anything; if not, it writes nothing.
func (l List) Append(b []byte, src Source) ([]byte, bool) {
	if v, ok := src.(value.Value); ok && len(l) > 1 {
		src = l.lookUp(v)
	}
	start := len(b)
	b = append(b, '{')
	found := false
	for i := range l {
		var ok bool
		if b, ok = l[i].append(b, src, found); ok {
			found = true
		}
	}
	if !found {
		return b[:start], false
	}
	return append(b, '}'), true
}

// members are those of an object that a list names, found in one pass.
type members struct {
	list   List
	values []value.Value
}

func (l List) lookUp(v value.Value) *members {
	m := &members{l, make([]value.Value, len(l))}
	for name, v := range v.Members() {
		for i := range l {
			if string(name) == l[i].Name {
				m.values[i] = v
			}
		}
	}
	return m
}

// Get is that of a Source.
func (m *members) Get(name string) value.Value {
	for i := range m.list {
		if m.list[i].Name == name {
			return m.values[i]
		}
	}
	return nil
}

// append writes one member, and nothing if there is nothing of it.
func (e *Element) append(b []byte, src Source, behind bool) ([]byte, bool) {
	v := src.Get(e.Name)
	if v == nil {
		return b, false
	}
	start := len(b)
	if behind {
		b = append(b, ", "...)
	}
	b = append(value.AppendName(b, []byte(e.Name)), ": "...)
	if e.Parts == nil {
		return v.Append(b), true
	}
	var ok bool
	switch v.Kind() {
	case value.Object:
		b, ok = e.appendObject(b, v)
	case value.Array:
		b, ok = e.appendArray(b, v)
	}
	if !ok {
		b = b[:start]
	}
	return b, ok
}

// appendObject writes all parts of v as one object.
func (e *Element) appendObject(b []byte, v value.Value) ([]byte, bool) {
	all := e.Parts[0]
	for _, part := range e.Parts[1:] {
		all = Join(all, part)
	}
	return all.Append(b, v)
}

// appendArray writes the parts of each object of an array.
func (e *Element) appendArray(b []byte, v value.Value) ([]byte, bool) {
	b = append(b, '[')
	found := false
	for item := range v.Items() {
		for _, part := range e.Parts {
			start := len(b)
			if found {
				b = append(b, ", "...)
			}
			var ok bool
			if b, ok = part.Append(b, item); ok {
				found = true
			} else {
				b = b[:start]
			}
		}
	}
	return append(b, ']'), found
}

// Find calls yield for all values of src that e names, until it returns false,
// and returns whether it never did.
func (e *Element) Find(src Source, yield func(value.Value) bool) bool {
	v := src.Get(e.Name)
	switch {
	case v == nil:
		return true
	case e.Parts == nil:
		return yield(v)
	case v.Kind() == value.Object:
		return e.findParts(v, yield)
	}
	for item := range v.Items() {
		if !e.findParts(item, yield) {
			return false
		}
	}
	return true
}

func (e *Element) findParts(v value.Value, yield func(value.Value) bool) bool {
	for _, part := range e.Parts {
		for i := range part {
			if !part[i].Find(v, yield) {
				return false
			}
		}
	}
	return true
}

// Blank writes v as Value.Append does, with null in the place of what l names.
func (l List) Blank(b []byte, v value.Value) []byte {
	return blank(b, v, []List{l})
}

// blank does that for several lists.
func blank(b []byte, v value.Value, lists []List) []byte {
	if v.Kind() != value.Object {
		return v.Append(b)
	}
	b = append(b, '{')
	first := true
	for name, v := range v.Members() {
		if !first {
			b = append(b, ", "...)
		}
		first = false
		b = append(value.AppendName(b, name), ": "...)
		b = blankMember(b, name, v, lists)
	}
	return append(b, '}')
}

func blankMember(b, name []byte, v value.Value, lists []List) []byte {
	var parts []List
	for _, l := range lists {
		for i := range l {
			switch {
			case l[i].Name != string(name):
			case l[i].Parts == nil:
				return append(b, "null"...)
			default:
				parts = append(parts, l[i].Parts...)
			}
		}
	}
	switch {
	case parts == nil:
		return v.Append(b)
	case v.Kind() != value.Array:
		return blank(b, v, parts)
	}
	b = append(b, '[')
	first := true
	for item := range v.Items() {
		if !first {
			b = append(b, ", "...)
		}
		first = false
		b = blank(b, item, parts)
	}
	return append(b, ']')
}
