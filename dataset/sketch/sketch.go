// Package sketch keeps how the values of a feature are distributed, and over
// which classes, in bounded memory. What it keeps depends on the values and not
// on their order.
package sketch

import (
	"cmp"
	"math"
	"slices"
)

// A Sketch counts values in bins, each of which is a range of floats: at first
// those that agree in sign, exponent and 7 bits of the fraction (whole numbers
// up to 256 are exact, others to 0.8 %); one bit less each time that there would be more
// than MaxBins.
type Sketch struct {
	classes int
	shift   uint8
	keys    []uint64
	counts  []uint64 // for each key, of each class
	slots   [4 * MaxBins]uint16
	// last is the bin that was found last, zero one more than that of 0, or 0: most
	// values are 0 (BenchmarkAdd).
	last, zero uint16
}

// MaxBins bounds the bins of a feature.
const MaxBins = 256

// The shifts from a float to its key.
const (
	firstShift = 52 - 7
	lastShift  = 63
)

// New makes a sketch for so many classes.
func New(classes int) *Sketch { return &Sketch{classes: max(classes, 1), shift: firstShift} }

// Classes is for how many classes there is room.
func (s *Sketch) Classes() int { return s.classes }

// Grow makes room for more classes.
func (s *Sketch) Grow(classes int) {
	if classes <= s.classes {
		return
	}
	counts := make([]uint64, len(s.keys)*classes)
	for i := range s.keys {
		copy(counts[i*classes:], s.of(i))
	}
	s.counts, s.classes = counts, classes
}

func (s *Sketch) of(bin int) []uint64 { return s.counts[bin*s.classes:][:s.classes] }

// order makes of a float a number with the same order.
func order(v float64) uint64 {
	b := math.Float64bits(v + 0) // -0 is 0
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

// value is the smallest float with a key, by magnitude the largest of a negative
// range.
func value(key uint64, shift uint8) float64 {
	b := key << shift
	if b>>63 != 0 {
		return math.Float64frombits(b &^ (1 << 63))
	}
	return math.Float64frombits(^b)
}

// Add counts a value of a class. It is no NaN.
func (s *Sketch) Add(v float64, class int) {
	if v == 0 && s.zero > 0 {
		s.counts[int(s.zero-1)*s.classes+class]++
		return
	}
	key := order(v) >> s.shift
	if int(s.last) < len(s.keys) && s.keys[s.last] == key {
		s.counts[int(s.last)*s.classes+class]++
		return
	}
	bin, ok := s.find(key)
	for !ok && len(s.keys) == MaxBins {
		s.coarsen(s.shift + 1)
		key = order(v) >> s.shift
		bin, ok = s.find(key)
	}
	if !ok {
		bin = s.insert(key)
	}
	if s.last = uint16(bin); v == 0 {
		s.zero = s.last + 1
	}
	s.counts[bin*s.classes+class]++
}

// slot is where a key is looked for first.
func slot(key uint64) uint64 { return key * 0x9e3779b97f4a7c15 >> (64 - 10) }

func (s *Sketch) find(key uint64) (bin int, ok bool) {
	for i := slot(key); ; i++ {
		at := s.slots[i%uint64(len(s.slots))]
		if at == 0 {
			return 0, false
		}
		if s.keys[at-1] == key {
			return int(at - 1), true
		}
	}
}

// insert makes a bin of a key that has none.
func (s *Sketch) insert(key uint64) int {
	i := slot(key)
	for s.slots[i%uint64(len(s.slots))] != 0 {
		i++
	}
	s.keys = append(s.keys, key)
	s.counts = append(s.counts, make([]uint64, s.classes)...)
	s.slots[i%uint64(len(s.slots))] = uint16(len(s.keys))
	return len(s.keys) - 1
}

// coarsen joins bins.
func (s *Sketch) coarsen(shift uint8) {
	by := min(shift, lastShift) - s.shift
	keys, counts := s.keys, s.counts
	s.keys, s.counts, s.shift, s.last, s.zero = nil, nil, s.shift+by, 0, 0
	clear(s.slots[:])
	for i, key := range keys {
		bin, ok := s.find(key >> by)
		if !ok {
			bin = s.insert(key >> by)
		}
		for class, n := range counts[i*s.classes:][:s.classes] {
			s.counts[bin*s.classes+class] += n
		}
	}
}

// A Bin is a range of values that there are some of.
type Bin struct {
	// From is the float of the range with the smallest magnitude.
	From float64
	// Counts are how many of each class there are. They belong to the sketch.
	Counts []uint64

	key uint64
}

// Bins are in the order of their values.
func (s *Sketch) Bins() []Bin {
	bins := make([]Bin, len(s.keys))
	for i, key := range s.keys {
		bins[i] = Bin{From: value(key, s.shift), Counts: s.of(i), key: key}
	}
	slices.SortFunc(bins, func(a, b Bin) int { return cmp.Compare(a.key, b.key) })
	return bins
}

// Total is how many values there are.
func (s *Sketch) Total() (n uint64) {
	for _, c := range s.counts {
		n += c
	}
	return n
}

// Median is where the bin of the median begins; 0 without values.
func (s *Sketch) Median() float64 {
	half, n := (s.Total()+1)/2, uint64(0)
	for _, b := range s.Bins() {
		for _, c := range b.Counts {
			n += c
		}
		if n >= half && n > 0 {
			return b.From
		}
	}
	return 0
}
