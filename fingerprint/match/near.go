package match

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"joy/fingerprint"
)

// Bounds of the work for one query. A query that reaches one answers with the
// best of what it has seen, and says so.
const (
	maxPostings = 1 << 20 // entries that share a rare token
	maxSteps    = 1 << 22 // words of 64 bits of common subsequences: about 10 ms
)

// Near finds the fingerprints that are like one. It is exact: what a scan of all
// entries would find, it finds. It is read-only and may be shared.
type Near struct {
	layout
	bounds      *bounds
	maxPostings int
	maxSteps    int
}

// OpenNear opens what BuildNear made. The bytes stay in use, and are not read
// before they are needed, so that they may lie in a mapped file.
func OpenNear(section []byte) (*Near, error) {
	l, err := open(section)
	if err != nil {
		return nil, err
	}
	return &Near{l, newBounds(l.threshold), maxPostings, maxSteps}, nil
}

// Len is the number of entries that can be found.
func (n *Near) Len() int { return int(n.entries) }

// A Neighbour is an entry and how far it is.
type Neighbour struct {
	Number   uint32 // of the entry in the binary index
	Distance float64
	rank     uint32 // in the section: the one with more flows is before, then by string
}

// A Search is the memory of queries, so that they need no more. One goroutine at
// a time may use it.
type Search struct {
	sequence sequence
	key      []byte
	ids      []uint32 // of the query, in its order; absent for tokens that no entry has
	order    []uint32 // the same, the rarest first
	seq      []byte
	lcs      lcs
	seen     []uint32 // by entry: the query that came upon it last
	query    uint32
	classes  [129][]candidate // by bits in which the signatures differ
	found    []Neighbour
	steps    int
	postings int
}

type candidate struct {
	entry  uint32
	length uint16
}

// absent is the number of a token that no entry has.
const absent = ^uint32(0)

// Find returns the entries nearest to fp, at most k of them and none as far as
// the distance within, nearest first; of the same distance the one with more
// flows, then the smaller string. They are valid until the next call. It reports
// whether the answer is of the whole index and not of what the bounds left.
func (n *Near) Find(s *Search, fp fingerprint.Fingerprint, k int, within float64) (nearest []Neighbour, whole bool, err error) {
	s.found, s.steps, s.postings = s.found[:0], 0, 0
	if k < 1 || !s.sequence.parse(fp) {
		return nil, true, nil
	}
	if err := n.number(s); err != nil {
		return nil, true, err
	}
	if err := n.candidates(s); err != nil {
		return nil, true, err
	}
	if err := n.compare(s, k, min(within, n.threshold)); err != nil {
		return nil, true, err
	}
	return s.found, s.steps < n.maxSteps && s.postings < n.maxPostings, nil
}

// number looks the tokens of the query up.
func (n *Near) number(s *Search) error {
	s.ids, s.seq = s.ids[:0], s.seq[:0]
	for _, t := range s.sequence.tokens {
		s.key = s.sequence.key(s.key, t)
		id, err := n.lookup(s.key)
		if err != nil {
			return err
		}
		s.ids = append(s.ids, id)
	}
	s.order = append(s.order[:0], s.ids...)
	slices.SortFunc(s.order, func(x, y uint32) int {
		return cmp.Or(cmp.Compare(n.rarity(x), n.rarity(y)), cmp.Compare(x, y))
	})
	return nil
}

// rarity is the number of entries that have a token.
func (n *Near) rarity(id uint32) uint32 {
	if id == absent {
		return 0
	}
	return n.frequency.at(id)
}

// lookup finds the number of a token by its key.
func (n *Near) lookup(key []byte) (uint32, error) {
	from, to := uint32(0), n.tokens
	for from < to {
		middle := from + (to-from)/2
		k, err := n.key(middle)
		if err != nil {
			return 0, err
		}
		switch c := bytes.Compare(k, key); {
		case c == 0:
			return middle, nil
		case c < 0:
			from = middle + 1
		default:
			to = middle
		}
	}
	return absent, nil
}

