package packet

import (
	"slices"

	"joy/capture"
)

// maxHeaders bounds the link layer headers of a frame (tags, labels, PPP, ...),
// those inside of tunnels included.
const maxHeaders = 64

// A walk decodes any frame, header by header. Its methods are given the span
// that a header and all behind it take up. They report true when they have
// taken the frame: appended a packet, or kept a fragment. False leaves it to
// the header around, which may be of a packet itself.
type walk struct {
	d       *Decoder
	dst     []Packet
	data    []byte
	time    int64
	begun   int64 // of the first frame that data was put together from
	link    uint16
	frags   uint16   // frames that data was put together from; 0 for a frame itself
	partial bool     // some of them are missing
	frames  []uint64 // the numbers of these frames, where origins are noted
	over    bool     // the last IP header claimed more than there was
	headers int
	depth   int
	hops    [maxHops]hop // the first depth of them
	failure Reason       // why the last method that reported false did so
}

// A span is a part of walk.data, from off to end. On the wire it went up to
// position wire, at or behind end.
type span struct{ off, end, wire int }

// len is the number of captured bytes.
func (s span) len() int { return s.end - s.off }

// sent is the number of bytes on the wire.
func (s span) sent() int { return s.wire - s.off }

// drop is the span without its first n bytes, or as many as there are.
func (s span) drop(n int) span {
	s.off = min(s.off+n, s.end)
	return s
}

// limit is the span of which at most n bytes were sent.
func (s span) limit(n int) span {
	if n < s.sent() {
		s.wire = s.off + n
		s.end = min(s.end, s.wire)
	}
	return s
}

// claim is the span of which n bytes were sent, whatever the frame says: that
// may be shorter when something rewrote it.
func (s span) claim(n int) span {
	s.wire = s.off + n
	s.end = min(s.end, s.wire)
	return s
}

func (w *walk) bytes(s span) []byte { return w.data[s.off:s.end] }

func (w *walk) fail(r Reason) bool {
	w.failure = r
	return false
}

// header counts a link layer header; false when there are too many.
func (w *walk) header() bool {
	w.headers++
	return w.headers <= maxHeaders || w.fail(TooManyHeaders)
}

func (d *Decoder) walkFrame(dst []Packet, f *capture.Frame) []Packet {
	wire := max(f.Wire, len(f.Data)) - int(f.FCS)
	n := max(min(len(f.Data), wire), 0)
	w := &d.walk
	w.dst, w.data, w.time, w.begun, w.link = dst, f.Data[:n], f.Time, f.Time, f.Link
	w.frags, w.partial, w.over, w.headers, w.depth, w.failure = 0, false, false, 0, 0, TruncatedLink
	w.frames = nil
	if !w.linkType(uint32(f.Link), span{0, n, max(wire, 0)}) {
		d.counts.Reasons[w.failure]++
	}
	return w.end()
}

// end lets go of the borrowed slices and returns what was appended to.
func (w *walk) end() []Packet {
	dst := w.dst
	w.dst, w.data = nil, nil
	return dst
}

// emit appends the packet with header h that carries s.
func (w *walk) emit(h *header, s span) {
	n := len(w.dst)
	w.dst = slices.Grow(w.dst, 1)[:n+1]
	p := &w.dst[n]
	p.Time, p.Begun, p.Index, p.Clock = w.time, w.begun, 0, 0
	p.Data, p.Link, p.Frags = w.data, w.link, w.frags
	p.bounds(h.off, s.off, s.wire, s.end)
	p.TTL, p.ID = h.ttl, h.id
	ports := p.transport(h.proto, w.bytes(s), s.sent())
	p.Invalid = p.Invalid || h.cut
	p.Truncated = p.Truncated || w.partial
	p.Overstated = w.over
	p.Path = w.path()
	group := uint32(0)
	if p.Path != nil {
		group = p.Path.Group
	}
	p.setKey(h.src, h.dst, ports, MakeMeta(h.proto, h.v6, group))
	w.d.counts.Packets++
	if w.frames != nil {
		w.d.origins.list = append(w.d.origins.list, Origin{n, w.frames})
	}
}

// path is the Path of the tunnels around, nil for none.
func (w *walk) path() *Path {
	if w.depth == 0 {
		return nil
	}
	p, kept := w.d.paths.find(w.hops[:w.depth])
	if !kept {
		w.d.counts.Reasons[TooManyPaths]++
	}
	return p
}
