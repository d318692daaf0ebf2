package flowtable

import (
	"cmp"
	"math"
	"slices"
	"unsafe"

	"joy/packet"
)

// A Part holds some of the entries of a Table: it bounds them, and keeps each
// in a slot of a timing wheel near the tick at which it may be due. The slot is
// a promise not to be late only: an entry that has seen packets since is asked
// again when its slot comes up, so that a packet costs nothing here.
//
// A tick is a number of the caller's, for example seconds. Start comes before
// the first Insert.
type Part[T any] struct {
	table   *Table[T]
	number  uint8
	count   int
	wheel   [wheelSize]uint32
	tick    int64    // all slots up to here have been looked at
	victims []victim // next to be evicted, last first
}

const wheelSize = 128

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

// NewPart returns part number of t, empty.
func NewPart[T any](t *Table[T], number uint8) *Part[T] {
	return &Part[T]{table: t, number: number, tick: math.MinInt64}
}

// Len is the number of entries.
func (p *Part[T]) Len() int { return p.count }

// Size is the memory of the entries and their slots, in bytes. It depends on
// nothing but their number, so that a bound acts the same however the parts are
// divided.
func (p *Part[T]) Size() int {
	const slots = 2 * int(unsafe.Sizeof(slot{}))
	return p.count * (slots + int(unsafe.Sizeof(Entry[T]{})))
}

// Insert adds an entry for k, which must not be in the table, due at tick.
func (p *Part[T]) Insert(k *packet.Key, hash uint32, due int64) (uint32, *Entry[T]) {
	n, e := p.table.insert(k, hash)
	e.part = p.number
	p.count++
	p.schedule(n, e, due)
	return n, e
}

// Remove takes entry n out.
func (p *Part[T]) Remove(n uint32) {
	p.unschedule(p.table.entries.At(n))
	p.table.remove(n)
	p.count--
}

// schedule puts e in the slot for tick due, or in the farthest one.
func (p *Part[T]) schedule(n uint32, e *Entry[T], due int64) {
	due = min(max(due, p.tick+1), p.tick+wheelSize-1)
	s := uint8(uint64(due) % wheelSize)
	head := p.wheel[s]
	if head != 0 {
		p.table.entries.At(head).prev = n
	}
	e.prev, e.next, e.wheel = 0, head, s+1
	p.wheel[s] = n
}

func (p *Part[T]) unschedule(e *Entry[T]) {
	if e.prev != 0 {
		p.table.entries.At(e.prev).next = e.next
	} else {
		p.wheel[e.wheel-1] = e.next
	}
	if e.next != 0 {
		p.table.entries.At(e.next).prev = e.prev
	}
}

// Due appends the numbers of the entries that are due at tick: those for which
// when, asked for the tick from which the entry is due, says tick or less. The
// caller removes them or schedules them again with Postpone.
func (p *Part[T]) Due(dst []uint32, tick int64, when func(*Entry[T]) int64) []uint32 {
	first := p.tick + 1
	if tick-p.tick > wheelSize {
		first = tick - wheelSize + 1
	}
	p.tick = max(tick, p.tick)
	for k := first; k <= tick; k++ {
		dst = p.turn(dst, uint64(k)%wheelSize, when)
	}
	return dst
}

func (p *Part[T]) turn(dst []uint32, s uint64, when func(*Entry[T]) int64) []uint32 {
	n := p.wheel[s]
	p.wheel[s] = 0
	for n != 0 {
		e := p.table.entries.At(n)
		next := e.next
		due := when(e)
		if due <= p.tick {
			dst = append(dst, n)
		}
		p.schedule(n, e, due)
		n = next
	}
	return dst
}

// Postpone schedules entry n anew.
func (p *Part[T]) Postpone(n uint32, due int64) {
	e := p.table.entries.At(n)
	p.unschedule(e)
	p.schedule(n, e, due)
}

// Start sets the tick of an empty table, or sets it back for a clock that
// begins again. A later tick than the present one is left to Due.
func (p *Part[T]) Start(tick int64) {
	if tick >= p.tick && p.tick != math.MinInt64 {
		return
	}
	all := p.All(nil)
	p.wheel = [wheelSize]uint32{}
	p.tick = tick
	for _, n := range all {
		p.schedule(n, p.table.entries.At(n), tick+1)
	}
}

// All appends the numbers of all entries, in no order that means anything.
func (p *Part[T]) All(dst []uint32) []uint32 {
	for _, n := range p.wheel {
		for ; n != 0; n = p.table.entries.At(n).next {
			dst = append(dst, n)
		}
	}
	return dst
}

// Oldest returns the entry with the smallest stamp, 0 for an empty table.
// Stamps only grow, by packets, and entries that are inserted later have no
// smaller ones: so the oldest few can be sorted out at once and used up one by
// one, which makes an eviction cost a logarithm instead of a walk.
func (p *Part[T]) Oldest(stamp func(*Entry[T]) Stamp) uint32 {
	for range 2 {
		for len(p.victims) > 0 {
			v := p.victims[len(p.victims)-1]
			p.victims = p.victims[:len(p.victims)-1]
			if e := p.table.entries.At(v.entry); e.wheel != 0 && e.part == p.number && stamp(e) == v.stamp {
				return v.entry
			}
		}
		p.sortVictims(stamp)
	}
	return 0
}

func (p *Part[T]) sortVictims(stamp func(*Entry[T]) Stamp) {
	all := p.victims[:0]
	for _, n := range p.wheel {
		for n != 0 {
			e := p.table.entries.At(n)
			all = append(all, victim{stamp(e), n})
			n = e.next
		}
	}
	slices.SortFunc(all, func(a, b victim) int { return b.stamp.compare(a.stamp) })
	keep := (len(all) + 15) / 16
	p.victims = append(all[:0], all[len(all)-keep:]...)
}
