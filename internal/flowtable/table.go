package flowtable

import (
	"cmp"
	"math"
	"slices"
	"unsafe"

	"joy/packet"
)

// An Entry is one flow of type T in a Table.
type Entry[T any] struct {
	Key        packet.Key
	Flow       T
	prev, next uint32 // neighbours in the list of a slot of the wheel
	wheel      uint8  // the slot, plus 1
}

// A Table finds entries by key (open addressing, linear probing) and keeps
// each in a slot of a timing wheel near the tick at which it may be due. The
// slot is a promise not to be late only: an entry that has seen packets since
// is asked again when its slot comes up, so that a packet costs nothing here.
//
// A tick is a number of the caller's, for example seconds. Start comes before
// the first Insert.
type Table[T any] struct {
	seed    *Seed
	slots   []slot
	mask    uint32
	entries *Pool[Entry[T]] // shared with the other tables of a worker
	count   int
	wheel   [wheelSize]uint32
	tick    int64    // all slots up to here have been looked at
	victims []victim // next to be evicted, last first
}

type victim struct {
	stamp Stamp
	entry uint32
}

// A Stamp says when an entry was last active. No two entries have the same.
type Stamp struct {
	Clock int64
	Index uint64 // tells entries with the same Clock apart
}

func (a Stamp) compare(b Stamp) int {
	return cmp.Or(cmp.Compare(a.Clock, b.Clock), cmp.Compare(a.Index, b.Index))
}

type slot struct{ hash, entry uint32 }

const (
	wheelSize = 64
	minSlots  = 64
)

// NewTable returns an empty Table with its entries in a Pool that it may share
// with others of the same goroutine.
func NewTable[T any](seed *Seed, entries *Pool[Entry[T]]) *Table[T] {
	return &Table[T]{seed: seed, entries: entries, slots: make([]slot, minSlots), mask: minSlots - 1, tick: math.MinInt64}
}

// Hash is what Find and Insert take with k.
func (t *Table[T]) Hash(k *packet.Key) uint32 { return t.seed.hash(k) }

// Len is the number of entries.
func (t *Table[T]) Len() int { return t.count }

// Size is the memory of the table and its entries, in bytes.
func (t *Table[T]) Size() int {
	return len(t.slots)*int(unsafe.Sizeof(slot{})) + t.count*int(unsafe.Sizeof(Entry[T]{}))
}

// At returns entry i.
func (t *Table[T]) At(i uint32) *Entry[T] { return t.entries.At(i) }

// Touch reads what Find will read first and returns some of it, so that the
// loads of several keys overlap (BenchmarkFind).
func (t *Table[T]) Touch(hash uint32) uint32 { return t.slots[hash&t.mask].entry }

// Find returns the number of the entry with key k, 0 for none.
func (t *Table[T]) Find(k *packet.Key, hash uint32) uint32 {
	for i := hash & t.mask; ; i = (i + 1) & t.mask {
		s := t.slots[i]
		if s.entry == 0 {
			return 0
		}
		if s.hash == hash && equal(&t.entries.At(s.entry).Key, k) {
			return s.entry
		}
	}
}

func equal(a, b *packet.Key) bool {
	return a.ALo == b.ALo && a.BLo == b.BLo && a.Ports == b.Ports && a.Meta == b.Meta && a.AHi == b.AHi && a.BHi == b.BHi
}

// Insert adds an entry for k, which must not be in the table, due at tick.
func (t *Table[T]) Insert(k *packet.Key, hash uint32, due int64) (uint32, *Entry[T]) {
	t.count++
	if t.count*4 > len(t.slots)*3 {
		t.grow()
	}
	n, e := t.entries.Get()
	e.Key = *k
	t.place(slot{hash, n})
	t.schedule(n, e, due)
	return n, e
}

func (t *Table[T]) place(s slot) {
	i := s.hash & t.mask
	for t.slots[i].entry != 0 {
		i = (i + 1) & t.mask
	}
	t.slots[i] = s
}

func (t *Table[T]) grow() {
	old := t.slots
	t.slots = make([]slot, 2*len(old))
	t.mask = uint32(len(t.slots) - 1)
	for _, s := range old {
		if s.entry != 0 {
			t.place(s)
		}
	}
}

// Remove takes entry n out of the table.
func (t *Table[T]) Remove(n uint32) {
	e := t.entries.At(n)
	i := t.seed.hash(&e.Key) & t.mask
	for t.slots[i].entry != n {
		i = (i + 1) & t.mask
	}
	t.close(i)
	t.unschedule(e)
	t.entries.Put(n)
	t.count--
}

