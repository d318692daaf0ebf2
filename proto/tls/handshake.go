package tls

import (
	"bytes"
	"slices"

	"joy/feature"
)

// Types of handshake messages (RFC 8446 B.3, RFC 5246 A.4).
const (
	typeClientHello        = 1
	typeServerHello        = 2
	typeNewSessionTicket   = 4
	typeCertificate        = 11
	typeServerKeyExchange  = 12
	typeCertificateRequest = 13
	typeServerHelloDone    = 14
	typeClientKeyExchange  = 16
	maxWireType            = 0xef

	// Not of the wire: hellos of SSL 2 are kept with these.
	typeSSL2ClientHello = 0xf1
	typeSSL2ServerHello = 0xf2

	ssl2ClientHello = 1 // the types of these messages on the wire
	ssl2ServerHello = 4
)

// Bounds of what is kept of a direction. What they cut is marked as truncated.
const (
	maxMessage     = 1 << 17  // bytes of all messages
	maxKeyExchange = 8 << 10  // bytes of a ClientKeyExchange
	maxHellos      = 3        // a HelloRetryRequest and the cookie of DTLS both have the client begin again
	maxAlerts      = 8        // of both directions
	keepBuffer     = 16 << 10 // bytes of memory that Cut and Reset keep
)

// A Handshake collects the handshake messages of one connection, whatever
// carries them. The zero value is ready, for TCP.
//
// It keeps the messages that Info reports, at most 128 KiB a direction, 8 bytes
// for each of at most 100 records, and 8 for each of at most 128 messages that
// began in them.
type Handshake struct {
	// Carrier is set once and survives Reset.
	Carrier Carrier

	sides   [2]messages
	alerts  []alert
	client  int8    // 0: not known, else 1 + Dir of the client
	retried bool    // the server has sent a HelloRetryRequest
	more    [2]bool // there were more alerts than are kept
	records list
	built   *builder
}

// messages are what is kept of one direction.
type messages struct {
	buf    []byte // each with four bytes before it: type, cut mark and length
	start  uint32 // where in buf the message begins that is being read
	left   uint32 // bytes of it to come
	room   uint32 // how many of those are kept
	head   [4]byte
	nhead  uint8
	kept   bool  // it is kept
	lost   bool  // where the next message begins is not known
	cut    bool  // a message was dropped for want of room
	hellos uint8 // kept
	certs  uint8 // Certificate messages kept
	entry  uint8 // 1 + place in the list of the record that is being read, 0 for none
}

type alert struct {
	dir         feature.Dir
	level, code uint8
}

// cutMark in the second byte of a kept message says that bytes of it are
// missing.
const cutMark = 0x80

// Write takes the next bytes of the stream of handshake messages that side d
// sends: the payload of handshake records, or of QUIC's CRYPTO frames.
func (h *Handshake) Write(d feature.Dir, b []byte) {
	for len(b) > 0 && !h.sides[d].lost {
		b = h.step(d, b)
	}
}

// Record notes that side d began a record of a content type and a size in bytes
// at a time, for Info.SRLT. What Write is given from now on is in it.
func (h *Handshake) Record(d feature.Dir, at int64, typ uint8, size uint16) {
	h.sides[d].entry = h.records.add(d, at, typ, size)
}

// Lose tells that n bytes of the stream of side d are missing here; less than 0
// for an unknown number.
func (h *Handshake) Lose(d feature.Dir, n int) {
	m := &h.sides[d]
	h.records.lost[d] = true
	if m.left == 0 || n < 0 || uint32(n) > m.left {
		m.lost = true
		return
	}
	if m.kept {
		m.buf[m.start+1] |= cutMark
		m.room = 0
	}
	m.left -= uint32(n)
	h.end(d)
}

// Alert takes an alert of side d that was not encrypted.
func (h *Handshake) Alert(d feature.Dir, level, code uint8) {
	if len(h.alerts) == maxAlerts {
		h.more[d] = true
		return
	}
	h.alerts = append(h.alerts, alert{d, level, code})
}

