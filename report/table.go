package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/axiomhq/hyperloglog"
)

// An Entry is what was counted for a key.
type Entry struct {
	Key string
	// Weight is what the table goes by, at least: bytes, or a number of flows.
	// Missed is how much of it may have been counted before the key was (last) taken
	// into the table; 0 says that Weight is exact, as are all other numbers then.
	Weight, Missed uint64
	// Records are flow records; Out and In are bytes, Packets those of both sides.
	Records, Out, In, Packets uint64
	// First and Last are nanoseconds since 1970.
	First, Last int64
	// Note says more, as one record told it.
	Note [5]string

	hours series // of hosts
}

// A table counts by key, the heavy ones exactly. It is Space-Saving (Metwally,
// Agrawal and El Abbadi 2005) in batches: when it is full, the lighter half goes,
// and the heaviest of what went is what any key may have been missed by.
type table struct {
	limit   int
	entries map[string]*Entry
	missed  uint64
	sketch  *hyperloglog.Sketch // of all keys
}

// maxKey bounds a key, in bytes: DNS bounds names at 255.
const maxKey = 512

func newTable(limit int) *table {
	return &table{limit: limit, entries: make(map[string]*Entry), sketch: hyperloglog.New14()}
}

// add counts for a key, and returns its entry.
func (t *table) add(key []byte, weight uint64) *Entry {
	e := t.entries[string(key)]
	if e == nil {
		if len(key) > maxKey {
			key = key[:maxKey]
			return t.add(key, weight)
		}
		if len(t.entries) >= t.limit {
			t.purge()
		}
		e = &Entry{Key: string(key), Missed: t.missed}
		t.entries[e.Key] = e
		t.sketch.Insert(key)
	}
	e.Weight += weight
	return e
}

// purge removes the lighter half, and all that are as light as the heaviest of it.
func (t *table) purge() {
	weights := make([]uint64, 0, len(t.entries))
	for _, e := range t.entries {
		weights = append(weights, e.Weight+e.Missed)
	}
	slices.Sort(weights)
	t.missed = weights[len(weights)/2]
	maps.DeleteFunc(t.entries, func(_ string, e *Entry) bool { return e.Weight+e.Missed <= t.missed })
}

// distinct estimates how many keys there were; exactly says that it is no
// estimate.
func (t *table) distinct() (n uint64, exactly bool) {
	if t.missed == 0 {
		return uint64(len(t.entries)), true
	}
	return t.sketch.Estimate(), false
}

// top returns the heaviest entries.
func (t *table) top(n int) []*Entry {
	return t.first(n, func(a, b *Entry) int { return cmp.Compare(b.Weight, a.Weight) })
}

// first returns the first entries by an order.
func (t *table) first(n int, order func(a, b *Entry) int) []*Entry {
	list := slices.SortedFunc(maps.Values(t.entries), func(a, b *Entry) int {
		return cmp.Or(order(a, b), strings.Compare(a.Key, b.Key))
	})
	return list[:min(n, len(list))]
}

// seen widens the times of an entry.
func (e *Entry) seen(from, to int64) {
	if e.Records == 0 || from < e.First {
		e.First = from
	}
	e.Last = max(e.Last, to)
	e.Records++
}
