// Package recent holds tables of a bounded size, in which what was active last
// stays.
package recent

import (
	"cmp"
	"container/heap"
	"iter"
	"maps"
	"slices"
	"strings"

	"joy/detect/finding"
)

// A Table has values by key. At its limit the value that has been silent for
// longest is given up; of several the one of the smallest key.
type Table[V any] struct {
	// Left counts the values that were given up.
	Left uint64

	limit   int
	leave   func(key string, v *V)
	entries map[string]*entry[V]
	silent  queue[V]
}

type entry[V any] struct {
	key   string
	last  int64 // activity
	place int64 // the activity that the queue knows, not later
	value V
}

// New returns a table for limit values, with a function that is told which one is
// given up, or nil.
func New[V any](limit int, leave func(key string, v *V)) *Table[V] {
	return &Table[V]{limit: limit, leave: leave, entries: make(map[string]*entry[V])}
}

// Bound is the limit of the table, which holds what name says.
func (t *Table[V]) Bound(name string) finding.Bound {
	return finding.Bound{Name: name, Limit: t.limit, Left: t.Left}
}

// At returns the value of a key, a new one if there is none, and notes that it was
// active at a time. It is valid until the next call.
func (t *Table[V]) At(key []byte, now int64) *V {
	e := t.entries[string(key)]
	if e == nil {
		if len(t.entries) == t.limit {
			t.giveUp()
		}
		e = &entry[V]{key: string(key), last: now, place: now}
		t.entries[e.key] = e
		heap.Push(&t.silent, e)
	}
	e.last = max(e.last, now)
	return &e.value
}

// Get returns the value of a key, nil if there is none.
func (t *Table[V]) Get(key []byte) *V {
	if e := t.entries[string(key)]; e != nil {
		return &e.value
	}
	return nil
}

// giveUp removes what was silent for longest. The queue is brought up to date here
// alone, so that activity costs nothing else.
func (t *Table[V]) giveUp() {
	for t.silent[0].place < t.silent[0].last {
		t.silent[0].place = t.silent[0].last
		heap.Fix(&t.silent, 0)
	}
	e := heap.Pop(&t.silent).(*entry[V])
	delete(t.entries, e.key)
	t.Left++
	if t.leave != nil {
		t.leave(e.key, &e.value)
	}
}

// All iterates in the order of the keys.
func (t *Table[V]) All() iter.Seq2[string, *V] {
	return func(yield func(string, *V) bool) {
		for _, key := range slices.Sorted(maps.Keys(t.entries)) {
			if !yield(key, &t.entries[key].value) {
				return
			}
		}
	}
}

// A queue has the entry of the earliest place first.
type queue[V any] []*entry[V]

func (q queue[V]) Len() int { return len(q) }
func (q queue[V]) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[i].place, q[j].place), strings.Compare(q[i].key, q[j].key)) < 0
}
func (q queue[V]) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue[V]) Push(x any)   { *q = append(*q, x.(*entry[V])) }
func (q *queue[V]) Pop() any {
	e := (*q)[len(*q)-1]
	(*q)[len(*q)-1] = nil
	*q = (*q)[:len(*q)-1]
	return e
}

// separator stands between the parts of a key.
const separator = 0

// Key makes a key of parts in a buffer, for Part.
func Key(buffer []byte, parts ...[]byte) []byte {
	buffer = buffer[:0]
	for i, p := range parts {
		if i > 0 {
			buffer = append(buffer, separator)
		}
		buffer = append(buffer, p...)
	}
	return buffer
}

// Part returns a part of a key, counted from 0; "" if there are not so many.
func Part(key string, n int) string {
	for ; n > 0; n-- {
		i := strings.IndexByte(key, separator)
		if i < 0 {
			return ""
		}
		key = key[i+1:]
	}
	part, _, _ := strings.Cut(key, "\x00")
	return part
}
