package dtls

import (
	"joy/feature"
	"joy/proto/tls"
	"joy/wire"
)

// Bounds of what waits for missing fragments, of one direction. What does not
// fit is dropped, and the messages are marked as truncated; a sender repeats
// what nobody acknowledges, so a later copy may do.
const (
	maxFragments = 64
	maxWaiting   = 64 << 10 // bytes
	maxSequence  = 64       // messages of a handshake
	keepWaiting  = 4 << 10  // bytes of memory that are kept for nothing
)

// A part is a fragment of a handshake message (RFC 6347 4.2.2), or all of it.
type part struct {
	typ      uint8
	size     int // of the message
	sequence uint16
	offset   int
	data     []byte
}

// fragment reads one. A last one that is cut is none.
func fragment(b []byte) (f part, rest []byte, ok bool) {
	r := wire.NewReader(b)
	f.typ, f.size, f.sequence, f.offset = r.Uint8(), int(r.Uint24()), r.Uint16(), int(r.Uint24())
	f.data = r.Bytes(int(r.Uint24()))
	return f, r.Rest(), !r.Bad() && f.offset+len(f.data) <= f.size
}

// plausible reports whether a message is one that begins a handshake, or is of
// a kind that stands in the clear.
func (f *part) plausible() bool {
	switch f.typ {
	case 1, 2:
		return f.size >= 34 && f.size <= maxWaiting && f.sequence < 8
	case typeHelloVerify:
		return f.size >= 3 && f.size <= 258 && f.sequence < 8
	case 11, 12, 13, 14, 16:
		return f.size <= maxWaiting && f.sequence < maxSequence
	}
	return false
}

// fragments holds those of messages that are not complete. The zero value is
// ready.
type fragments struct {
	list    []waiting
	bytes   []byte // of all of them
	done    uint64 // bit n: message n is complete
	dropped bool   // something was for want of room
}

// A waiting fragment.
type waiting struct {
	size, offset, length, at uint32 // of the message, in the message, of the fragment, in bytes
	sequence                 uint16
	typ                      uint8
}

func (f *fragments) reset() fragments {
	if cap(f.bytes) > keepWaiting {
		return fragments{}
	}
	return fragments{list: f.list[:0], bytes: f.bytes[:0]}
}

// waiting reports whether a message is not complete.
func (f *fragments) waiting() bool { return len(f.list) > 0 }

// isNew reports whether a fragment holds something that is not there yet, or
// cannot be kept.
func (f *fragments) isNew(p *part) bool {
	if p.sequence >= maxSequence {
		f.dropped = true
		return false
	}
	if len(p.data) == 0 && p.size > 0 {
		return false
	}
	if f.done>>p.sequence&1 == 1 {
		return false
	}
	for i := range f.list {
		w := &f.list[i]
		if w.sequence == p.sequence && int(w.offset) <= p.offset && int(w.offset+w.length) >= p.offset+len(p.data) {
			return false
		}
	}
	return true
}

// add keeps a new fragment, or writes the message to h when it completes it.
func (f *fragments) add(p *part, d feature.Dir, h *tls.Handshake) {
	if len(p.data) == p.size {
		writeHeader(h, d, p.typ, uint32(p.size))
		h.Write(d, p.data)
		f.finish(p.sequence)
		return
	}
	if len(f.list) == maxFragments || len(f.bytes)+len(p.data) > maxWaiting {
		f.dropped = true
		return
	}
	f.list = append(f.list, waiting{
		size: uint32(p.size), offset: uint32(p.offset), length: uint32(len(p.data)), at: uint32(len(f.bytes)),
		sequence: p.sequence, typ: p.typ,
	})
	f.bytes = append(f.bytes, p.data...)
	first := f.next(p.sequence, uint32(p.size), 0)
	if first == nil || !f.whole(p.sequence, uint32(p.size)) {
		return
	}
	writeHeader(h, d, first.typ, first.size)
	for at := uint32(0); at < first.size; {
		w := f.next(p.sequence, first.size, at)
		end := w.offset + w.length
		h.Write(d, f.bytes[w.at+at-w.offset:w.at+w.length])
		at = end
	}
	f.finish(p.sequence)
}

// whole reports whether the fragments of a message cover it.
func (f *fragments) whole(sequence uint16, size uint32) bool {
	at := uint32(0)
	for at < size {
		w := f.next(sequence, size, at)
		if w == nil {
			return false
		}
		at = w.offset + w.length
	}
	return true
}

// next is the fragment that goes farthest from a place in a message; nil for
// none.
func (f *fragments) next(sequence uint16, size, at uint32) (best *waiting) {
	for i := range f.list {
		w := &f.list[i]
		if w.sequence != sequence || w.size != size || w.offset > at || w.offset+w.length <= at {
			continue
		}
		if best == nil || w.offset+w.length > best.offset+best.length {
			best = w
		}
	}
	return best
}

// finish forgets the fragments of a message that is complete.
func (f *fragments) finish(sequence uint16) {
	f.done |= 1 << sequence
	n, to := 0, 0
	for _, w := range f.list {
		if w.sequence == sequence {
			continue
		}
		copy(f.bytes[to:], f.bytes[w.at:w.at+w.length])
		w.at = uint32(to)
		to += int(w.length)
		f.list[n] = w
		n++
	}
	f.list, f.bytes = f.list[:n], f.bytes[:to]
	if cap(f.bytes) > keepWaiting && to <= keepWaiting {
		f.bytes = append([]byte(nil), f.bytes...)
	}
}

// held is how many bytes wait, with 20 for each fragment.
func (f *fragments) held() int { return len(f.bytes) + 20*len(f.list) }

func writeHeader(h *tls.Handshake, d feature.Dir, typ uint8, size uint32) {
	h.Write(d, []byte{typ, byte(size >> 16), byte(size >> 8), byte(size)})
}
