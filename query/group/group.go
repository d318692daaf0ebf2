// Package group holds what sleuth does with all flows together: sorting them by
// group, counting, adding up. What does not fit memory goes to a temporary file,
// and the order of the output does not depend on that: groups come in the order
// of their keys.
package group

import (
	"encoding/binary"
	"errors"
	"fmt"

	"joy/query/order"
	"joy/query/value"
)

// A Reducer is given all objects, and then writes what it made of them.
type Reducer interface {
	// Add takes an object of the group with a key in. It keeps neither.
	Add(group, object []byte) error
	// Finish writes the result.
	Finish(w Writer) error
	// Close removes temporary files.
	Close() error
}

// A Writer takes JSON objects in pieces that end where a value or a mark of
// punctuation does.
type Writer interface {
	Piece(text []byte) error
	End() error // of an object
}

// Rows are the objects as they are, group by group.
type Rows struct {
	sorter order.Sorter
	number uint64
	key    []byte
}

// NewRows returns Rows that take about as many bytes of memory as limit says.
func NewRows(limit int) *Rows { return &Rows{sorter: order.Sorter{Limit: limit}} }

// Add is that of a Reducer.
func (r *Rows) Add(group, object []byte) error {
	r.key = binary.BigEndian.AppendUint64(append(r.key[:0], group...), r.number)
	r.number++
	return r.sorter.Add(r.key, object)
}

// Finish is that of a Reducer.
func (r *Rows) Finish(w Writer) error {
	return r.sorter.Each(func(_, object []byte) error { return whole(w, object) })
}

// Close is that of a Reducer.
func (r *Rows) Close() error { return r.sorter.Close() }

// whole writes an object at once.
func whole(w Writer, object []byte) error {
	if err := w.Piece(object); err != nil {
		return err
	}
	return w.End()
}

// Dist counts equal objects: each is written once, the most frequent of a group
// first, with count and with the total of its group. Of equal counts the order is
// that of their values.
type Dist struct {
	table  *table
	sorter order.Sorter // of one group
	record value.Record
	key    []byte
}

// NewDist returns a Dist that takes about as many bytes of memory as limit says.
func NewDist(limit int) *Dist {
	return &Dist{table: newTable(limit / 2), sorter: order.Sorter{Limit: limit / 2}}
}

// Add is that of a Reducer.
func (d *Dist) Add(group, object []byte) error {
	d.key = value.Value(object).AppendKey(append(d.key[:0], group...))
	e, err := d.table.at(d.key, len(group))
	if err != nil {
		return err
	}
	if e.count++; e.count == 1 {
		d.table.hold(e, object)
	}
	return nil
}

// Finish is that of a Reducer.
func (d *Dist) Finish(w Writer) error {
	var group, key []byte
	var total uint64
	err := d.table.each(func(k []byte, e *entry) error {
		if total > 0 && string(k[:e.group]) != string(group) {
			if err := d.write(w, total); err != nil {
				return err
			}
			total = 0
		}
		group = append(group[:0], k[:e.group]...)
		total += e.count
		if err := d.record.Split(e.text); err != nil {
			return err
		}
		key = binary.BigEndian.AppendUint64(key[:0], ^e.count)
		for _, m := range d.record.Members {
			key = m.Value.AppendKey(key)
		}
		return d.sorter.Add(key, e.text)
	})
	if err != nil || total == 0 {
		return err
	}
	return d.write(w, total)
}

// write writes a group.
func (d *Dist) write(w Writer, total uint64) error {
	var b []byte
	r := &d.record
	return d.sorter.Each(func(key, object []byte) error {
		if err := r.Split(object); err != nil {
			return err
		}
		r.Set("count", decimal(^binary.BigEndian.Uint64(key)))
		r.Set("total", decimal(total))
		b = r.Append(b[:0])
		return whole(w, b)
	})
}

func decimal(n uint64) value.Value { return fmt.Appendf(nil, "%d", n) }

// Close is that of a Reducer.
func (d *Dist) Close() error { return errors.Join(d.table.close(), d.sorter.Close()) }
