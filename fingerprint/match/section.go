package match

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// SectionName is the name that the section for approximate matches has in a
// binary index.
const SectionName = "near"

// ErrCorrupt is that a section is not what BuildNear wrote.
var ErrCorrupt = errors.New("the section for approximate matches is corrupt")

// A section is, all numbers little endian:
//
//	magic, threshold (float64), entries, tokens, length of all sequences,
//	length of all postings, bytes of all keys                     8 bytes each
//	signature of each entry                                       16 bytes
//	number of each entry in the index; the first has most flows   4
//	start of each entry's sequence, and the end of the last       4
//	sequences: numbers of tokens                                  4
//	start of each token's key, and the end of the last            4
//	entries that have each token                                  4
//	start of each token's postings, and the end of the last       4
//	postings: entry; length of its sequence and place of the token, 2 bytes each
//	keys of the tokens, in order
const (
	magic      = "joynear1"
	headerSize = 7 * 8
)

// Words are numbers of four bytes in a section.
type words []byte

func (w words) at(i uint32) uint32 { return binary.LittleEndian.Uint32(w[4*int(i):]) }

// A layout is a section taken apart. The lengths of its parts are as they must
// be; what the numbers in them point to is checked when they are used.
type layout struct {
	threshold  float64
	entries    uint32
	tokens     uint32
	signatures []byte // of entries
	numbers    words  // of entries
	starts     words  // of entries
	sequences  words
	keyStarts  words // of tokens
	frequency  words // of tokens
	postStarts words // of tokens
	postings   []byte
	keys       []byte
}

// open takes a section apart without reading more of it than its header.
func open(data []byte) (l layout, err error) {
	if len(data) < headerSize || string(data[:8]) != magic {
		return l, fmt.Errorf("%w: it does not begin as one", ErrCorrupt)
	}
	var n [6]uint64
	for i := range n {
		n[i] = binary.LittleEndian.Uint64(data[8+8*i:])
	}
	l.threshold = math.Float64frombits(n[0])
	if !(l.threshold > 0 && l.threshold <= maxThreshold) {
		return l, fmt.Errorf("%w: a threshold of %v", ErrCorrupt, l.threshold)
	}
	for _, v := range n[1:] {
		if v >= math.MaxUint32 {
			return l, fmt.Errorf("%w: %d of something", ErrCorrupt, v)
		}
	}
	l.entries, l.tokens = uint32(n[1]), uint32(n[2])
	rest, short := data[headerSize:], false
	part := func(size uint64) []byte {
		if size > uint64(len(rest)) {
			short = true
			return nil
		}
		p := rest[:size:size]
		rest = rest[size:]
		return p
	}
	l.signatures = part(16 * n[1])
	l.numbers = part(4 * n[1])
	l.starts = part(4 * (n[1] + 1))
	l.sequences = part(4 * n[3])
	l.keyStarts = part(4 * (n[2] + 1))
	l.frequency = part(4 * n[2])
	l.postStarts = part(4 * (n[2] + 1))
	l.postings = part(8 * n[4])
	l.keys = part(n[5])
	if short || len(rest) != 0 {
		return l, fmt.Errorf("%w: its length is not that of its parts", ErrCorrupt)
	}
	return l, nil
}

// span is the range that entry i of starts and the next one give of an array of
// total elements.
func span(starts words, i uint32, total int) (from, to int, err error) {
	from, to = int(starts.at(i)), int(starts.at(i+1))
	if from > to || to > total {
		return 0, 0, fmt.Errorf("%w: range %d to %d of %d", ErrCorrupt, from, to, total)
	}
	return from, to, nil
}

// sequence of entry i.
func (l *layout) sequence(i uint32) ([]byte, error) {
	from, to, err := span(l.starts, i, len(l.sequences)/4)
	if err != nil {
		return nil, err
	}
	return l.sequences[4*from : 4*to], nil
}

// key of token i.
func (l *layout) key(i uint32) ([]byte, error) {
	from, to, err := span(l.keyStarts, i, len(l.keys))
	if err != nil {
		return nil, err
	}
	return l.keys[from:to], nil
}

// signature of entry i.
func (l *layout) signature(i uint32) signature {
	b := l.signatures[16*int(i):]
	return signature{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
}

// A posting says that an entry has a token among its rarest ones.
type posting struct {
	entry  uint32
	length uint16 // of the entry's sequence
	place  uint16 // of the token in the sequence, ordered by rarity
}

func readPosting(b []byte) posting {
	return posting{binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:])}
}

func (p posting) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, p.entry)
	dst = binary.LittleEndian.AppendUint16(dst, p.length)
	return binary.LittleEndian.AppendUint16(dst, p.place)
}
