package match

import (
	"encoding/binary"
	"math/bits"
)

// An lcs finds the length of the longest common subsequence of one sequence, the
// pattern, with many others, 64 tokens of the pattern at a time (Hyyrö 2004, "Bit-
// parallel LCS-length computation revisited"): the zeros of row mark where the
// length grows by one. Sequences are numbers of four bytes, little endian.
type lcs struct {
	n     int      // tokens of the pattern
	words int      // of 64 bits that hold them
	slots []uint16 // by number of a token: its place in masks and 1; 0 when the pattern lacks it
	used  []uint32 // the numbers that have a slot
	masks []uint64 // words for each slot: the places of its token in the pattern
	row   []uint64
}

// pattern sets the sequence that others are compared with. Numbers of tokens are
// below size; others are like no token.
func (l *lcs) pattern(seq []byte, size int) {
	for _, id := range l.used {
		l.slots[id] = 0
	}
	if len(l.slots) < size {
		l.slots = make([]uint16, size)
	}
	l.n = len(seq) / 4
	l.words = (l.n + 63) / 64
	l.used, l.masks = l.used[:0], l.masks[:0]
	for i := range l.n {
		id := binary.LittleEndian.Uint32(seq[4*i:])
		if int64(id) >= int64(size) {
			continue
		}
		if l.slots[id] == 0 {
			l.used = append(l.used, id)
			l.slots[id] = uint16(len(l.used)) // at most maxTokens
			for range l.words {
				l.masks = append(l.masks, 0)
			}
		}
		l.masks[(int(l.slots[id])-1)*l.words+i/64] |= 1 << (i % 64)
	}
	if cap(l.row) < l.words {
		l.row = make([]uint64, l.words)
	}
	l.row = l.row[:l.words]
}

// length of the longest subsequence that seq and the pattern have in common.
func (l *lcs) length(seq []byte) int {
	if l.words == 1 {
		return l.short(seq)
	}
	for i := range l.row {
		l.row[i] = ^uint64(0)
	}
	for ; len(seq) >= 4; seq = seq[4:] {
		slot := l.slot(seq)
		if slot == 0 {
			continue
		}
		masks := l.masks[(slot-1)*l.words:][:l.words]
		var carry uint64
		for i, mask := range masks {
			row := l.row[i]
			var sum uint64
			sum, carry = bits.Add64(row, row&mask, carry)
			l.row[i] = sum | row&^mask
		}
	}
	zeros := 0
	for i, row := range l.row {
		zeros += bits.OnesCount64(^row & low(l.n-64*i))
	}
	return zeros
}

// short is length for patterns of one word (BenchmarkNear: a quarter less time).
func (l *lcs) short(seq []byte) int {
	row := ^uint64(0)
	for ; len(seq) >= 4; seq = seq[4:] {
		if slot := l.slot(seq); slot != 0 {
			mask := l.masks[slot-1]
			row = (row + row&mask) | row&^mask
		}
	}
	return bits.OnesCount64(^row & low(l.n))
}

func (l *lcs) slot(seq []byte) int {
	id := binary.LittleEndian.Uint32(seq)
	if int64(id) >= int64(len(l.slots)) {
		return 0
	}
	return int(l.slots[id])
}

// low is a word whose n lowest bits are set.
func low(n int) uint64 {
	if n >= 64 {
		return ^uint64(0)
	}
	return 1<<n - 1
}
