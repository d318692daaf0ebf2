package ipfix

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"joy/record"
	"joy/telemetry/element"
)

// maxText is the most bytes of a string or of one entry of a list of strings.
const maxText = 1024

// An encoder makes data records. It has one owner.
type encoder struct {
	template   Template
	enterprise uint32
	max        int // most bytes of a record
	layouts    map[variant]*layout

	b     []byte // the record
	room  int    // bytes that the element at hand may still take
	cuts  int    // elements that were cut
	rooms []int  // room of each element of the layout
	sizes []int  // bytes of the content of each variable one

	web  exchange
	name names
}

func newEncoder(c *Config) *encoder {
	return &encoder{
		template: c.Template, enterprise: c.Enterprise, layouts: map[variant]*layout{},
		max: c.MTU - headerSize - setHeaderSize,
	}
}

// encode makes the data record of r, which is valid until the next call, and
// tells how many elements were cut. It reports false if a record without any
// of what may be cut is still too long.
func (e *encoder) encode(r *record.Record) (v variant, b []byte, cuts int, ok bool) {
	v = variantOf(e.template, r)
	l := e.layout(v)
	e.prepare(r, v)
	e.rooms, e.sizes = e.rooms[:0], e.sizes[:0]
	for range l.fields {
		e.rooms, e.sizes = append(e.rooms, e.max), append(e.sizes, 0)
	}
	for range len(l.fields) + 1 {
		e.write(l, r)
		excess := len(e.b) - e.max
		if excess <= 0 {
			return v, e.b, e.cuts, true
		}
		if !e.shorten(excess) {
			break
		}
	}
	return v, nil, 0, false
}

// shorten lessens the room of the longest element. It reports false if there is
// none that can be cut.
func (e *encoder) shorten(excess int) bool {
	longest := 0
	for i, n := range e.sizes {
		if n > e.sizes[longest] {
			longest = i
		}
	}
	e.rooms[longest] = max(e.sizes[longest]-excess, 0)
	return e.sizes[longest] > 0
}

// write makes the record within the rooms.
func (e *encoder) write(l *layout, r *record.Record) {
	e.b, e.cuts = e.b[:0], 0
	for i := range l.fields {
		f := &l.fields[i]
		if f.size != element.Variable {
			f.put(e, r)
			continue
		}
		e.room = e.rooms[i]
		start := len(e.b)
		e.b = append(e.b, 0)
		f.put(e, r)
		e.sizes[i] = e.close(start)
	}
}

// close writes the length of the content that begins behind start: one byte, or
// for longer ones 255 and two more (RFC 7011 section 7).
func (e *encoder) close(start int) (size int) {
	size = len(e.b) - start - 1
	if size < 255 {
		e.b[start] = byte(size)
		return size
	}
	e.b = append(e.b, 0, 0)
	copy(e.b[start+3:], e.b[start+1:])
	e.b[start] = 255
	binary.BigEndian.PutUint16(e.b[start+1:], uint16(size)) // room is below 64 KiB
	return size
}

func (e *encoder) u8(v uint8)   { e.b = append(e.b, v) }
func (e *encoder) u16(v uint16) { e.b = binary.BigEndian.AppendUint16(e.b, v) }
func (e *encoder) u32(v uint32) { e.b = binary.BigEndian.AppendUint32(e.b, v) }
func (e *encoder) u64(v uint64) { e.b = binary.BigEndian.AppendUint64(e.b, v) }

func (e *encoder) float(v float64) { e.u64(math.Float64bits(v)) }

// octets appends bytes as far as there is room.
func (e *encoder) octets(b []byte) {
	if len(b) > e.room {
		b = b[:e.room]
		e.cuts++
	}
	e.b = append(e.b, b...)
	e.room -= len(b)
}

// putText appends a text to the element at hand as far as there is room, and at
// most maxText bytes in all. It reports whether that was all of it.
func putText[S ~string | ~[]byte](e *encoder, s S) (whole bool) {
	e.room = min(e.room, maxText)
	n := len(e.b)
	e.b, whole = appendText(e.b, s, e.room)
	e.room -= len(e.b) - n
	if !whole {
		e.cuts++
	}
	return whole
}

// stray and the characters behind it, one for each byte value, stand for bytes
// that are not part of valid UTF-8, as in package feature, whose OriginalBytes
// gets them back: a string must not hold such bytes (RFC 7011 section 6.1.6).
const stray = 0xf700

// appendText appends whole characters, at most room bytes, and reports whether
// these are all.
func appendText[S ~string | ~[]byte](b []byte, s S, room int) (_ []byte, whole bool) {
	end := len(b) + room
	for i := 0; i < len(s); {
		if n := plain(s[i:]); n > 0 {
			n = min(n, end-len(b))
			b = append(b, s[i:i+n]...)
			if i += n; len(b) == end && i < len(s) {
				return b, false
			}
			continue
		}
		c := string(s[i:min(i+utf8.UTFMax, len(s))]) // short, so that it needs no memory
		r, n := utf8.DecodeRuneInString(c)
		size := n
		strays := r == utf8.RuneError && n == 1 || r >= stray && r <= stray+0xff
		if strays {
			size *= utf8.RuneLen(stray)
		}
		if len(b)+size > end {
			return b, false
		}
		if !strays {
			b = append(b, c[:n]...)
		} else {
			for _, x := range []byte(c[:n]) {
				b = utf8.AppendRune(b, stray+rune(x))
			}
		}
		i += n
	}
	return b, true
}

// plain is the number of characters of ASCII that s begins with.
func plain[S ~string | ~[]byte](s S) (n int) {
	for n < len(s) && s[n] < utf8.RuneSelf {
		n++
	}
	return n
}

// ordered is the semantic of a list whose entries are in order (RFC 6313
// section 4.4).
const ordered = 4

// list begins a basicList (RFC 6313 section 4.5.1). The header is there even
// when nothing else fits.
func (e *encoder) list(id element.ID, size uint16) {
	n := len(e.b)
	e.u8(ordered)
	e.specifier(id, size)
	e.room -= len(e.b) - n
}

// specifier appends a field specifier (RFC 7011 section 3.2).
func (e *encoder) specifier(id element.ID, size uint16) {
	e.b = appendSpecifier(e.b, id, size, e.enterprise)
}

// entry appends a number to a list whose entries have size bytes, and reports
// whether it had room.
func (e *encoder) entry(v uint64, size uint16) bool {
	if e.room < int(size) {
		e.cuts++
		return false
	}
	e.room -= int(size)
	switch size {
	case 1:
		e.u8(uint8(v))
	case 2:
		e.u16(uint16(v))
	case 4:
		e.u32(uint32(v))
	default:
		e.u64(v)
	}
	return true
}

// putTextEntry appends a text to a list of strings, and reports whether it had
// room, be it cut.
func putTextEntry[S ~string | ~[]byte](e *encoder, s S) bool {
	const prefix = 3
	if e.room <= prefix {
		e.cuts++
		return false
	}
	start := len(e.b)
	e.b = append(e.b, 0)
	var whole bool
	if e.b, whole = appendText(e.b, s, min(e.room-prefix, maxText)); !whole {
		e.cuts++
	}
	e.close(start)
	e.room -= len(e.b) - start
	return whole
}