// candidates collects the entries that have enough of the query's rarest tokens
// to be near, by the bits in which their signatures differ from its own.
func (n *Near) candidates(s *Search) error {
	for i := range s.classes {
		s.classes[i] = s.classes[i][:0]
	}
	s.next(int(n.entries))
	var own signature
	for _, id := range s.ids {
		if id != absent {
			own.add(spread(id))
		}
	}
	for place, id := range s.order[:n.bounds.prefix(len(s.order))] {
		if id == absent || place > 0 && s.order[place-1] == id {
			continue
		}
		if err := n.collect(s, id, place, own); err != nil {
			return err
		}
	}
	return nil
}

// next begins a query: no entry is seen.
func (s *Search) next(entries int) {
	s.query++
	if len(s.seen) != entries || s.query == 0 {
		s.seen, s.query = make([]uint32, entries), 1
	}
}

// collect adds the entries of one token, which is at a place of the query when
// it is ordered by rarity.
func (n *Near) collect(s *Search, id uint32, place int, own signature) error {
	from, to, err := span(n.postStarts, id, len(n.postings)/8)
	if err != nil {
		return err
	}
	size := len(s.order)
	least, most := n.bounds.lengths(size)
	list := n.postings[8*from : 8*to]
	list = list[8*firstOfLength(list, least):]
	for ; len(list) > 0 && s.postings < n.maxPostings; list = list[8:] {
		p := readPosting(list)
		length := int(p.length)
		if length > most || n.bounds.need[size+length] > size-place {
			break
		}
		if p.entry >= n.entries || length < least {
			return fmt.Errorf("%w: a posting of entry %d, length %d", ErrCorrupt, p.entry, length)
		}
		s.postings++
		// If this is the rarest token that both have, what they have in common is
		// behind it in both; if it is not, the entry is seen.
		if min(size-place, length-int(p.place)) < n.bounds.need[size+length] || s.seen[p.entry] == s.query {
			continue
		}
		s.seen[p.entry] = s.query
		class := own.differ(n.signature(p.entry))
		s.classes[class] = append(s.classes[class], candidate{p.entry, p.length})
	}
	return nil
}

// firstOfLength is the first posting of at least a length.
func firstOfLength(list []byte, length int) int {
	from, to := 0, len(list)/8
	for from < to {
		middle := from + (to-from)/2
		if int(readPosting(list[8*middle:]).length) < length {
			from = middle + 1
		} else {
			to = middle
		}
	}
	return from
}

// compare finds the nearest candidates. Those whose signatures differ least come
// first, so that soon only few of the others can be nearer.
func (n *Near) compare(s *Search, k int, within float64) error {
	unknown := 0 // tokens that no entry has; signatures are without them
	for _, id := range s.ids {
		if id == absent {
			unknown++
		}
		s.seq = binary.LittleEndian.AppendUint32(s.seq, id)
	}
	s.lcs.pattern(s.seq, int(n.tokens))
	for differ, class := range s.classes {
		for _, c := range class {
			total := len(s.ids) + int(c.length)
			least := float64(differ+unknown) / float64(total) // the distance is no less
			if least >= within || len(s.found) == k && least > s.found[k-1].Distance {
				continue
			}
			if s.steps >= n.maxSteps {
				return nil
			}
			seq, err := n.sequence(c.entry)
			if err != nil || len(seq) != 4*int(c.length) {
				return fmt.Errorf("%w: the sequence of entry %d", ErrCorrupt, c.entry)
			}
			s.steps += s.lcs.words * int(c.length)
			if d := apart(s.lcs.length(seq), total); d < within {
				s.keep(Neighbour{n.numbers.at(c.entry), d, c.entry}, k)
			}
		}
	}
	return nil
}

// keep puts a neighbour in its place among the k nearest.
func (s *Search) keep(x Neighbour, k int) {
	i, _ := slices.BinarySearchFunc(s.found, x, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.rank, b.rank))
	})
	if i == k {
		return
	}
	if len(s.found) == k {
		s.found = s.found[:k-1]
	}
	s.found = slices.Insert(s.found, i, x)
}
