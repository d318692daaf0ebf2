package flowtable

import "joy/packet"

// An Entry is one flow of type T in a Table.
type Entry[T any] struct {
	Key        packet.Key
	Flow       T
	prev, next uint32 // neighbours in the list of a slot of the wheel
	wheel      uint8  // the slot, plus 1
	part       uint8
}

// Part is the number of the part that the entry is in.
func (e *Entry[T]) Part() int { return int(e.part) }

// A Table finds entries by key (open addressing, linear probing). All parts of
// a worker share one, so that what a packet looks at first stays in the cache
// however many parts there are.
type Table[T any] struct {
	seed    *Seed
	slots   []slot
	mask    uint32
	entries Pool[Entry[T]]
}

type slot struct{ hash, entry uint32 }

const minSlots = 64

// NewTable returns an empty Table.
func NewTable[T any](seed *Seed) *Table[T] {
	return &Table[T]{seed: seed, slots: make([]slot, minSlots), mask: minSlots - 1}
}

// Hash is what Find and Insert take with k.
func (t *Table[T]) Hash(k *packet.Key) uint32 { return t.seed.hash(k) }

// Len is the number of entries.
func (t *Table[T]) Len() int { return t.entries.Len() }

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

// insert adds an entry for k, which must not be in the table.
func (t *Table[T]) insert(k *packet.Key, hash uint32) (uint32, *Entry[T]) {
	if (t.Len()+1)*4 > len(t.slots)*3 {
		t.grow()
	}
	n, e := t.entries.Get()
	e.Key = *k
	t.place(slot{hash, n})
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

// remove takes entry n out.
func (t *Table[T]) remove(n uint32) {
	i := t.seed.hash(&t.entries.At(n).Key) & t.mask
	for t.slots[i].entry != n {
		i = (i + 1) & t.mask
	}
	t.close(i)
	t.entries.Put(n)
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
