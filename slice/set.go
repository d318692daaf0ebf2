package slice

// A set is a set of small numbers, such as those of frames, a bit for each: as
// many bytes as an eighth of the numbers up to the largest, where they are dense.
type set struct {
	pages []*page
	n     uint64
}

type page [1 << 10]uint64

// pageBits is the number of bits of a number within a page.
const pageBits = 16

// add adds a number.
func (s *set) add(v uint64) {
	i := int(v >> pageBits)
	for len(s.pages) <= i {
		s.pages = append(s.pages, nil)
	}
	if s.pages[i] == nil {
		s.pages[i] = new(page)
	}
	word, bit := &s.pages[i][v>>6&(1<<10-1)], uint64(1)<<(v&63)
	if *word&bit == 0 {
		*word |= bit
		s.n++
	}
}

// has reports whether a number is in the set.
func (s *set) has(v uint64) bool {
	i := v >> pageBits
	return i < uint64(len(s.pages)) && s.pages[i] != nil && s.pages[i][v>>6&(1<<10-1)]>>(v&63)&1 != 0
}
