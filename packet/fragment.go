package packet

import (
	"bytes"
	"cmp"
	"slices"
)

const (
	fragmentTimeout = 30e9 // nanoseconds, from the first fragment to arrive
	maxPieces       = 128  // fragments of a datagram: 64 KiB in packets of 576 bytes
	datagramCost    = 512  // what a datagram takes beside its bytes
	pieceCost       = 64   // the same of a piece of it
)

// A fragmentOf says what part of which datagram a fragment is.
type fragmentOf struct {
	id     uint32
	offset int  // of its first byte in the payload of the datagram
	more   bool // it is not the last
}

// A datagramKey is what the fragments of a datagram have in common (RFC 791,
// section 3.2; RFC 8200, section 4.5, where the protocol is no part of it).
type datagramKey struct {
	src, dst address
	id       uint32
	group    uint32 // of the tunnel
	proto    uint8
	v6       bool
}

// A datagram is what has come of one that is not complete.
type datagram struct {
	key          datagramKey
	begun, last  int64 // times of the first and the last frame
	link         uint16
	header       header // of the first fragment; valid when head is
	head         []byte // the frame of the first fragment, up to the payload; nil until it comes
	first        []byte // captured payload of the first fragment
	hops         []hop  // tunnels of the first fragment
	pieces       []piece
	total        int // length of the payload, -1 until the last fragment comes
	seen         int // payload bytes of all frames, on the wire
	frames       int
	numbers      []uint64 // of the frames, where origins are noted
	cost         int
	overlapped   bool // of IPv6: must not be put together (RFC 5722)
	older, newer *datagram
}

// A piece is a part of a payload that no other piece covers. Data may be
// shorter than it: what the capture cut off is missing.
type piece struct {
	off, end int
	data     []byte
}

// fragments keeps datagrams in the order of their first arrival.
type fragments struct {
	byKey         map[datagramKey]*datagram
	eldest, final *datagram
	cost          int
	maxCost       int
	max           int
}

func newFragments(o Options) fragments {
	return fragments{
		byKey:   map[datagramKey]*datagram{},
		maxCost: cmp.Or(o.FragmentBytes, 64<<20),
		max:     cmp.Or(o.Datagrams, 4096),
	}
}

func (fs *fragments) oldest() *datagram { return fs.eldest }

func (fs *fragments) add(g *datagram) {
	fs.byKey[g.key] = g
	g.older = fs.final
	if g.older == nil {
		fs.eldest = g
	} else {
		g.older.newer = g
	}
	fs.final = g
	fs.charge(g, datagramCost)
}

func (fs *fragments) remove(g *datagram) {
	delete(fs.byKey, g.key)
	if g.older == nil {
		fs.eldest = g.newer
	} else {
		g.older.newer = g.newer
	}
	if g.newer == nil {
		fs.final = g.older
	} else {
		g.newer.older = g.older
	}
	fs.charge(g, -g.cost)
}

func (fs *fragments) charge(g *datagram, cost int) {
	g.cost += cost
	fs.cost += cost
}

// stale reports whether the time for a datagram is over. A clock far behind it
// is that of another capture.
func (g *datagram) stale(now int64) bool {
	if now < g.begun {
		return uint64(g.begun)-uint64(now) >= fragmentTimeout
	}
	return uint64(now)-uint64(g.begun) >= fragmentTimeout
}

// fragment keeps a fragment, whose payload is s, until its datagram is
// complete, and then decodes that.
func (w *walk) fragment(h *header, s span, f fragmentOf) bool {
	switch {
	case f.offset+s.sent() > 0xffff:
		return w.fail(FragmentTooLong)
	case w.partial:
		return w.fail(FragmentWithoutFirst)
	}
	w.d.counts.Fragments++
	g := w.datagramOf(h, f.id, s.end)
	if f.offset == 0 && g.head != nil && !h.v6 && !bytes.Equal(g.first, w.bytes(s)) {
		// The sender has used the identification again.
		w.abandon(g, false)
		g = w.datagramOf(h, f.id, s.end)
	}
	g.last = w.time
	g.frames += max(1, int(w.frags))
	w.d.origins.note(w, g)
	g.seen += s.sent()
	switch {
	case g.key.v6 && (g.overlapped || g.overlaps(f.offset, f.offset+s.sent())):
		g.overlapped = true
	case len(g.pieces) >= maxPieces:
		w.d.counts.Reasons[FragmentsTooMany]++
	default:
		w.keep(g, h, s, f)
	}
	if g.complete() {
		w.d.fragments.remove(g)
		return w.replay(g, g.total, false)
	}
	return true
}

