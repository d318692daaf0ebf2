// Package wire reads network bytes with every bound checked.
package wire

// A Reader walks over network bytes (big endian). It never panics: the first
// read past the end makes it bad, and from then on every read gives zero, so
// that a parser reads a whole structure and asks Bad once at its end.
//
// The bytes are borrowed: slices that Bytes and Rest return share them.
type Reader struct {
	b   []byte
	off int
	bad bool
}

// NewReader returns a Reader at the start of b.
func NewReader(b []byte) Reader { return Reader{b: b} }

// Bad reports whether a read went past the end.
func (r *Reader) Bad() bool { return r.bad }

// Len is the number of bytes left; 0 when the Reader is bad.
func (r *Reader) Len() int {
	if r.bad {
		return 0
	}
	return len(r.b) - r.off
}

// Offset is the number of bytes read.
func (r *Reader) Offset() int { return r.off }

// Uint8 reads one byte.
func (r *Reader) Uint8() uint8 {
	if r.bad || r.off >= len(r.b) {
		r.bad = true
		return 0
	}
	v := r.b[r.off]
	r.off++
	return v
}

// Uint16 reads two bytes.
func (r *Reader) Uint16() uint16 {
	b := r.Bytes(2)
	if b == nil {
		return 0
	}
	return uint16(b[0])<<8 | uint16(b[1])
}

// Uint24 reads three bytes.
func (r *Reader) Uint24() uint32 {
	b := r.Bytes(3)
	if b == nil {
		return 0
	}
	return uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
}

// Uint32 reads four bytes.
func (r *Reader) Uint32() uint32 {
	b := r.Bytes(4)
	if b == nil {
		return 0
	}
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// Uint64 reads eight bytes.
func (r *Reader) Uint64() uint64 {
	hi := r.Uint32()
	return uint64(hi)<<32 | uint64(r.Uint32())
}

// Bytes reads n bytes; nil when there are fewer or n is negative.
func (r *Reader) Bytes(n int) []byte {
	if r.bad || n < 0 || n > len(r.b)-r.off {
		r.bad = true
		return nil
	}
	b := r.b[r.off : r.off+n : r.off+n]
	r.off += n
	return b
}

// Rest reads all that is left.
func (r *Reader) Rest() []byte {
	if r.bad {
		return nil
	}
	return r.Bytes(len(r.b) - r.off)
}

// Skip passes over n bytes.
func (r *Reader) Skip(n int) { r.Bytes(n) }

// Sub reads n bytes as a Reader of their own. When there are fewer, both
// Readers are bad.
func (r *Reader) Sub(n int) Reader {
	b := r.Bytes(n)
	return Reader{b: b, bad: r.bad}
}

// Sub8 reads a length of one byte and then that many bytes as a Reader.
func (r *Reader) Sub8() Reader { return r.Sub(int(r.Uint8())) }

// Sub16 reads a length of two bytes and then that many bytes as a Reader.
func (r *Reader) Sub16() Reader { return r.Sub(int(r.Uint16())) }

// Sub24 reads a length of three bytes and then that many bytes as a Reader.
func (r *Reader) Sub24() Reader { return r.Sub(int(r.Uint24())) }
