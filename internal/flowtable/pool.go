// Package flowtable finds flows by key, says which are due to end, and bounds
// how many there are. It holds no pointers, so that the garbage collector has
// nothing to scan in millions of flows.
package flowtable

import "unsafe"

const (
	chunkBits = 15
	chunkLen  = 1 << chunkBits
)

// A Pool hands out values of one type by number. Number 0 stands for none.
// Values do not move, and what Get returns holds the zero value.
type Pool[T any] struct {
	chunks []*[chunkLen]T
	free   []uint32
	top    uint32
	warm   int // keeps the loads of Touch
}

// Get returns the number of a value that was not in use, and the value.
func (p *Pool[T]) Get() (uint32, *T) {
	if n := len(p.free); n > 0 {
		i := p.free[n-1]
		p.free = p.free[:n-1]
		if n > 1 {
			p.warm += Touch(p.At(p.free[n-2]))
		}
		return i, p.At(i)
	}
	p.top++
	if int(p.top>>chunkBits) == len(p.chunks) {
		c := new([chunkLen]T)
		hugePages(c)
		p.chunks = append(p.chunks, c)
	}
	return p.top, p.At(p.top)
}

// Touch loads all of a value that will be needed soon and is in no cache, as
// the one that Get returns next, which was given back long ago
// (BenchmarkEngine). It returns something to keep, so that the loads stay.
func Touch[T any](v *T) (sum int) {
	const line = 64
	b := unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v))
	for i := 0; i < len(b); i += line {
		sum += int(b[i])
	}
	return sum
}

// At returns the value with number i.
func (p *Pool[T]) At(i uint32) *T {
	return &p.chunks[i>>chunkBits][i%chunkLen]
}

// Put clears the value with number i and takes it back.
func (p *Pool[T]) Put(i uint32) {
	var zero T
	*p.At(i) = zero
	p.free = append(p.free, i)
}

// Len is the number of values in use.
func (p *Pool[T]) Len() int { return int(p.top) - len(p.free) }
