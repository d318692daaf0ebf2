package group

import (
	"bytes"
	"encoding/binary"

	"joy/query/order"
)

// A table keeps one entry for each key: what comes later under a key is added to
// what is there. Beyond its memory, entries go to an order.Sorter.
type table struct {
	limit   int
	entries map[string]*entry
	size    int
	sorter  order.Sorter
}

// An entry is what is kept under a key.
type entry struct {
	group int // how much of the key is that of the group
	count uint64
	text  []byte // of the first
	sum   sum
}

// tableCost is what an entry takes beside its bytes.
const tableCost = 150

func newTable(limit int) *table {
	return &table{limit: limit, entries: map[string]*entry{}, sorter: order.Sorter{Limit: limit}}
}

// at returns the entry of a key, whose first bytes are the group's; its count is 0
// if it is new.
func (t *table) at(key []byte, group int) (*entry, error) {
	if e, ok := t.entries[string(key)]; ok {
		return e, nil
	}
	if t.size > t.limit {
		if err := t.spill(); err != nil {
			return nil, err
		}
	}
	e := &entry{group: group}
	t.entries[string(key)] = e
	t.size += len(key) + tableCost
	return e, nil
}

// hold gives an entry its text.
func (t *table) hold(e *entry, text []byte) {
	e.text = bytes.Clone(text)
	t.size += len(text)
}

func (t *table) spill() error {
	if err := t.move(); err != nil {
		return err
	}
	return t.sorter.Spill()
}

// move hands all entries to the sorter.
func (t *table) move() error {
	var b []byte
	for key, e := range t.entries {
		b = e.append(b[:0])
		if err := t.sorter.Add([]byte(key), b); err != nil {
			return err
		}
	}
	clear(t.entries)
	t.size = 0
	return nil
}

// each calls use for all entries in the order of their keys. The table is empty
// then.
func (t *table) each(use func(key []byte, e *entry) error) error {
	if err := t.move(); err != nil {
		return err
	}
	var key []byte
	var sum *entry
	err := t.sorter.Each(func(k, data []byte) error {
		e := parseEntry(data)
		if sum != nil && bytes.Equal(k, key) {
			sum.add(e)
			return nil
		}
		if sum != nil {
			if err := use(key, sum); err != nil {
				return err
			}
		}
		key, sum = append(key[:0], k...), e
		return nil
	})
	if err != nil || sum == nil {
		return err
	}
	return use(key, sum)
}

// add takes in what came later.
func (e *entry) add(later *entry) {
	e.count += later.count
	e.sum.merge(&later.sum)
}

// append writes an entry for parseEntry.
func (e *entry) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(e.group))
	b = binary.AppendUvarint(b, e.count)
	b = binary.AppendUvarint(b, uint64(len(e.text)))
	b = append(b, e.text...)
	return e.sum.append(b)
}

// parseEntry reads what append wrote; the entry does not keep b.
func parseEntry(b []byte) *entry {
	group, n := binary.Uvarint(b)
	b = b[n:]
	count, n := binary.Uvarint(b)
	b = b[n:]
	size, n := binary.Uvarint(b)
	b = b[n:]
	return &entry{group: int(group), count: count, text: bytes.Clone(b[:size]), sum: parseSum(b[size:])}
}

func (t *table) close() error { return t.sorter.Close() }
