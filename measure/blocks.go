package measure

// blockData is what a block holds of a List; with its link it is a line of the
// cache.
const blockData = 60

type block struct {
	data [blockData]byte
	next uint32
}

const blockChunk = 1 << 14 // blocks that are allocated together

// Blocks keeps the Lists of the flows of one worker. The zero value is ready.
type Blocks struct {
	chunks []*[blockChunk]block
	free   uint32 // the first of those that are not in use
	top    uint32
	all    []byte // what List.all returns
}

func (s *Blocks) at(n uint32) *block { return &s.chunks[n/blockChunk][n%blockChunk] }

// get returns the number of a block that was not in use, from 1.
func (s *Blocks) get() uint32 {
	if n := s.free; n != 0 {
		s.free = s.at(n).next
		return n
	}
	s.top++
	if int(s.top/blockChunk) == len(s.chunks) {
		s.chunks = append(s.chunks, new([blockChunk]block))
	}
	return s.top
}

// A List is bytes that a flow keeps, in Blocks, always the same ones: few flows
// keep many, and a block is taken from where a flow before left it. It holds no
// pointers. The blocks form a ring, of which the last one is named.
type List struct {
	last uint32
	n    uint32 // bytes
}

// add appends p, which is borrowed.
func (l *List) add(s *Blocks, p []byte) {
	for len(p) > 0 {
		used := l.n % blockData
		if used == 0 {
			l.extend(s)
		}
		n := copy(s.at(l.last).data[used:], p)
		l.n += uint32(n)
		p = p[n:]
	}
}

func (l *List) extend(s *Blocks) {
	n := s.get()
	b := s.at(n)
	b.next = n
	if l.last != 0 {
		last := s.at(l.last)
		b.next, last.next = last.next, n
	}
	l.last = n
}

// all returns the bytes; they are valid until the next call for any List of s.
func (l *List) all(s *Blocks) []byte {
	s.all = s.all[:0]
	if l.last == 0 {
		return s.all
	}
	for n := s.at(l.last).next; n != l.last; n = s.at(n).next {
		s.all = append(s.all, s.at(n).data[:]...)
	}
	s.all = append(s.all, s.at(l.last).data[:(l.n-1)%blockData+1]...)
	return s.all
}

// Size is the memory of the blocks, in bytes.
func (l *List) Size() int { return int(l.n+blockData-1) / blockData * (blockData + 4) }

// Drop forgets the bytes and gives the blocks back.
func (l *List) Drop(s *Blocks) {
	if l.last != 0 {
		last := s.at(l.last)
		last.next, s.free = s.free, last.next
	}
	*l = List{}
}

// firsts keeps some bytes of each direction, which come all at once.
type firsts struct {
	list  List
	n     [2]uint16
	first uint8 // the direction whose bytes are first in the list
}

func (f *firsts) keep(s *Blocks, dir int, p []byte) {
	if f.list.n == 0 {
		f.first = uint8(dir)
	}
	f.n[dir] = uint16(len(p))
	f.list.add(s, p)
}

// appendTo appends the bytes of a direction to dst.
func (f *firsts) appendTo(dst []byte, s *Blocks, dir int) []byte {
	if f.n[dir] == 0 {
		return dst
	}
	b := f.list.all(s)
	if dir != int(f.first) {
		b = b[f.n[dir^1]:]
	}
	return append(dst, b[:f.n[dir]]...)
}
