package packet

import (
	"encoding/binary"

	"joy/capture"
	"joy/wire"
)

// Bits of the frame control field of 802.11 (IEEE 802.11, section 9.2.4.1),
// its first byte in the upper half.
const (
	wlanTypes     = 0x0c00
	wlanData      = 0x0800
	wlanNull      = 0x4000 // of a data frame: carries none
	wlanQoS       = 0x8000
	wlanToDS      = 0x0001
	wlanFromDS    = 0x0002
	wlanProtected = 0x0040
	wlanOrder     = 0x0080 // of a QoS frame: has an HT control field
)

// wlanSize is the length of the MAC header of a data frame.
func wlanSize(control uint16) int {
	size := 24
	if control&(wlanToDS|wlanFromDS) == wlanToDS|wlanFromDS {
		size += 6
	}
	if control&wlanQoS != 0 {
		size += 2
		if control&wlanOrder != 0 {
			size += 4
		}
	}
	return size
}

// wlan decodes an 802.11 frame. It may hold several packets (A-MSDU).
func (w *walk) wlan(s span) bool { return w.wlanPadded(s, false) }

// wlanPadded is wlan for a frame whose MAC header may be padded to a multiple
// of four bytes.
func (w *walk) wlanPadded(s span, padded bool) bool {
	if s.len() < 2 {
		return w.fail(TruncatedLink)
	}
	b := w.bytes(s)
	control := binary.BigEndian.Uint16(b)
	if control&wlanTypes != wlanData || control&wlanNull != 0 {
		return w.fail(NotData)
	}
	size := wlanSize(control)
	if len(b) < size {
		return w.fail(TruncatedLink)
	}
	if b[22]&15 != 0 { // not the first fragment
		return w.fail(NotIP)
	}
	qos := size - 2
	if control&wlanOrder != 0 {
		qos -= 4
	}
	aggregate := control&wlanQoS != 0 && b[qos]&0x80 != 0
	if padded {
		size = (size + 3) &^ 3
	}
	s = s.drop(size)
	switch {
	case control&wlanProtected != 0 && !w.startsSNAP(s): // unless decrypted by who captured it
		return w.fail(Encrypted)
	case aggregate:
		return w.aggregate(s)
	}
	return w.llc(s)
}

func (w *walk) startsSNAP(s span) bool {
	r := wire.NewReader(w.bytes(s))
	return r.Uint24() == 0xaaaa03
}

// aggregate decodes the frames of an A-MSDU (IEEE 802.11, section 9.3.2.2):
// addresses, a length, 802.2; padded to a multiple of four bytes.
func (w *walk) aggregate(s span) bool {
	took := w.fail(TruncatedLink)
	for s.len() >= 14 {
		n := int(binary.BigEndian.Uint16(w.data[s.off+12:]))
		took = w.llc(s.drop(14).limit(n)) || took
		s = s.drop((14 + n + 3) &^ 3)
	}
	return took
}

// radiotap decodes a radiotap header (radiotap.org), of which only the flags
// matter: they say whether there is padding and a frame check sequence.
func (w *walk) radiotap(s span) bool {
	const sequence, padding = 0x10, 0x20
	b := w.bytes(s)
	if len(b) < 8 {
		return w.fail(TruncatedLink)
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if size < 8 || size > len(b) {
		return w.fail(TruncatedLink)
	}
	flags := radiotapFlags(b[:size])
	s = s.drop(size)
	if flags&sequence != 0 {
		s = s.limit(max(s.sent()-4, 0))
	}
	return w.wlanPadded(s, flags&padding != 0)
}

// radiotapFlags finds the flags in a radiotap header of at least 8 bytes; 0
// when there are none. Before them are words that say what is present, and
// perhaps a time stamp, aligned to 8 bytes.
func radiotapFlags(b []byte) uint8 {
	const stamp, flags, more = 1 << 0, 1 << 1, 1 << 31
	present, off := binary.LittleEndian.Uint32(b[4:]), 8
	for word := present; word&more != 0; off += 4 {
		if off+4 > len(b) {
			return 0
		}
		word = binary.LittleEndian.Uint32(b[off:])
	}
	if present&stamp != 0 {
		off = (off+7)&^7 + 8
	}
	if present&flags == 0 || off >= len(b) {
		return 0
	}
	return b[off]
}

// prism decodes what is behind the header of Prism cards, whose length is in
// the byte order of the host, or that of AVS, which has it in that of the
// network.
func (w *walk) prism(s span) bool {
	const avs = 0x80211000
	r := wire.NewReader(w.bytes(s))
	kind, size := r.Uint32(), r.Uint32()
	switch {
	case r.Bad():
		return w.fail(TruncatedLink)
	case kind&^0xf == avs:
	case size > 0xffff:
		size = binary.LittleEndian.Uint32(w.data[s.off+4:])
	}
	if size < 8 || int64(size) > int64(s.len()) {
		return w.fail(TruncatedLink)
	}
	return w.wlan(s.drop(int(size)))
}

// ppi decodes a PPI header: it has a link type of its own. Its field 2 is of
// 802.11 and tells of a frame check sequence.
func (w *walk) ppi(s span) bool {
	b := w.bytes(s)
	if len(b) < 8 {
		return w.fail(TruncatedLink)
	}
	size, link := int(binary.LittleEndian.Uint16(b[2:])), binary.LittleEndian.Uint32(b[4:])
	switch {
	case size < 8 || size > len(b) || !w.header():
		return w.fail(TruncatedLink)
	case link == capture.LinkPPI:
		return w.fail(UnknownLinkType)
	}
	s = s.drop(size)
	if ppiSequence(b[8:size]) {
		s = s.limit(max(s.sent()-4, 0))
	}
	return w.linkType(link, s)
}

// ppiSequence reports whether the fields of a PPI header say that a frame
// check sequence is at the end.
func ppiSequence(b []byte) bool {
	const common = 2
	for len(b) >= 4 {
		kind, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		b = b[4:]
		if n > len(b) {
			return false
		}
		if kind == common && n >= 10 {
			return b[8]&1 != 0
		}
		b = b[n:]
	}
	return false
}
