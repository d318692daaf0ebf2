package telemetry

import (
	"joy/feature"
	"joy/wire"
)

// list takes the elements of a basicList (RFC 6313 section 4.5.1) as one field:
// one behind the other.
func (d *Decoder) list(b []byte) {
	r := wire.NewReader(b)
	r.Skip(1) // semantic
	id, size := readSpecifier(&r)
	content := r.Rest()
	if r.Bad() {
		return
	}
	p, ok := listPlaces[id]
	if !ok {
		p = d.place(id)
	}
	d.vals.setList(p, content, size)
}

// A list is a field of several numbers.
type list struct {
	rest []byte
	size int
}

// numbers reads a field as a list: with the length of a basicList, or else the
// given one.
func (v *values) numbers(s slot, dir, size int) list {
	if n := v.each[dir][s]; n != 0 {
		size = int(n)
	}
	return list{v.at[dir][s], size}
}

// len is how many numbers are left.
func (l *list) len() int {
	if l.size == 0 || l.size > 8 {
		return 0
	}
	return len(l.rest) / l.size
}

// next is the next number, 0 behind the last one.
func (l *list) next() (n uint64) {
	if l.len() > 0 {
		n, l.rest = number(l.rest[:l.size]), l.rest[l.size:]
	}
	return n
}

// trim drops the zeros that fill up a list.
func (l *list) trim() {
	for n := l.len(); n > 0 && number(l.rest[(n-1)*l.size:n*l.size]) == 0; n-- {
		l.rest = l.rest[:(n-1)*l.size]
	}
}

// texts gives the strings of a list, whose lengths are before them.
func (v *values) texts(s slot, dir int) func(yield func(feature.Text) bool) {
	return func(yield func(feature.Text) bool) {
		if v.each[dir][s] != variable {
			return
		}
		for r := wire.NewReader(v.at[dir][s]); r.Len() > 0; {
			b := r.Bytes(readLength(&r))
			if r.Bad() || !yield(original(b)) {
				return
			}
		}
	}
}

// bit is a bit of a field, the first one highest; false beyond its end.
func (v *values) bit(s slot, i int) bool {
	b := v.at[out][s]
	return i/8 < len(b) && b[i/8]<<(i%8)&0x80 != 0
}
