// Package present writes flow records in the form that this version of joy gives
// them: members in its order and under its names, no blanks, each name once.
package present

import (
	"bytes"
	"strconv"

	"joy/feature"
	"joy/query/flow"
	"joy/query/value"
	"joy/record/schema"
)

// A Former brings lines into the present form. What is not known, as of a newer joy,
// stays as it is, behind what is. It is used by one goroutine.
type Former struct {
	rec   value.Record
	order map[*schema.Column]map[string]int
	root  schema.Column
}

// New returns one.
func New() *Former {
	return &Former{
		order: map[*schema.Column]map[string]int{},
		root:  schema.Column{Kind: schema.Struct, Fields: schema.Record()},
	}
}

// Append appends a line in its present form, without an end of line.
func (p *Former) Append(b, line []byte) ([]byte, error) {
	if err := p.rec.Parse(line); err != nil {
		return b, err
	}
	switch {
	case flow.IsSettings(&p.rec):
		return p.settings(b), nil
	case p.rec.Get("sa") == nil:
		return p.compact(b, value.Value(line)), nil
	}
	if !hasBlanks(line) && inOrder(value.Value(line), &p.root) && p.rec.Get("ob") == nil && p.rec.Get("ts") == nil {
		return append(b, line...), nil // as nearly always
	}
	p.rename()
	return p.members(b, p.rec.Members, &p.root), nil
}

// hasBlanks reports whether there are blanks outside of strings.
func hasBlanks(line []byte) bool {
	for {
		n := bytes.IndexByte(line, '"')
		if n < 0 {
			n = len(line)
		}
		for _, c := range line[:n] {
			if c <= ' ' {
				return true
			}
		}
		if n == len(line) {
			return false
		}
		line = line[n+1:]
		for { // the end of the string
			n = bytes.IndexByte(line, '"')
			slashes := 0
			for slashes < n && line[n-slashes-1] == '\\' {
				slashes++
			}
			line = line[n+1:]
			if slashes%2 == 0 {
				break
			}
		}
	}
}

// inOrder reports whether a value has the members of its column in their order, each
// once, and no others, all the way down.
func inOrder(v value.Value, c *schema.Column) bool {
	switch {
	case c.Kind == schema.List && v.Kind() == value.Array && (c.Elem.Kind == schema.List || c.Elem.Kind == schema.Struct):
		for item := range v.Items() {
			if !inOrder(item, c.Elem) {
				return false
			}
		}
	case c.Kind == schema.Struct && v.Kind() == value.Object:
		next := 0
		for name, m := range v.Members() {
			for next < len(c.Fields) && c.Fields[next].Name != string(name) {
				next++
			}
			if next == len(c.Fields) || !inOrder(m, &c.Fields[next]) {
				return false
			}
			next++
		}
	}
	return true
}

// settings writes the configuration with the present version of the schema in the
// place of its own.
func (p *Former) settings(b []byte) []byte {
	const name = "schema"
	if flow.Schema(&p.rec) <= schema.Version { // of a newer one, what is new stays
		p.rec.Set(name, strconv.AppendInt(nil, schema.Version, 10))
	}
	end := p.rec.Get("end-config")
	p.rec.Remove("end-config") // it comes last
	p.rec.Set("end-config", end)
	b = append(b, '{')
	for i := range p.rec.Members {
		b = p.member(b, &p.rec.Members[i], nil)
	}
	return append(b, '}')
}

// rename gives members the names of today that they do not have in files of Joy 1 and
// 2: see docs/schema.md.
func (p *Former) rename() {
	if p.rec.Get("bytes_out") != nil || p.rec.Get("time_start") != nil {
		return
	}
	for _, n := range [...]struct{ old, name string }{
		{"ob", "bytes_out"},
		{"op", "num_pkts_out"},
		{"ib", "bytes_in"},
		{"ip", "num_pkts_in"},
		{"ts", "time_start"},
		{"te", "time_end"},
		{"non_norm_stats", "packets"},
	} {
		if v := p.rec.Get(n.old); v != nil && (n.old != "ip" || v.Kind() == value.Number) {
			p.rec.Remove(n.old)
			p.rec.Set(n.name, v)
		}
	}
}

// members writes an object: what c has in its order, and then what it does not have.
func (p *Former) members(b []byte, list []value.Member, c *schema.Column) []byte {
	places := p.places(c)
	known, others := make([]*value.Member, len(c.Fields)), []*value.Member(nil)
	for i := range list {
		m := &list[i]
		if n, ok := places[string(m.Name)]; ok {
			known[n] = m // of several, the last
		} else {
			others = append(others, m)
		}
	}
	b = append(b, '{')
	for i, m := range known {
		if m != nil {
			b = p.member(b, m, &c.Fields[i])
		}
	}
	for _, m := range others {
		b = p.member(b, m, nil)
	}
	return append(b, '}')
}

// places are the numbers of a column's fields by name.
func (p *Former) places(c *schema.Column) map[string]int {
	places, ok := p.order[c]
	if !ok {
		places = make(map[string]int, len(c.Fields))
		for i := range c.Fields {
			places[c.Fields[i].Name] = i
		}
		p.order[c] = places
	}
	return places
}

func (p *Former) member(b []byte, m *value.Member, c *schema.Column) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = append(feature.AppendString(b, m.Name), ':')
	return p.value(b, m.Value, c)
}

// value writes a value that is a column, nil for one that is not known.
func (p *Former) value(b []byte, v value.Value, c *schema.Column) []byte {
	switch {
	case c == nil || v.Kind() != value.Object && v.Kind() != value.Array:
		return p.compact(b, v)
	case c.Kind == schema.List && v.Kind() == value.Array:
		if e := c.Elem; e.Kind != schema.List && e.Kind != schema.Struct {
			return p.compact(b, v)
		}
		b = append(b, '[')
		for item := range v.Items() {
			if b[len(b)-1] != '[' {
				b = append(b, ',')
			}
			b = p.value(b, item, c.Elem)
		}
		return append(b, ']')
	case c.Kind == schema.Struct && v.Kind() == value.Object:
		var list []value.Member
		for name, v := range v.Members() {
			list = append(list, value.Member{Name: name, Value: v})
		}
		return p.members(b, list, c)
	}
	return p.compact(b, v)
}

// compact writes a value without the blanks around its parts.
func (p *Former) compact(b []byte, v value.Value) []byte {
	inside := false
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case inside && c == '\\' && i+1 < len(v):
			b = append(b, c)
			i++
			c = v[i]
		case c == '"':
			inside = !inside
		case !inside && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			continue
		}
		b = append(b, c)
	}
	return b
}
