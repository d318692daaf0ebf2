package element

import "joy/query/value"

// find returns the element of a name, nil if there is none.
func (l List) find(name []byte) *Element {
	for i := range l {
		if string(name) == l[i].Name {
			return &l[i]
		}
	}
	return nil
}

// all are the parts of e in one list.
func (e *Element) all() List {
	if len(e.Parts) == 1 {
		return e.Parts[0]
	}
	var all List
	for _, part := range e.Parts {
		all = Join(all, part)
	}
	return all
}

// Keep writes an object with nothing but what l names of v, in the order of v and
// without blanks. Unlike Append it keeps objects of which nothing is left.
func (l List) Keep(b []byte, v value.Value) []byte { return l.part(b, v, true) }

// Drop writes an object without what l names.
func (l List) Drop(b []byte, v value.Value) []byte { return l.part(b, v, false) }

func (l List) part(b []byte, v value.Value, keep bool) []byte {
	switch v.Kind() {
	case value.Object:
	case value.Array:
		b = append(b, '[')
		for item := range v.Items() {
			if b[len(b)-1] != '[' {
				b = append(b, ',')
			}
			b = l.part(b, item, keep)
		}
		return append(b, ']')
	default:
		return append(b, v...)
	}
	b = append(b, '{')
	for name, v := range v.Members() {
		e := l.find(name)
		whole := e != nil && e.Parts == nil
		if keep && e == nil || !keep && whole {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(value.AppendName(b, name), ':')
		if e == nil || whole {
			b = append(b, v...)
		} else {
			b = e.all().part(b, v, keep)
		}
	}
	return append(b, '}')
}
