package measure

import (
	"encoding/binary"
	"math"
	"unsafe"
)

const (
	maxFew  = 256     // bytes of payload that are kept as they are
	maxSome = 1 << 14 // bytes of payload that are counted in one table
)

// Bytes counts how often each byte value occurs in the captured payload of one
// direction. All payload bytes that are added count, without a limit.
//
// The first 256 bytes are kept as they are, since most flows are small. Then
// come 256 counters, and for large flows four tables of them, side by side: a
// processor that has to increment the counter it has just written waits for
// the store (BenchmarkBytes).
//
// It holds no pointers: some and many are numbers in Bins, 0 for none.
type Bytes struct {
	n    uint64
	few  List
	some uint32
	many uint32
}

// lanes are the counters of a large flow: byte i of a payload counts in table
// i modulo 4. They are folded into sum before one can overflow.
type lanes struct {
	table [4][256]uint32
	added uint32 // bytes since the last fold
	sum   Histogram
}

// A table has counters that maxSome bytes cannot overflow.
type table [256]uint16

// Bins keeps bytes and tables for the flows of one worker. The zero value is
// ready.
type Bins struct {
	Blocks
	some bin[table]
	many bin[lanes]
}

// A bin hands out tables by number, from 1.
type bin[T any] struct {
	all  []*T
	free []uint32
}

func (b *bin[T]) at(n uint32) *T { return b.all[n-1] }

// take returns the number of a table, which holds what it held before.
func (b *bin[T]) take() uint32 {
	last := len(b.free) - 1
	if last < 0 {
		b.all = append(b.all, new(T))
		return uint32(len(b.all))
	}
	n := b.free[last]
	b.free = b.free[:last]
	return n
}

// put takes a table back.
func (b *bin[T]) put(n uint32) {
	if n != 0 {
		b.free = append(b.free, n)
	}
}

// Add counts the bytes of p, which is borrowed for the call.
func (b *Bytes) Add(p []byte, bins *Bins) {
	b.n += uint64(len(p))
	switch {
	case b.many != 0:
		bins.many.at(b.many).add(p)
	case b.n <= maxFew:
		b.few.add(&bins.Blocks, p)
	case b.n <= maxSome:
		b.useSome(bins)
		count(bins.some.at(b.some), p)
	default:
		b.useMany(bins)
		bins.many.at(b.many).add(p)
	}
}

// Total is the number of bytes that were added.
func (b *Bytes) Total() uint64 { return b.n }

// Size is the memory that the bytes and counters take, in bytes. Like that of
// the other features it depends on the packets only, not on memory that is
// kept from an earlier flow.
func (b *Bytes) Size() int {
	n := b.few.Size()
	if b.some != 0 {
		n += int(unsafe.Sizeof(table{}))
	}
	if b.many != 0 {
		n += int(unsafe.Sizeof(lanes{}))
	}
	return n
}

// Counts adds the counters to dst, so that two directions can be put together.
func (b *Bytes) Counts(dst *Histogram, bins *Bins) {
	for _, v := range b.few.all(&bins.Blocks) {
		dst[v]++
	}
	if b.some != 0 {
		for v, n := range bins.some.at(b.some) {
			dst[v] += uint64(n)
		}
	}
	if b.many != 0 {
		many := bins.many.at(b.many)
		many.fold()
		for v, n := range &many.sum {
			dst[v] += n
		}
	}
}

// Reset forgets everything and gives the tables back to bins.
func (b *Bytes) Reset(bins *Bins) {
	b.few.Drop(&bins.Blocks)
	bins.some.put(b.some)
	bins.many.put(b.many)
	*b = Bytes{}
}

// useSome makes the step from kept bytes to one table.
func (b *Bytes) useSome(bins *Bins) {
	if b.some != 0 {
		return
	}
	b.some = bins.some.take()
	t := bins.some.at(b.some)
	*t = table{}
	count(t, b.few.all(&bins.Blocks))
	b.few.Drop(&bins.Blocks)
}

// useMany makes the step to four tables.
func (b *Bytes) useMany(bins *Bins) {
	many := bins.many.take()
	t := bins.many.at(many)
	*t = lanes{}
	b.Counts(&t.sum, bins)
	b.few.Drop(&bins.Blocks)
	bins.some.put(b.some)
	b.some, b.many = 0, many
}

// count reads words of 8 bytes: a third less time than byte by byte
// (BenchmarkBytes).
func count(c *table, p []byte) {
	for len(p) >= 8 {
		x := binary.LittleEndian.Uint64(p)
		c[byte(x)]++
		c[byte(x>>8)]++
		c[byte(x>>16)]++
		c[byte(x>>24)]++
		c[byte(x>>32)]++
		c[byte(x>>40)]++
		c[byte(x>>48)]++
		c[byte(x>>56)]++
		p = p[8:]
	}
	for _, v := range p {
		c[v]++
	}
}

// add counts p, in parts that the counters can take.
func (l *lanes) add(p []byte) {
	for uint64(l.added)+uint64(len(p)) > math.MaxUint32 {
		part := p[:math.MaxUint32-l.added]
		l.count(part)
		l.fold()
		p = p[len(part):]
	}
	l.count(p)
	l.added += uint32(len(p))
}

func (l *lanes) count(p []byte) {
	a, b, c, d := &l.table[0], &l.table[1], &l.table[2], &l.table[3]
	for len(p) >= 8 {
		x := binary.LittleEndian.Uint64(p)
		a[byte(x)]++
		b[byte(x>>8)]++
		c[byte(x>>16)]++
		d[byte(x>>24)]++
		a[byte(x>>32)]++
		b[byte(x>>40)]++
		c[byte(x>>48)]++
		d[byte(x>>56)]++
		p = p[8:]
	}
	for _, v := range p {
		a[v]++
	}
}

// fold moves the tables into the sum.
func (l *lanes) fold() {
	for i := range l.table {
		for v, n := range &l.table[i] {
			l.sum[v] += uint64(n)
		}
	}
	l.table = [4][256]uint32{}
	l.added = 0
}
