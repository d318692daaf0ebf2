package dns

import (
	"encoding/binary"

	"joy/feature"
)

const (
	headerSize   = 12
	maxQuestions = 64 // of a message that is recognized or listed
)

// match is Module.Match. A Chunk does not tell whether it is a datagram; both
// forms are tried, and each has too many fixed bytes to pass for the other.
func match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) > 6 && b[4] != 0 && b[6] != 0 {
		return feature.No // more than 255 questions in either form (BenchmarkMatch)
	}
	if isDatagram(b) {
		return feature.Yes
	}
	return matchStream(b)
}

// recognize tells in which form messages come from the first bytes of a
// direction; unknown when more are needed.
func recognize(b []byte) form {
	if isDatagram(b) {
		return datagrams
	}
	if matchStream(b) == feature.Yes {
		return stream
	}
	return unknown
}

func isDatagram(b []byte) bool {
	switch matchDatagram(b) {
	case feature.Yes:
		return true
	case feature.Maybe:
		return matchCut(b)
	}
	return false
}

// matchCut tells whether b is a message that ends inside its only question,
// behind a label of text.
func matchCut(b []byte) bool {
	if len(b) <= headerSize {
		return false
	}
	h := readHeader(b)
	return h.qd == 1 && h.records() <= maxQuestions && textLabel(b)
}

// textLabel tells whether the first name begins with a label of printable
// ASCII, and something is behind it.
func textLabel(b []byte) bool {
	n := int(b[headerSize])
	if n == 0 || n > 63 || len(b) <= headerSize+1+n {
		return false
	}
	for _, c := range b[headerSize+1 : headerSize+1+n] {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// matchDatagram tells whether b is a message; Maybe when its beginning is good
// and it ends inside the first question or record.
func matchDatagram(b []byte) feature.Guess {
	if len(b) < headerSize {
		return feature.Maybe
	}
	if !plausibleFlags(b) {
		return feature.No
	}
	h := readHeader(b)
	switch {
	case h.qd > maxQuestions, h.qd > 1 && len(b) < h.leastSize():
		return feature.No
	case h.qd > 0:
		return matchQuestion(b, &h)
	case h.an > 0 && (h.response() || h.opcode() == opIQuery):
		return matchRecord(b, &h)
	}
	return feature.No
}

// plausibleFlags looks at the second half of the first 4 bytes: an opcode that
// is in use, the reserved bit zero, no response code in a query.
func plausibleFlags(b []byte) bool {
	const opcodes = 1<<0 | 1<<1 | 1<<2 | 1<<4 | 1<<5 | 1<<6 | 1<<7 | 1<<8 | 1<<9 | 1<<15
	return opcodes>>(b[2]>>3&15)&1 != 0 && b[3]&0x40 == 0 && (b[2]&0x80 != 0 || b[3]&15 == 0)
}

// matchQuestion looks at the first question. The counts of records need not be
// true when its name is text, as that and its class are proof enough.
func matchQuestion(b []byte, h *header) feature.Guess {
	end, g := matchName(b, headerSize)
	if g != feature.Yes {
		return g
	}
	if len(b) < end+4 {
		return feature.Maybe
	}
	t, class := binary.BigEndian.Uint16(b[end:]), binary.BigEndian.Uint16(b[end+2:])
	if t == 0 || !knownClass(class) {
		return feature.No
	}
	if len(b) < h.leastSize() && !textLabel(b) || end == headerSize+1 && typeName(t) == "" {
		return feature.No
	}
	return feature.Yes
}

// matchRecord looks at the first record of a message without questions.
func matchRecord(b []byte, h *header) feature.Guess {
	end, g := matchName(b, headerSize)
	if g != feature.Yes {
		return g
	}
	if len(b) < end+10 {
		return feature.Maybe
	}
	t, class := binary.BigEndian.Uint16(b[end:]), binary.BigEndian.Uint16(b[end+2:])
	if typeName(t) == "" || class&0x7fff != classIN {
		return feature.No
	}
	if size := int(binary.BigEndian.Uint16(b[end+8:])); len(b) < end+10+size || len(b) < h.leastSize() {
		return feature.Maybe
	}
	return feature.Yes
}

// matchName walks over the first name of a message. A pointer at its end is
// wrong there, but behind a label it still is a name of DNS; so is one that is
// too long.
func matchName(b []byte, off int) (end int, g feature.Guess) {
	const most = 1024
	for start := off; off < len(b) && off < start+most; {
		n := int(b[off])
		switch {
		case n == 0:
			return off + 1, feature.Yes
		case n > 63 && n < 0xc0, n >= 0xc0 && off == start:
			return 0, feature.No
		case n >= 0xc0:
			return off + 2, feature.Yes
		}
		off += 1 + n
	}
	if off >= len(b) {
		return 0, feature.Maybe
	}
	return 0, feature.No
}

// matchStream tells whether b begins with the length of a message and the
// message. Only mDNS has more than one question, and never over TCP.
func matchStream(b []byte) feature.Guess {
	if len(b) < 6 {
		return feature.Maybe
	}
	size := int(binary.BigEndian.Uint16(b))
	m := b[2:min(len(b), 2+size)]
	if size < headerSize || !plausibleFlags(m) {
		return feature.No
	}
	if len(m) < headerSize {
		if len(m) >= 6 && binary.BigEndian.Uint16(m[4:]) > 1 {
			return feature.No
		}
		return feature.Maybe
	}
	h := readHeader(m)
	switch {
	case h.qd > 1, size < h.leastSize():
		return feature.No
	case size == headerSize && h.response():
		return feature.Yes
	}
	if g := matchDatagram(m); g != feature.Maybe || len(m) < size {
		return g
	}
	return feature.No
}

// A header is the first 12 bytes of a message (RFC 1035, 4.1.1), with the
// numbers of questions and of records in each section.
type header struct {
	id, flags, qd, an, ns, ar uint16
}

func readHeader(b []byte) header {
	_ = b[headerSize-1]
	be := binary.BigEndian
	return header{be.Uint16(b), be.Uint16(b[2:]), be.Uint16(b[4:]), be.Uint16(b[6:]), be.Uint16(b[8:]), be.Uint16(b[10:])}
}

func (h *header) response() bool { return h.flags&0x8000 != 0 }
func (h *header) opcode() uint8  { return uint8(h.flags >> 11 & 15) }
func (h *header) records() int   { return int(h.an) + int(h.ns) + int(h.ar) }

// leastSize is the least size of a message with these counts.
func (h *header) leastSize() int { return headerSize + 5*int(h.qd) + 11*h.records() }