// close empties slot i and moves back what was pushed behind it.
func (t *Table[T]) close(i uint32) {
	for j := i; ; {
		j = (j + 1) & t.mask
		s := t.slots[j]
		if s.entry == 0 {
			break
		}
		if (j-s.hash)&t.mask >= (j-i)&t.mask {
			t.slots[i] = s
			i = j
		}
	}
	t.slots[i] = slot{}
}

// schedule puts e in the slot for tick due, or in the farthest one.
func (t *Table[T]) schedule(n uint32, e *Entry[T], due int64) {
	due = min(max(due, t.tick+1), t.tick+wheelSize-1)
	s := uint8(uint64(due) % wheelSize)
	head := t.wheel[s]
	if head != 0 {
		t.entries.At(head).prev = n
	}
	e.prev, e.next, e.wheel = 0, head, s+1
	t.wheel[s] = n
}

func (t *Table[T]) unschedule(e *Entry[T]) {
	if e.prev != 0 {
		t.entries.At(e.prev).next = e.next
	} else {
		t.wheel[e.wheel-1] = e.next
	}
	if e.next != 0 {
		t.entries.At(e.next).prev = e.prev
	}
}

// Due appends the numbers of the entries that are due at tick: those for which
// when, asked for the tick from which the entry is due, says tick or less. The
// caller removes them or schedules them again with Postpone.
func (t *Table[T]) Due(dst []uint32, tick int64, when func(*Entry[T]) int64) []uint32 {
	first := t.tick + 1
	if tick-t.tick > wheelSize {
		first = tick - wheelSize + 1
	}
	t.tick = max(tick, t.tick)
	for k := first; k <= tick; k++ {
		dst = t.turn(dst, uint64(k)%wheelSize, when)
	}
	return dst
}

func (t *Table[T]) turn(dst []uint32, s uint64, when func(*Entry[T]) int64) []uint32 {
	n := t.wheel[s]
	t.wheel[s] = 0
	for n != 0 {
		e := t.entries.At(n)
		next := e.next
		due := when(e)
		if due <= t.tick {
			dst = append(dst, n)
		}
		t.schedule(n, e, due)
		n = next
	}
	return dst
}

// Postpone schedules entry n anew.
func (t *Table[T]) Postpone(n uint32, due int64) {
	e := t.entries.At(n)
	t.unschedule(e)
	t.schedule(n, e, due)
}

// Start sets the tick of an empty table, or sets it back for a clock that
// begins again. A later tick than the present one is left to Due.
func (t *Table[T]) Start(tick int64) {
	if tick >= t.tick && t.tick != math.MinInt64 {
		return
	}
	all := t.All(nil)
	t.wheel = [wheelSize]uint32{}
	t.tick = tick
	for _, n := range all {
		t.schedule(n, t.entries.At(n), tick+1)
	}
}

// All appends the numbers of all entries, in no order that means anything.
func (t *Table[T]) All(dst []uint32) []uint32 {
	for _, s := range t.slots {
		if s.entry != 0 {
			dst = append(dst, s.entry)
		}
	}
	return dst
}

// Oldest returns the entry with the smallest stamp, 0 for an empty table.
// Stamps only grow, by packets, and entries that are inserted later have no
// smaller ones: so the oldest few can be sorted out at once and used up one by
// one, which makes an eviction cost a logarithm instead of a walk.
func (t *Table[T]) Oldest(stamp func(*Entry[T]) Stamp) uint32 {
	for range 2 {
		for len(t.victims) > 0 {
			v := t.victims[len(t.victims)-1]
			t.victims = t.victims[:len(t.victims)-1]
			if e := t.entries.At(v.entry); e.wheel != 0 && stamp(e) == v.stamp {
				return v.entry
			}
		}
		t.sortVictims(stamp)
	}
	return 0
}

func (t *Table[T]) sortVictims(stamp func(*Entry[T]) Stamp) {
	all := t.victims[:0]
	for _, s := range t.slots {
		if s.entry != 0 {
			all = append(all, victim{stamp(t.entries.At(s.entry)), s.entry})
		}
	}
	slices.SortFunc(all, func(a, b victim) int { return b.stamp.compare(a.stamp) })
	keep := (len(all) + 15) / 16
	t.victims = append(all[:0], all[len(all)-keep:]...)
}
