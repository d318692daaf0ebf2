package sleuth

import (
	"joy/query/element"
	"joy/query/value"
)

// A Deduction is a member that follows from others of a flow.
type Deduction struct {
	Name string
	From element.List // what it follows from; a flow with none of it gets nothing
	// Append appends the member to b, or nothing, when it is given an object of
	// From, which stays the caller's.
	Append func(b, from []byte) ([]byte, error)
}

// deductions are those of one place in the row, with what each deduced last.
type deductions []deduced

type deduced struct {
	Deduction
	value []byte
}

// plan puts deductions where they are asked for: conditions see what follows from
// a record, and what is selected follows from all records of a flow.
func (s *Sleuth) plan() {
	for _, d := range s.o.Deductions {
		name := []byte(d.Name)
		selected := s.o.Select == nil || s.o.Select.Names(name)
		asked := s.o.Where != nil && s.o.Where.Names().Names(name)
		if asked || selected && s.o.NoStitch {
			s.early = append(s.early, deduced{Deduction: d})
		}
		if selected && !s.o.NoStitch {
			s.late = append(s.late, deduced{Deduction: d})
		}
	}
}

// keep reports whether a member matters behind stitching.
func (s *Sleuth) keep(name []byte) bool {
	if s.o.Select.Names(name) {
		return true
	}
	for i := range s.late {
		if s.late[i].From.Names(name) {
			return true
		}
	}
	return false
}

// deduce gives a record what follows from it.
func (s *Sleuth) deduce(r *value.Record, list deductions) {
	for i := range list {
		d := &list[i]
		from, ok := d.From.Append(s.text[:0], r)
		s.text = from
		if !ok {
			continue
		}
		v, err := d.Append(d.value[:0], from)
		if err != nil {
			s.failed++
			continue
		}
		if d.value = v; len(v) > 0 {
			r.Set(d.Name, v)
		}
	}
}

// Failed is how often nothing could be deduced from what a record has, because it
// has it in a form that no flow has.
func (s *Sleuth) Failed() uint64 { return s.failed }