// ClientHello gives the first ClientHello of either side that is complete. It is
// borrowed until the next call of anything.
func (h *Handshake) ClientHello() (Hello, bool) {
	for d := range h.sides {
		for w := h.sides[d].walk(); w.next(); {
			if w.typ == typeClientHello && !w.cut {
				return ParseClientHello(w.body, h.Carrier), true
			}
		}
	}
	return Hello{}, false
}

// Hellos is the number of hellos of side d that have come to their end.
func (h *Handshake) Hellos(d feature.Dir) int {
	m := &h.sides[d]
	if m.unfinished() {
		return int(m.hellos - hello(m.head[0]))
	}
	return int(m.hellos)
}

// Cut forgets the messages that were reported. Of one that is being read what
// was kept stays.
func (h *Handshake) Cut() {
	for d := range h.sides {
		m := &h.sides[d]
		n := 0
		m.hellos, m.certs, m.cut = 0, 0, false
		if m.kept && m.left > 0 {
			n = copy(m.buf, m.buf[m.start:])
			m.hellos, m.certs = hello(m.head[0]), certificate(m.head[0])
		}
		m.buf, m.start, m.entry = shrink(m.buf[:n]), 0, 0
	}
	h.records.reset()
	h.alerts, h.more = h.alerts[:0], [2]bool{}
	h.built = release(h.built)
}

// shrink is b, without the memory of more than it needs when that is much.
func shrink(b []byte) []byte {
	if cap(b) > keepBuffer && len(b) <= keepBuffer {
		return append([]byte(nil), b...)
	}
	return b
}

// Held is how many bytes the Handshake keeps, as feature.Holder has it. The
// message that is being read has room for some bytes that are still to come.
func (h *Handshake) Held() int {
	n := 8 * (len(h.records.recs) + len(h.records.msgs))
	for d := range h.sides {
		m := &h.sides[d]
		n += len(m.buf)
		if m.unfinished() {
			n += int(min(m.room, grow))
		}
	}
	return n
}

// Reset forgets everything, but for the Carrier.
func (h *Handshake) Reset() {
	for d := range h.sides {
		b := h.sides[d].buf
		if cap(b) > keepBuffer {
			b = nil
		}
		h.sides[d] = messages{buf: b[:0]}
	}
	h.records.reset()
	*h = Handshake{Carrier: h.Carrier, sides: h.sides, alerts: h.alerts[:0], records: h.records, built: release(h.built)}
}

// step reads on: the header of a message, or some of its body. It returns the
// rest of the bytes.
func (h *Handshake) step(d feature.Dir, b []byte) []byte {
	m := &h.sides[d]
	if m.left == 0 {
		n := copy(m.head[m.nhead:], b)
		if m.nhead += uint8(n); m.nhead < 4 {
			return b[n:]
		}
		size := uint32(m.head[1])<<16 | uint32(m.head[2])<<8 | uint32(m.head[3])
		h.records.note(d, m.entry, m.head[0], size)
		if m.lost = m.head[0] > maxWireType; !m.lost {
			h.begin(d, m.head[0], size)
		}
		return b[n:]
	}
	n := uint32(min(uint64(len(b)), uint64(m.left)))
	if k := min(n, m.room); m.kept && k > 0 {
		m.buf = append(m.buf, b[:k]...)
		m.room -= k
	}
	m.left -= n
	h.end(d)
	return b[n:]
}

// grow is how much room is made for a message on the word of its header.
const grow = 4 << 10

