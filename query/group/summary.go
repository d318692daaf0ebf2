package group

import (
	"encoding/binary"
	"fmt"

	"joy/query/value"
)

// Sum adds up members of the objects of a group, and lists the different values
// of the others. The last member, sum_over, says how many objects there were.
type Sum struct {
	// Skipped counts values that cannot be added.
	Skipped uint64

	table  *table
	single bool // there is one group, whatever comes
	adds   map[string]bool
	names  map[string]int // places of members in the output
	listed []string
	record value.Record
	key    []byte
}

// maxNames bounds the number of different names of members.
const maxNames = 1<<16 - 2

// last is the place of sum_over.
const last = 1<<16 - 1

// NewSum returns a Sum of the members that sums names; order says in which order
// those that it names are written, others follow as they come. Without groups,
// there is a result even if there are no objects.
func NewSum(limit int, sums, order []string, groups bool) *Sum {
	s := &Sum{table: newTable(limit), single: !groups, adds: map[string]bool{}, names: map[string]int{}}
	for _, name := range sums {
		s.adds[name] = true
	}
	for _, name := range order {
		if _, err := s.place([]byte(name)); err != nil {
			break
		}
	}
	return s
}

// place returns where a member stands in the output.
func (s *Sum) place(name []byte) (int, error) {
	if i, ok := s.names[string(name)]; ok {
		return i, nil
	}
	if len(s.listed) == maxNames {
		return 0, fmt.Errorf("more than %d different keys: --select says which are of interest", maxNames)
	}
	s.names[string(name)] = len(s.listed)
	s.listed = append(s.listed, string(name))
	return len(s.listed) - 1, nil
}

// Add is that of a Reducer.
func (s *Sum) Add(group, object []byte) error {
	if err := s.record.Split(object); err != nil {
		return err
	}
	e, err := s.at(group, last, nil)
	if err != nil {
		return err
	}
	e.count++
	for i := range s.record.Members {
		m := &s.record.Members[i]
		place, err := s.place(m.Name)
		if err != nil {
			return err
		}
		if s.adds[string(m.Name)] {
			err = s.add(group, place, m.Value)
		} else {
			err = s.list(group, place, m.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// at returns the entry of a member.
func (s *Sum) at(group []byte, place int, v value.Value) (*entry, error) {
	s.key = binary.BigEndian.AppendUint16(append(s.key[:0], group...), uint16(place))
	if v != nil {
		s.key = v.AppendKey(s.key)
	}
	return s.table.at(s.key, len(group))
}

func (s *Sum) add(group []byte, place int, v value.Value) error {
	e, err := s.at(group, place, nil)
	if err != nil {
		return err
	}
	before := len(e.sum.nums)
	if !e.sum.add(v) {
		s.Skipped++
	}
	const numCost = 24
	s.table.size += max(0, len(e.sum.nums)-before) * numCost
	return nil
}

func (s *Sum) list(group []byte, place int, v value.Value) error {
	e, err := s.at(group, place, v)
	if err != nil {
		return err
	}
	if e.count++; e.count == 1 {
		s.table.hold(e, v)
	}
	return nil
}

// Finish is that of a Reducer.
func (s *Sum) Finish(w Writer) error {
	o := summary{w: w, names: s.listed, place: -1}
	empty := true
	err := s.table.each(func(key []byte, e *entry) error {
		empty = false
		return o.entry(int(binary.BigEndian.Uint16(key[e.group:])), e)
	})
	if err == nil && empty && s.single {
		return whole(w, []byte(`{"sum_over": 0}`))
	}
	return err
}

// Close is that of a Reducer.
func (s *Sum) Close() error { return s.table.close() }

// A summary writes one object for each group, from entries in their order:
// several of one place are an array.
type summary struct {
	w     Writer
	names []string

	open   bool   // an object is
	place  int    // of the member that is being written
	first  []byte // its first value, which is not written yet
	many   bool   // it has several
	buffer []byte
}

func (o *summary) entry(place int, e *entry) error {
	switch {
	case place == last:
		if err := o.endMember(); err != nil {
			return err
		}
		if err := o.name("sum_over"); err != nil {
			return err
		}
		o.open = false
		if err := o.w.Piece(append(decimal(e.count), '}')); err != nil {
			return err
		}
		return o.w.End()
	case e.count == 0 && !e.sum.started: // nothing could be added
		return nil
	case place != o.place:
		if err := o.endMember(); err != nil {
			return err
		}
		o.place = place
		o.first = e.appendValue(o.first[:0])
		return nil
	case !o.many:
		o.many = true
		if err := o.name(o.names[place]); err != nil {
			return err
		}
		if err := o.w.Piece(append([]byte("["), o.first...)); err != nil {
			return err
		}
	}
	return o.w.Piece(e.appendValue([]byte(", ")))
}

// appendValue writes the value of an entry.
func (e *entry) appendValue(b []byte) []byte {
	if e.sum.started {
		return e.sum.append(b)
	}
	return append(b, e.text...)
}

// endMember writes what is left of a member.
func (o *summary) endMember() error {
	if o.place < 0 {
		return nil
	}
	place, many := o.place, o.many
	o.place, o.many = -1, false
	if many {
		return o.w.Piece([]byte("]"))
	}
	if err := o.name(o.names[place]); err != nil {
		return err
	}
	return o.w.Piece(o.first)
}

// name begins a member, and an object if none is open.
func (o *summary) name(name string) error {
	o.buffer = append(o.buffer[:0], "{"...)
	if o.open {
		o.buffer = append(o.buffer[:0], ", "...)
	}
	o.open = true
	o.buffer = append(value.AppendName(o.buffer, []byte(name)), ": "...)
	return o.w.Piece(o.buffer)
}
