package stitch

import (
	"bytes"

	"joy/query/value"
)

// A flow waits for more of it.
type flow struct {
	record     *value.Record
	key        string
	serial     uint64
	start, end float64
	out, in    side  // of the source of record, and of its destination
	older      *flow // with the same key
	size       int
	directed   bool // dir tells who sent a packet, and not just that one was sent

	next, previous *flow // in the list of all
}

// A side is one direction of a flow.
type side struct {
	seen  bool
	end   float64
	ended bool
}

// accepts reports whether a piece is of this flow.
func (f *flow) accepts(p *piece, gap float64) bool {
	if p.id {
		return true
	}
	ahead, behind := f.sides(p)
	if !ahead.fits(p, gap) || p.both && !behind.fits(p, gap) {
		return false
	}
	return p.start <= f.end+gap && p.end >= f.start-gap
}

// fits reports whether a piece can go on where a side is.
func (d *side) fits(p *piece, gap float64) bool {
	return !d.seen || !d.ended && d.end <= p.start && p.start <= d.end+gap
}

// sides are those of the source of a piece and of its destination.
func (f *flow) sides(p *piece) (source, destination *side) {
	if f.swapped(p) {
		return &f.in, &f.out
	}
	return &f.out, &f.in
}

// swapped reports whether a piece has source and destination the other way round.
func (f *flow) swapped(p *piece) bool {
	if a, b := f.record.Get("sa"), p.record.Get("sa"); !bytes.Equal(a, b) {
		return true
	}
	return !bytes.Equal(f.record.Get("sp"), p.record.Get("sp")) || !bytes.Equal(f.record.Get("da"), p.record.Get("da"))
}

// note remembers what a piece says of the sides that it has.
func (f *flow) note(p *piece, swapped bool) {
	source, destination := &f.out, &f.in
	if swapped {
		source, destination = destination, source
	}
	source.note(p)
	if p.both {
		destination.note(p)
	}
}

func (d *side) note(p *piece) {
	d.seen, d.end, d.ended = true, max(d.end, p.end), p.ended
}

// complete reports whether nothing can follow.
func (f *flow) complete() bool {
	return f.out.seen && f.out.ended && f.in.seen && f.in.ended
}

// take merges a piece into the flow, and returns what the flow takes then. The
// piece that began first gives the direction.
func (f *flow) take(p *piece, keep func([]byte) bool) (size int) {
	swapped := f.swapped(p)
	f.note(p, swapped)
	record, _ := p.record.Clone(keep) // what is taken over must not change
	a := part{f.record, f.start, f.end, f.directed}
	b := part{record, p.start, p.end, p.both}
	if b.start < a.start {
		a, b = b, a
		if swapped {
			f.out, f.in = f.in, f.out
		}
	}
	m := merger{part: a, other: b, swapped: swapped, keepDir: p.id}
	m.merge()
	f.record, f.directed = a.record, true
	f.start, f.end = a.start, max(a.end, b.end)
	size = flowCost + len(f.record.Members)*memberCost
	for i := range f.record.Members {
		size += len(f.record.Members[i].Name) + len(f.record.Members[i].Value)
	}
	return size
}

// A list has flows in the order in which they were last touched.
type list struct{ root flow }

func (l *list) init() { l.root.next, l.root.previous = &l.root, &l.root }

// front is the one that was touched longest ago; nil: there is none.
func (l *list) front() *flow {
	if l.root.next == &l.root {
		return nil
	}
	return l.root.next
}

func (l *list) pushBack(f *flow) {
	f.previous, f.next = l.root.previous, &l.root
	f.previous.next, f.next.previous = f, f
}

func (l *list) remove(f *flow) {
	f.previous.next, f.next.previous = f.next, f.previous
	f.next, f.previous = nil, nil
}

func (l *list) moveBack(f *flow) {
	l.remove(f)
	l.pushBack(f)
}
