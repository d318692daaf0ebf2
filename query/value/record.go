package value

import (
	"errors"
	"slices"
)

// A Record is an object taken apart: its members in order, each name once.
// Names and values borrow the text, unless they were set.
type Record struct {
	Members []Member
	places  map[string]int // of the members, where there are many
}

// A Member is a name and a value.
type Member struct {
	Name  []byte
	Value Value
}

// ErrNoObject is given for JSON that is no object.
var ErrNoObject = errors.New("no JSON object")

// Parse takes a line apart, which stays the caller's and must not change while r
// is in use.
func (r *Record) Parse(line []byte) error { return r.parse(line, MaxDepth, maxMembers) }

// Split is Parse for text that was made of records that had been parsed; it may be
// deeper and longer than they.
func (r *Record) Split(text []byte) error { return r.parse(text, 2*MaxDepth, 2*maxMembers) }

func (r *Record) parse(text []byte, depth, most int) error {
	r.reset()
	s := scanner{text: text, depth: depth}
	i := skipBlanks(text, 0)
	if i == len(text) {
		return errEmpty
	}
	var end int
	if s.at(i) == '{' {
		end = s.object(i, 1, func(name, v []byte) {
			if r.put(unquote(name), v); len(r.Members) > most {
				s.err = errMembers
			}
		})
	} else {
		end = s.value(i, 0)
	}
	switch {
	case s.err != nil:
		return s.err
	case skipBlanks(text, end) < len(text):
		return errMore
	case text[i] != '{':
		return ErrNoObject
	}
	return nil
}

// maxMembers bounds the members of a record; flows have less than a hundred.
const maxMembers = 1 << 16

var errMembers = errors.New("more than 65536 members")

// errEmpty is what a line of blanks is.
var errEmpty = errors.New("an empty line")

// errMore is what a line of several values is.
var errMore = errors.New("more than one JSON value")

func (r *Record) reset() {
	r.Members, r.places = r.Members[:0], nil
}

// few is how many members are searched one by one.
const few = 64

// find returns where a member is, -1 for nowhere.
func (r *Record) find(name []byte) int {
	if r.places != nil {
		if i, ok := r.places[string(name)]; ok {
			return i
		}
		return -1
	}
	for i := range r.Members {
		if string(r.Members[i].Name) == string(name) {
			return i
		}
	}
	return -1
}

// put adds a member; the last of several values of a name counts, at the place of
// the first, as in Python.
func (r *Record) put(name []byte, v Value) {
	if i := r.find(name); i >= 0 {
		r.Members[i].Value = v
		return
	}
	r.Members = append(r.Members, Member{name, v})
	switch {
	case r.places != nil:
		r.places[string(name)] = len(r.Members) - 1
	case len(r.Members) == few:
		r.index()
	}
}

// index makes places.
func (r *Record) index() {
	r.places = make(map[string]int, 2*len(r.Members))
	for i := range r.Members {
		r.places[string(r.Members[i].Name)] = i
	}
}

// Get returns the member of a name, nil if there is none.
func (r *Record) Get(name string) Value {
	if r.places != nil {
		if i, ok := r.places[name]; ok {
			return r.Members[i].Value
		}
		return nil
	}
	for i := range r.Members {
		if string(r.Members[i].Name) == name {
			return r.Members[i].Value
		}
	}
	return nil
}

// Set gives a member another value, or adds it. The value is the record's from
// then on.
func (r *Record) Set(name string, v Value) { r.put([]byte(name), v) }

// Clone returns a copy that borrows nothing, of the members that keep says (nil:
// all), and how many bytes it takes.
func (r *Record) Clone(keep func(name []byte) bool) (c *Record, size int) {
	c = &Record{Members: make([]Member, 0, len(r.Members))}
	for i := range r.Members {
		m := &r.Members[i]
		if keep != nil && !keep(m.Name) {
			continue
		}
		c.Members = append(c.Members, *m)
		size += len(m.Name) + len(m.Value)
	}
	text := make([]byte, 0, size)
	own := func(b []byte) []byte {
		text = append(text, b...)
		return text[len(text)-len(b) : len(text) : len(text)]
	}
	for i := range c.Members {
		m := &c.Members[i]
		m.Name, m.Value = own(m.Name), own(m.Value)
	}
	if len(c.Members) >= few {
		c.index()
	}
	return c, size
}

// Remove takes a member out.
func (r *Record) Remove(name string) {
	i := r.find([]byte(name))
	if i < 0 {
		return
	}
	r.Members = slices.Delete(r.Members, i, i+1)
	if r.places != nil {
		r.index()
	}
}
