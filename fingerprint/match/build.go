package match

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	"joy/fingerprint"
)

// A Known is what the index for approximate matches needs to know of an entry.
type Known struct {
	Number      uint32 // in the binary index
	Fingerprint fingerprint.Fingerprint
	Count       uint64
}

// BuildNear makes the section for approximate matches: for each token the
// entries that have it among their rarest. Entries that cannot be compared are
// left out. Distances up to threshold can be asked for.
func BuildNear(known iter.Seq[Known], threshold float64) ([]byte, error) {
	if !(threshold > 0 && threshold <= maxThreshold) {
		return nil, fmt.Errorf("threshold %v is not between 0 and %v", threshold, maxThreshold)
	}
	b := builder{ids: map[string]uint32{}}
	for k := range known {
		b.add(k)
	}
	b.sort()
	if len(b.tokens) >= math.MaxUint32/4 {
		return nil, fmt.Errorf("%d tokens are too many for an index", len(b.tokens))
	}
	return b.write(threshold), nil
}

type builder struct {
	entries  []built
	tokens   []uint32 // of all sequences
	ids      map[string]uint32
	keys     []string // by number
	sequence sequence
	scratch  []byte
}

type built struct {
	Known
	from, to int // its sequence in tokens
}

func (b *builder) add(k Known) {
	if !b.sequence.parse(k.Fingerprint) {
		return
	}
	from := len(b.tokens)
	for _, t := range b.sequence.tokens {
		b.scratch = b.sequence.key(b.scratch, t)
		id, ok := b.ids[string(b.scratch)]
		if !ok {
			id = uint32(len(b.keys))
			b.keys = append(b.keys, string(b.scratch))
			b.ids[b.keys[id]] = id
		}
		b.tokens = append(b.tokens, id)
	}
	b.entries = append(b.entries, built{k, from, len(b.tokens)})
}

// sort orders entries as neighbours of equal distance are, and numbers tokens in
// the order of their keys, in which they are looked up.
func (b *builder) sort() {
	slices.SortFunc(b.entries, func(x, y built) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), cmp.Compare(x.Fingerprint, y.Fingerprint))
	})
	renumber := make([]uint32, len(b.keys))
	sorted := slices.Sorted(maps.Keys(b.ids))
	for i, key := range sorted {
		renumber[b.ids[key]] = uint32(i)
	}
	b.keys = sorted
	for i, id := range b.tokens {
		b.tokens[i] = renumber[id]
	}
}

// frequency is the number of entries that have each token.
func (b *builder) frequency() words {
	count, last := make([]uint32, len(b.keys)), make([]int, len(b.keys))
	for i, e := range b.entries {
		for _, id := range b.tokens[e.from:e.to] {
			if last[id] != i+1 {
				last[id] = i + 1
				count[id]++
			}
		}
	}
	return newWords(count)
}

// postings lists the entries of each token, the shorter ones first.
func (b *builder) postings(frequency words, bounds *bounds) [][]posting {
	lists := make([][]posting, len(b.keys))
	var order []uint32
	for i, e := range b.entries {
		order = append(order[:0], b.tokens[e.from:e.to]...)
		rarest(order, frequency)
		for place := range bounds.prefix(len(order)) {
			if id := order[place]; place == 0 || order[place-1] != id {
				lists[id] = append(lists[id], posting{uint32(i), uint16(len(order)), uint16(place)})
			}
		}
	}
	for _, list := range lists {
		slices.SortStableFunc(list, func(x, y posting) int { return cmp.Compare(x.length, y.length) })
	}
	return lists
}

// rarest orders tokens by the number of entries that have them.
func rarest(ids []uint32, frequency words) {
	slices.SortFunc(ids, func(x, y uint32) int {
		return cmp.Or(cmp.Compare(frequency.at(x), frequency.at(y)), cmp.Compare(x, y))
	})
}

func newWords(numbers []uint32) (w words) {
	for _, n := range numbers {
		w = binary.LittleEndian.AppendUint32(w, n)
	}
	return w
}

// write puts the section together; layout has the order.
func (b *builder) write(threshold float64) []byte {
	frequency := b.frequency()
	lists := b.postings(frequency, newBounds(threshold))
	var signatures []byte
	var numbers, starts, keyStarts, postStarts []uint32
	var keys, postings []byte
	for _, e := range b.entries {
		var s signature
		for _, id := range b.tokens[e.from:e.to] {
			s.add(spread(id))
		}
		signatures = binary.LittleEndian.AppendUint64(signatures, s[0])
		signatures = binary.LittleEndian.AppendUint64(signatures, s[1])
		numbers = append(numbers, e.Number)
	}
	b.inOrder(&starts)
	for i, key := range b.keys {
		keyStarts = append(keyStarts, uint32(len(keys)))
		keys = append(keys, key...)
		postStarts = append(postStarts, uint32(len(postings)/8))
		for _, p := range lists[i] {
			postings = p.append(postings)
		}
	}
	keyStarts = append(keyStarts, uint32(len(keys)))
	postStarts = append(postStarts, uint32(len(postings)/8))

	out := []byte(magic)
	for _, n := range []uint64{math.Float64bits(threshold), uint64(len(b.entries)), uint64(len(b.keys)), uint64(len(b.tokens)), uint64(len(postings) / 8), uint64(len(keys))} {
		out = binary.LittleEndian.AppendUint64(out, n)
	}
	for _, part := range [][]byte{
		signatures, newWords(numbers), newWords(starts), newWords(b.tokens),
		newWords(keyStarts), frequency, newWords(postStarts), postings, keys,
	} {
		out = append(out, part...)
	}
	return out
}

// inOrder puts the sequences into the order of their entries.
func (b *builder) inOrder(starts *[]uint32) {
	tokens := make([]uint32, 0, len(b.tokens))
	for _, e := range b.entries {
		*starts = append(*starts, uint32(len(tokens)))
		tokens = append(tokens, b.tokens[e.from:e.to]...)
	}
	*starts = append(*starts, uint32(len(tokens)))
	b.tokens = tokens
}
