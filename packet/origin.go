package packet

// An Origin says which frames a packet came in that was put together from
// fragments.
type Origin struct {
	Packet int      // index in the list that Decode or Expire appended to
	Frames []uint64 // by the numbers that Note gave; never changed
}

// origins are noted when somebody wants to know them.
type origins struct {
	wanted bool
	frame  uint64 // number of the frame under way
	list   []Origin
	left   uint64
}

// maxNumbers bounds the frames that are noted of a datagram. It takes a sender
// who repeats fragments thousands of times to come that far.
const maxNumbers = 4096

// Note gives the frame that is decoded next a number, by which Origins names it.
func (d *Decoder) Note(frame uint64) {
	d.origins.wanted, d.origins.frame = true, frame
}

// Origins returns the Origins of what was decoded since the last call, in the
// order of the packets; the list is valid until the next Decode. Packets that are
// not in it came in the frame that was decoded.
func (d *Decoder) Origins() []Origin {
	list := d.origins.list
	d.origins.list = list[:0]
	return list
}

// Unnoted counts the frames that no Origin has because a datagram had too many.
func (d *Decoder) Unnoted() uint64 { return d.origins.left }

// note adds the frames of a fragment to those of its datagram.
func (o *origins) note(w *walk, g *datagram) {
	if !o.wanted {
		return
	}
	frames := w.frames
	if frames == nil {
		frames = []uint64{o.frame}
	}
	n := min(len(frames), maxNumbers-len(g.numbers))
	g.numbers = append(g.numbers, frames[:n]...)
	o.left += uint64(len(frames) - n)
}
