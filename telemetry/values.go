package telemetry

import (
	"encoding/binary"
	"net/netip"
)

// values are the fields of one record, as they came: borrowed from the message.
// What is not there is nil. The zero value is empty.
type values struct {
	at   [2][numSlots][]byte
	each [2][numSlots]uint16 // of a basicList the length of its elements; 0 for other fields
	used []place
	room [256]byte // for fields that were not sent as bytes
	n    int       // used of it
}

func (v *values) reset() {
	for _, p := range v.used {
		v.at[p.dir][p.slot], v.each[p.dir][p.slot] = nil, 0
	}
	v.used, v.n = v.used[:0], 0
}

// scratch is room for n bytes, of length 0.
func (v *values) scratch(n int) []byte {
	if n > len(v.room)-v.n {
		return make([]byte, 0, n)
	}
	v.n += n
	return v.room[v.n-n : v.n-n : v.n]
}

// put notes a number that was not sent as a field.
func (v *values) put(s slot, n uint64) {
	v.set(place{s, out}, binary.BigEndian.AppendUint64(v.scratch(8), n))
}

// putAddress notes an address that was not sent as a field.
func (v *values) putAddress(s slot, a netip.Addr) {
	if a.Is4() {
		b := a.As4()
		v.set(place{s, out}, append(v.scratch(4), b[:]...))
		return
	}
	b := a.As16()
	v.set(place{s, out}, append(v.scratch(16), b[:]...))
}

// set notes a field. Of several that mean the same, such as the addresses of both
// versions of IP, those of zeros are not in use.
func (v *values) set(p place, b []byte) { v.setList(p, b, 0) }

// setList notes a field of elements of a size, 0 for one that is no list.
func (v *values) setList(p place, b []byte, each uint16) {
	if p.slot == none || b == nil {
		return
	}
	at := &v.at[p.dir][p.slot]
	if *at != nil && len(trimZeros(b)) == 0 {
		return
	}
	*at, v.each[p.dir][p.slot] = b, each
	v.used = append(v.used, p)
}

// has reports whether there is a field.
func (v *values) has(s slot, dir int) bool { return v.at[dir][s] != nil }

// number is the value of an unsigned number of any length up to 8 bytes (RFC
// 7011 section 6.2); 0 for one that is not there, or longer.
func (v *values) number(s slot, dir int) uint64 { return number(v.at[dir][s]) }

func number(b []byte) (n uint64) {
	if len(b) > 8 {
		return 0
	}
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}

// first is the first of some numbers that is there.
func (v *values) first(dir int, slots ...slot) uint64 {
	for _, s := range slots {
		if v.has(s, dir) {
			return v.number(s, dir)
		}
	}
	return 0
}

// address is an IPv4 or IPv6 address, by its length; not valid when there is
// none. IPv6 is not unmapped: it was sent as such.
func (v *values) address(s slot) netip.Addr {
	a, _ := netip.AddrFromSlice(v.at[out][s])
	return a
}

// router is an address where none is written as zeros.
func (v *values) router(s slot) netip.Addr {
	a := v.address(s)
	if a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}

// text is a string without the zeros that fill up a field of fixed length.
func (v *values) text(s slot) []byte { return trimZeros(v.at[out][s]) }

func trimZeros(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}
