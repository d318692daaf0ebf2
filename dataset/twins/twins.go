// Package twins remembers rows that were seen, to find those that come again.
package twins

import (
	"crypto/sha256"
	"encoding/binary"
	"math"

	"joy/dataset/split"
)

// A Key is 128 bits of SHA-256 of what a row or a name holds.
type Key [16]byte

// KeyOf is the key of a text.
func KeyOf(text []byte) Key {
	sum := sha256.Sum256(text)
	return Key(sum[:16])
}

// A Hasher makes keys of features.
type Hasher struct{ buf []byte }

// Key is that of the values.
func (h *Hasher) Key(x []float64) Key {
	h.buf = h.buf[:0]
	for _, v := range x {
		h.buf = binary.LittleEndian.AppendUint64(h.buf, math.Float64bits(v+0)) // -0 is 0
	}
	return KeyOf(h.buf)
}

// What is asked for doubles.
const (
	All  = "all"  // the first row of its features and class stays
	Part = "part" // the first of each part stays
	Keep = "none" // all stay
)

// Rows remembers feature vectors with their classes.
type Rows struct {
	limit int
	seen  map[Key]entry
	other map[otherKey]entry // of vectors with more than one class, the classes after the first
	// Forgotten is how many rows could not be remembered, so that their doubles were
	// not found.
	Forgotten uint64
}

type otherKey struct {
	Key
	class int32
}

// An entry is what became of a vector.
type entry struct {
	class int32
	rows  [split.Parts]uint32
}

// NewRows remembers at most so many different rows.
func NewRows(limit int) *Rows {
	return &Rows{limit: limit, seen: make(map[Key]entry), other: make(map[otherKey]entry)}
}

// Add remembers a row, and says whether one with the same features and class was
// there before, in the same part and in another one.
func (r *Rows) Add(k Key, class int, part split.Part) (same, elsewhere bool) {
	e, known := r.seen[k]
	first := !known || e.class == int32(class)
	if !first {
		e, known = r.other[otherKey{k, int32(class)}]
	}
	if !known {
		if len(r.seen)+len(r.other) >= r.limit {
			r.Forgotten++
			return false, false
		}
		e = entry{class: int32(class)}
	}
	for p, n := range e.rows {
		same = same || n > 0 && p == int(part)
		elsewhere = elsewhere || n > 0 && p != int(part)
	}
	e.rows[part] = max(e.rows[part]+1, e.rows[part]) // stays at the top
	if first {
		r.seen[k] = e
	} else {
		r.other[otherKey{k, int32(class)}] = e
	}
	return same, elsewhere
}

// Counts are what the rows have in common.
type Counts struct {
	// Vectors is how many different ones there are, Conflicting those with more than
	// one class: no model of these features gets all of their rows right.
	Vectors     uint64 `json:"vectors"`
	Conflicting uint64 `json:"vectors_of_several_classes"`
	// Twins are the flows of validation and of test whose features are those of a
	// flow for training, Same those of them with its class. Doubles that are left
	// out of the matrix count too.
	Twins [split.Parts]uint64 `json:"-"`
	Same  [split.Parts]uint64 `json:"-"`
}

// Counts looks at all rows.
func (r *Rows) Counts() Counts {
	c := Counts{Vectors: uint64(len(r.seen))}
	all := make(map[Key][split.Parts]uint32, len(r.other))
	for k, e := range r.other {
		sum := all[k.Key]
		for p, n := range e.rows {
			sum[p] += n
		}
		all[k.Key] = sum
		c.same(e)
	}
	c.Conflicting = uint64(len(all))
	for k, e := range r.seen {
		c.same(e)
		rows := e.rows
		for p, n := range all[k] {
			rows[p] += n
		}
		if rows[split.Train] > 0 {
			for p := split.Validation; p < split.Parts; p++ {
				c.Twins[p] += uint64(rows[p])
			}
		}
	}
	return c
}

func (c *Counts) same(e entry) {
	if e.rows[split.Train] > 0 {
		for p := split.Validation; p < split.Parts; p++ {
			c.Same[p] += uint64(e.rows[p])
		}
	}
}

// Names remembers in which parts names occur, such as hosts.
type Names struct {
	limit     int
	seen      map[Key]uint8
	Forgotten uint64
}

// NewNames remembers at most so many names.
func NewNames(limit int) *Names { return &Names{limit: limit, seen: make(map[Key]uint8)} }

// Add remembers a name.
func (n *Names) Add(name []byte, part split.Part) {
	k := KeyOf(name)
	mask, known := n.seen[k]
	if !known && len(n.seen) >= n.limit {
		n.Forgotten++
		return
	}
	n.seen[k] = mask | 1<<part
}

// Counts is how many names there are, and how many of them are both in training
// and in another part.
func (n *Names) Counts() (names, shared uint64) {
	for _, mask := range n.seen {
		if mask&1 != 0 && mask > 1 {
			shared++
		}
	}
	return uint64(len(n.seen)), shared
}
