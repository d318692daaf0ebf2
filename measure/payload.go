package measure

// Payload keeps the first bytes of the first payload of each direction.
type Payload struct {
	side [2]struct {
		kept []byte
		done bool
	}
}

// Add is called for each packet with payload on the wire. Of the first one of
// direction dir it keeps up to limit bytes; p, what was captured of the
// payload, is borrowed and can be empty.
func (y *Payload) Add(dir int, p []byte, limit int) {
	s := &y.side[dir]
	if s.done {
		return
	}
	s.done = true
	s.kept = append(s.kept, p[:min(len(p), limit)]...)
}

// First is what was kept of a direction, empty when it sent no payload or none
// was captured. It is valid until Reset.
func (y *Payload) First(dir int) []byte { return y.side[dir].kept }

// Size is the memory of what was kept, in bytes.
func (y *Payload) Size() int { return len(y.side[0].kept) + len(y.side[1].kept) }

// Reset forgets everything.
func (y *Payload) Reset() {
	for i := range y.side {
		s := &y.side[i]
		s.kept, s.done = s.kept[:0], false
	}
}