// begin starts a message of n bytes.
func (h *Handshake) begin(d feature.Dir, typ uint8, n uint32) {
	m := &h.sides[d]
	m.head[0], m.nhead = typ, 0
	m.left, m.kept, m.start = n, false, uint32(len(m.buf))
	want := m.wanted(typ, n)
	if want < 0 {
		return
	}
	room := maxMessage - 4 - len(m.buf)
	if room < 0 {
		m.cut = true
		return
	}
	m.kept = true
	m.room = uint32(min(want, room))
	m.hellos += hello(typ)
	m.certs += certificate(typ)
	m.buf = append(slices.Grow(m.buf, 4+min(want, room, grow)), typ, 0, 0, 0)
	if want > room || typ == typeClientKeyExchange && n > maxKeyExchange {
		m.buf[m.start+1] = cutMark
	}
	h.end(d)
}

// wanted is the number of bytes of a message of n that are kept, less than 0
// when it is not.
func (m *messages) wanted(typ uint8, n uint32) int {
	switch typ {
	case typeClientHello, typeServerHello, typeSSL2ClientHello, typeSSL2ServerHello:
		if m.hellos == maxHellos {
			return -1
		}
	case typeCertificate:
		if m.certs > 0 {
			return -1
		}
	case typeServerKeyExchange, typeClientKeyExchange:
		return int(min(n, maxKeyExchange))
	case typeNewSessionTicket:
		return int(min(n, 4))
	case typeCertificateRequest, typeServerHelloDone:
		return 0
	default:
		return -1
	}
	return int(n)
}

// end finishes a message when its last byte is there.
func (h *Handshake) end(d feature.Dir) {
	m := &h.sides[d]
	if m.left > 0 || !m.kept {
		return
	}
	if m.head[0] == typeServerKeyExchange {
		m.buf = appendKeyExchange(m.buf[:m.start+4], m.buf[m.start+4:])
	}
	m.patch()
	switch m.head[0] {
	case typeClientHello, typeSSL2ClientHello, typeClientKeyExchange:
		h.role(1 + int8(d))
	case typeServerHello, typeSSL2ServerHello, typeServerKeyExchange, typeCertificateRequest, typeServerHelloDone:
		h.role(2 - int8(d))
		h.retried = h.retried || m.head[0] == typeServerHello && isRetry(m.buf[m.start+4:])
	}
	m.kept = false
}

// role: the first message tells; the hellos of both sides may contradict.
func (h *Handshake) role(client int8) {
	if h.client == 0 {
		h.client = client
	}
}

// patch writes the length of what is kept of the last message before it.
func (m *messages) patch() {
	n := uint32(len(m.buf)) - m.start - 4
	p := m.buf[m.start:]
	p[1], p[2], p[3] = p[1]&cutMark|byte(n>>16), byte(n>>8), byte(n)
}

// unfinished reports whether the last message is still being read.
func (m *messages) unfinished() bool { return m.kept && m.left > 0 }

// A walk goes over the messages that are kept.
type walk struct {
	rest       []byte
	unfinished bool // the last one is

	typ  uint8
	body []byte
	cut  bool // bytes of it are missing
}

func (m *messages) walk() walk {
	if m.kept {
		m.patch()
	}
	return walk{rest: m.buf, unfinished: m.unfinished()}
}

func (w *walk) next() bool {
	b := w.rest
	if len(b) == 0 {
		return false
	}
	n := 4 + int(b[1]&^cutMark)<<16 + int(b[2])<<8 + int(b[3])
	w.typ, w.body, w.rest = b[0], b[4:n:n], b[n:]
	w.cut = b[1]&cutMark != 0 || w.unfinished && len(w.rest) == 0
	return true
}

func hello(typ uint8) uint8 {
	switch typ {
	case typeClientHello, typeServerHello, typeSSL2ClientHello, typeSSL2ServerHello:
		return 1
	}
	return 0
}

func certificate(typ uint8) uint8 {
	if typ == typeCertificate {
		return 1
	}
	return 0
}

// retryRandom marks a ServerHello as a HelloRetryRequest (RFC 8446 4.1.3).
const retryRandom = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

func isRetry(serverHello []byte) bool {
	return len(serverHello) >= 34 && bytes.Equal(serverHello[2:34], []byte(retryRandom))
}
