package measure

// Payload keeps the first bytes of the first payload of each direction.
type Payload struct {
	kept firsts
	done [2]bool
}

// Add is called for each packet with payload on the wire. Of the first one of
// direction dir it keeps up to limit bytes; p, what was captured of the
// payload, is borrowed and can be empty.
func (y *Payload) Add(s *Blocks, dir int, p []byte, limit int) {
	if y.done[dir] {
		return
	}
	y.done[dir] = true
	y.kept.keep(s, dir, p[:min(len(p), limit)])
}

// First appends what was kept of a direction, nothing when it sent no payload
// or none was captured.
func (y *Payload) First(dst []byte, s *Blocks, dir int) []byte { return y.kept.appendTo(dst, s, dir) }

// Size is the memory of what was kept, in bytes.
func (y *Payload) Size() int { return y.kept.list.Size() }

// Reset forgets everything.
func (y *Payload) Reset(s *Blocks) {
	y.kept.list.Drop(s)
	*y = Payload{}
}
