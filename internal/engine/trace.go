package engine

import "joy/packet"

// A Tracer is told which frames are in which record. Records go by the number of
// their first packet, which no two have in common; with bidir=0 both records of a
// flow have it.
type Tracer interface {
	// Frame says that packets of a frame are counted in a record. Frames are
	// numbered from 0, those that a filter leaves out too. A fragment is told when
	// its datagram is.
	Frame(frame, record uint64)
	// Record says that this is the record which goes through the stages next.
	Record(record uint64)
	// Left says at the end how many fragments were told of no record, because
	// their datagram came in too many.
	Left(frames uint64)
}

// A trace joins what the dealer knows, which packets a frame has, with what the
// worker knows, which record a packet is in.
type trace struct {
	Tracer
	decoder *packet.Decoder
	frames  uint64 // up to here
	parts   []part // in the order of the packets
}

// A part is a frame of a packet.
type part struct{ packet, frame uint64 }

// next begins a frame.
func (t *trace) next() {
	t.decoder.Note(t.frames)
	t.frames++
}

// decoded notes the frames of ps[from:].
func (t *trace) decoded(ps []packet.Packet, from int) {
	origins := t.decoder.Origins()
	for i := from; i < len(ps); i++ {
		if len(origins) == 0 || origins[0].Packet != i {
			t.parts = append(t.parts, part{ps[i].Index, t.frames - 1})
			continue
		}
		for _, f := range origins[0].Frames {
			t.parts = append(t.parts, part{ps[i].Index, f})
		}
		origins = origins[1:]
	}
}

// counted says that a packet is counted in a record. Packets come in order; those
// that are passed over are in none.
func (t *trace) counted(index, record uint64) {
	i := 0
	for ; i < len(t.parts) && t.parts[i].packet <= index; i++ {
		if t.parts[i].packet == index {
			t.Frame(t.parts[i].frame, record)
		}
	}
	t.parts = t.parts[i:]
}
