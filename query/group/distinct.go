package group

import (
	"encoding/binary"

	"joy/query/element"
	"joy/query/value"
)

// Distinct counts how many different values elements have in each group; those
// of an array count one by one.
type Distinct struct {
	table    *table
	elements element.List
	groups   element.List // what tells the groups apart
	record   value.Record
	key      []byte
}

// NewDistinct returns a Distinct of elements, in groups that others tell apart.
func NewDistinct(limit int, elements, groups element.List) *Distinct {
	return &Distinct{table: newTable(limit), elements: elements, groups: groups}
}

// Add is that of a Reducer.
func (d *Distinct) Add(group, object []byte) error {
	if err := d.record.Split(object); err != nil {
		return err
	}
	e, err := d.at(group, last, nil)
	if err != nil {
		return err
	}
	if e.count++; e.count == 1 {
		text, _ := d.groups.Append(nil, &d.record)
		d.table.hold(e, text)
	}
	for i := range d.elements {
		d.elements[i].Find(&d.record, func(v value.Value) bool {
			err = d.count(group, i, v)
			return err == nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Distinct) count(group []byte, place int, v value.Value) error {
	if v.Kind() != value.Array {
		_, err := d.at(group, place, v)
		return err
	}
	for item := range v.Items() {
		if _, err := d.at(group, place, item); err != nil {
			return err
		}
	}
	return nil
}

// at returns the entry of a value, or of the group itself.
func (d *Distinct) at(group []byte, place int, v value.Value) (*entry, error) {
	d.key = binary.BigEndian.AppendUint16(append(d.key[:0], group...), uint16(place))
	if v != nil {
		d.key = v.AppendKey(d.key)
	}
	return d.table.at(d.key, len(group))
}

// Finish is that of a Reducer.
func (d *Distinct) Finish(w Writer) error {
	counts := make([]uint64, len(d.elements))
	return d.table.each(func(key []byte, e *entry) error {
		if place := int(binary.BigEndian.Uint16(key[e.group:])); place != last {
			counts[place]++
			return nil
		}
		b, err := d.object(e, counts)
		if err != nil {
			return err
		}
		clear(counts)
		return whole(w, b)
	})
}

// object is the result of a group.
func (d *Distinct) object(e *entry, counts []uint64) ([]byte, error) {
	var r value.Record
	text := e.text
	if len(text) == 0 {
		text = []byte("{}")
	}
	if err := r.Split(text); err != nil {
		return nil, err
	}
	b := []byte("{")
	for i, n := range counts {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(value.AppendName(b, []byte(d.elements[i].String())), ": "...)
		b = append(b, decimal(n)...)
	}
	r.Set("distinct", append(b, '}'))
	r.Set("count", decimal(e.count))
	return r.Append(nil), nil
}

// Close is that of a Reducer.
func (d *Distinct) Close() error { return d.table.close() }
