package openvpn

import (
	"encoding/binary"
	"slices"

	"joy/feature"
	"joy/proto/tls"
)

const (
	maxAcks = 8 // messages that one acknowledges
	// window is how far the numbers of messages that wait may be ahead: no
	// sender has more under way, so what is missing then was lost by the capture.
	window = 12
	// unknownLoss is more than what can be left of a record of TLS.
	unknownLoss = 1 << 16
)

// control takes a P_CONTROL_V1 message of the first key: session, protection,
// what is acknowledged (with the session of the other side, when it is any),
// number, and a piece of the stream of TLS.
func (p *Parser) control(c *feature.Chunk, b []byte) {
	s := &p.sides[c.Dir]
	if !p.open || p.over || len(b) < 9 {
		return
	}
	if s.known && string(b[1:9]) != string(s.session[:]) {
		return
	}
	id, piece, ok := payload(b[9:], int(p.front))
	if !ok {
		return
	}
	if !s.known {
		copy(s.session[:], b[1:9])
		s.known = true
	}
	p.order(c, id, piece)
}

// payload skips what comes before the number of a message.
func payload(b []byte, front int) (id uint32, piece []byte, ok bool) {
	if len(b) <= front || b[front] > maxAcks {
		return 0, nil, false
	}
	n := 4 * int(b[front])
	if n > 0 {
		n += 8
	}
	b = b[front+1:]
	if len(b) < n+4 {
		return 0, nil, false
	}
	return binary.BigEndian.Uint32(b[n:]), b[n+4:], true
}

// order gives TLS the pieces in the order of their numbers, and each once.
func (p *Parser) order(c *feature.Chunk, id uint32, piece []byte) {
	q := &p.sides[c.Dir].queue
	for id > q.next() && id-q.next() >= window {
		q.giveUp(id)
		p.drain(c)
	}
	switch {
	case id < q.next():
	case id > q.next() || len(piece) > maxSize:
		q.keep(id, piece)
	default:
		p.read(c, piece)
		p.drain(c)
	}
}

// drain reads the pieces that wait no more.
func (p *Parser) drain(c *feature.Chunk) {
	q := &p.sides[c.Dir].queue
	for at := q.find(q.next()); at >= 0; at = q.find(q.next()) {
		piece := q.piece(at)
		p.read(c, piece)
		q.wait = slices.Delete(q.wait, at, at+headLen+len(piece))
	}
	q.trim()
}

// read gives the next piece to TLS.
func (p *Parser) read(c *feature.Chunk, piece []byte) {
	q := &p.sides[c.Dir].queue
	t := feature.Chunk{Time: c.Time, Over: feature.TCP, Dir: c.Dir, Bytes: piece}
	if q.gap {
		t.Lost, q.gap = unknownLoss, false
	}
	q.taken++
	p.reading = true
	p.sides[c.Dir].hello.add(piece, t.Lost > 0)
	_, v := p.tls.Data(&t)
	p.over = p.over || v != feature.More
}

// A hello counts the messages that bring the first record of TLS.
type hello struct {
	head     [5]byte // of the record
	have     uint8   // bytes of the head
	messages uint8
	left     int // bytes of the record to come, once the head is there
	over     bool
}

func (h *hello) add(piece []byte, gap bool) {
	if h.over {
		return
	}
	if gap || h.messages == 255 {
		*h = hello{over: true}
		return
	}
	h.messages++
	if int(h.have) < len(h.head) {
		n := copy(h.head[h.have:], piece)
		h.have, piece = h.have+uint8(n), piece[n:]
		if int(h.have) < len(h.head) {
			return
		}
		h.left = int(binary.BigEndian.Uint16(h.head[3:]))
	}
	h.left -= len(piece)
	h.over = h.left <= 0
}

// whole is the number of messages, 0 as long as the record is not whole.
func (h *hello) whole() uint8 {
	if !h.over {
		return 0
	}
	return h.messages
}

// cut forgets what was reported.
func (h *hello) cut() {
	if h.over {
		h.messages = 0
	}
}

// TLS is what the handshake in the control channel shows, nil for nothing. Its
// list of records ends soon after messages of data begin.
func (p *Parser) TLS(v feature.View) *tls.Info {
	i := p.tls.Info(v)
	if i == nil {
		return nil
	}
	for d := range feature.Dir(2) {
		if s := &p.sides[d]; v.Has(d) && (s.lost || s.queue.gap || len(s.queue.wait) > 0) {
			i.Lost = true
		}
	}
	i.SRLTMore = i.SRLTMore || p.count >= maxControl
	return i
}

// A queue puts the pieces of one direction in order.
type queue struct {
	wait  []byte // pieces that came too early, each with its number and its length before it
	taken uint32 // pieces that were read or given up
	gap   bool   // some were given up just now
}

const headLen = 4 + 2

// next is the number of the piece that is to be read: the reset has 0.
func (q *queue) next() uint32 { return q.taken + 1 }

// find returns where a piece waits, less than 0 for nowhere.
func (q *queue) find(id uint32) int {
	for at := 0; at < len(q.wait); at += headLen + len(q.piece(at)) {
		if q.number(at) == id {
			return at
		}
	}
	return -1
}

func (q *queue) number(at int) uint32 { return binary.BigEndian.Uint32(q.wait[at:]) }

func (q *queue) piece(at int) []byte {
	b := q.wait[at+4:]
	return b[2 : 2+int(binary.BigEndian.Uint16(b))]
}

// keep has a piece wait, unless it does already. One that is too long is left
// out, so that it will be missing.
func (q *queue) keep(id uint32, piece []byte) {
	if len(piece) > maxSize || q.find(id) >= 0 {
		return
	}
	q.wait = binary.BigEndian.AppendUint32(q.wait, id)
	q.wait = binary.BigEndian.AppendUint16(q.wait, uint16(len(piece)))
	q.wait = append(q.wait, piece...)
}

// giveUp goes on with the first piece that waits, or with one that has come.
func (q *queue) giveUp(id uint32) {
	for at := 0; at < len(q.wait); at += headLen + len(q.piece(at)) {
		id = min(id, q.number(at))
	}
	q.taken, q.gap = id-1, true
}

// reset forgets all but the memory.
func (q *queue) reset() {
	*q = queue{wait: q.wait[:0]}
	q.trim()
}

// keepWaiting is the memory that an empty queue keeps, in bytes.
const keepWaiting = 4 << 10

func (q *queue) trim() {
	if len(q.wait) == 0 && cap(q.wait) > keepWaiting {
		q.wait = nil
	}
}