// datagramOf finds the datagram of a fragment, or begins it. There is room for
// n bytes then.
func (w *walk) datagramOf(h *header, id uint32, n int) *datagram {
	fs := &w.d.fragments
	key := datagramKey{src: h.src, dst: h.dst, id: id, v6: h.v6}
	if !h.v6 {
		key.proto = h.proto
	}
	if p := w.path(); p != nil {
		key.group = p.Group
	}
	if g := fs.byKey[key]; g != nil && g.stale(w.time) {
		w.abandon(g, false)
	}
	for fs.eldest != nil && fs.cost+n+datagramCost+pieceCost > fs.maxCost {
		w.abandon(fs.eldest, true)
	}
	if g := fs.byKey[key]; g != nil {
		return g
	}
	for fs.eldest != nil && len(fs.byKey) >= fs.max {
		w.abandon(fs.eldest, true)
	}
	g := &datagram{key: key, begun: w.time, total: -1}
	fs.add(g)
	return g
}

// keep copies the bytes of a fragment.
func (w *walk) keep(g *datagram, h *header, s span, f fragmentOf) {
	var data []byte
	if f.offset == 0 && g.head == nil {
		frame := slices.Clone(w.data[:s.end])
		g.head, g.first = frame[:s.off:s.off], frame[s.off:]
		data = g.first
		g.header, g.link, g.hops = *h, w.link, slices.Clone(w.hops[:w.depth])
	} else {
		data = slices.Clone(w.bytes(s))
	}
	before := len(g.pieces)
	g.insert(f.offset, f.offset+s.sent(), data)
	if !f.more && g.total < 0 {
		g.total = f.offset + s.sent()
	}
	w.d.fragments.charge(g, s.end+(len(g.pieces)-before)*pieceCost)
}

// find is the index of the first piece that ends behind off.
func (g *datagram) find(off int) int {
	i, _ := slices.BinarySearchFunc(g.pieces, off+1, func(p piece, end int) int {
		return cmp.Compare(p.end, end)
	})
	return i
}

// overlaps reports whether bytes from off to end are there already; but not of
// a fragment that came twice (RFC 8200, section 4.5).
func (g *datagram) overlaps(off, end int) bool {
	i := g.find(off)
	if i == len(g.pieces) || off == end {
		return false
	}
	p := &g.pieces[i]
	return p.off < end && (p.off != off || p.end != end)
}

// insert adds what of the payload from off to end is not there yet: the bytes
// that arrive first win.
func (g *datagram) insert(off, end int, data []byte) {
	i := g.find(off)
	for at := off; at < end; i++ {
		gap := end
		if i < len(g.pieces) {
			gap = min(end, g.pieces[i].off)
		}
		if gap > at {
			g.pieces = slices.Insert(g.pieces, i, piece{at, gap, part(data, at-off, gap-off)})
			at = gap
		} else {
			at = g.pieces[i].end
		}
	}
}

// part is data[from:to], as far as it is there.
func part(data []byte, from, to int) []byte {
	return data[min(from, len(data)):min(to, len(data))]
}

func (g *datagram) complete() bool {
	if g.head == nil || g.total < 0 || g.overlapped {
		return false
	}
	at := 0
	for i := 0; i < len(g.pieces) && g.pieces[i].off == at; i++ {
		at = g.pieces[i].end
	}
	return at >= g.total
}

// assemble copies the head and what was captured of the first n bytes of the
// payload, up to the first that is missing.
func (g *datagram) assemble(n int) []byte {
	size := len(g.head)
	for i := range g.pieces {
		size += len(g.pieces[i].data)
	}
	buf := append(make([]byte, 0, size), g.head...)
	at := 0
	for i := range g.pieces {
		p := &g.pieces[i]
		if p.off != at || at >= n {
			break
		}
		buf = append(buf, part(p.data, 0, n-at)...)
		at += len(p.data)
	}
	return buf
}

// replay decodes a datagram of which n bytes of payload were sent, as if its
// frame had come now. Partial says that some are missing.
func (w *walk) replay(g *datagram, n int, partial bool) bool {
	saved := *w
	w.data, w.time, w.begun, w.link, w.partial = g.assemble(n), g.last, g.begun, g.link, partial
	w.frags, w.frames = uint16(min(g.frames, 0xffff)), g.numbers
	w.depth = copy(w.hops[:], g.hops)
	h := g.header
	took := w.header() && w.carried(&h, span{len(g.head), len(w.data), len(g.head) + n})
	saved.dst, saved.failure = w.dst, w.failure
	*w = saved
	return took
}

// abandon gives up a datagram that is not complete. What there is of it becomes
// a packet when it has its first fragment.
func (w *walk) abandon(g *datagram, evicted bool) {
	w.d.fragments.remove(g)
	reason := FragmentWithoutFirst
	switch {
	case g.overlapped:
		reason = FragmentOverlap
	case evicted:
		reason = FragmentsEvicted
	}
	took := g.head != nil && w.replay(g, g.seen, true)
	if !took || evicted || g.overlapped {
		w.d.counts.Reasons[reason] += uint64(g.frames)
	}
}
