package parquet

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
)

// A dictionary gives equal values one number. It holds either integers or texts.
type dictionary struct {
	slots  []uint32 // number + 1 of a value, 0 for none, by its hash
	mask   uint64
	n      uint32
	ints   []int64
	text   []byte
	ends   []uint32
	hashes []uint32
	seed   maphash.Seed
}

const (
	// firstSlots is how many slots a dictionary begins with.
	firstSlots = 64
	// maxDictionary bounds the bytes of a dictionary's values.
	maxDictionary = 1 << 20
)

func newDictionary() *dictionary {
	return &dictionary{seed: maphash.MakeSeed(), slots: make([]uint32, firstSlots), mask: firstSlots - 1}
}

func (d *dictionary) reset() {
	if d.n == 0 {
		return
	}
	d.resize(firstSlots)
	d.n, d.ints, d.text, d.ends, d.hashes = 0, d.ints[:0], d.text[:0], d.ends[:0], d.hashes[:0]
}

// size is how many bytes the values take.
func (d *dictionary) size() int { return 8*len(d.ints) + len(d.text) + 4*len(d.ends) }

// value is a text.
func (d *dictionary) value(i uint32) []byte {
	start := uint32(0)
	if i > 0 {
		start = d.ends[i-1]
	}
	return d.text[start:d.ends[i]]
}

// integer returns the number of an integer.
func (d *dictionary) integer(v int64) uint32 {
	h := mix(uint64(v))
	for at := h & d.mask; ; at = (at + 1) & d.mask {
		i := d.slots[at]
		if i == 0 {
			d.ints = append(d.ints, v)
			return d.add(at, uint32(h))
		}
		if d.ints[i-1] == v {
			return i - 1
		}
	}
}

// mix spreads an integer over 64 bits.
func mix(v uint64) uint64 {
	v *= 0x9e3779b97f4a7c15
	return v ^ v>>32
}

// bytes returns the number of a text.
func (d *dictionary) bytes(v []byte) uint32 {
	h := maphash.Bytes(d.seed, v)
	for at := h & d.mask; ; at = (at + 1) & d.mask {
		i := d.slots[at]
		if i == 0 {
			d.text = append(d.text, v...)
			d.ends = append(d.ends, uint32(len(d.text)))
			return d.add(at, uint32(h))
		}
		if d.hashes[i-1] == uint32(h) && bytes.Equal(d.value(i-1), v) {
			return i - 1
		}
	}
}

// add numbers the value that was just appended.
func (d *dictionary) add(at uint64, hash uint32) uint32 {
	d.n++
	d.slots[at] = d.n
	d.hashes = append(d.hashes, hash)
	if uint64(d.n)*2 > d.mask {
		d.grow()
	}
	return d.n - 1
}

// grow doubles the slots; 32 bits of a hash are enough, as bytes bound the values.
func (d *dictionary) grow() {
	d.resize(2 * len(d.slots))
	for i, h := range d.hashes {
		at := uint64(h) & d.mask
		for d.slots[at] != 0 {
			at = (at + 1) & d.mask
		}
		d.slots[at] = uint32(i) + 1
	}
}

// resize empties the slots.
func (d *dictionary) resize(n int) {
	if n > cap(d.slots) {
		d.slots = make([]uint32, n)
	}
	d.slots, d.mask = d.slots[:n], uint64(n-1)
	clear(d.slots)
}

// appendPlain appends the values as a page of the dictionary has them.
func (d *dictionary) appendPlain(b []byte, short bool) []byte {
	for _, v := range d.ints {
		if short {
			b = binary.LittleEndian.AppendUint32(b, uint32(v))
		} else {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
	}
	for i := range d.ends {
		v := d.value(uint32(i))
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(v))), v...)
	}
	return b
}
