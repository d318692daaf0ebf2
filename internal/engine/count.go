package engine

import (
	"joy/measure"
	"joy/packet"
)

// maxIDs is the number of IPv4 identification fields kept for a direction.
const maxIDs = 50

// count adds packet p to the record of flow f.
func (w *worker) count(s *shard, f *flow, p *packet.Packet) {
	side := 0
	if p.Swapped {
		side = 1
	}
	f.seen = p.Clock
	f.last = max(f.last, p.Time)
	if p.Begun < f.first {
		s.rebase(f, p.Begun)
	}
	var seg measure.Segment
	if p.Key.Proto() == packet.ProtoTCP && !p.Invalid {
		seg = w.tcp(s, f, p, side)
	}
	if w.set.extras {
		w.extra(s, f, p, side, seg)
	}
	switch {
	case w.level >= noContents && (w.set.extras || w.set.listens()):
		w.shedContents(s, f)
	case f.state&deaf == 0 && w.set.listens():
		w.hear(s, f, p, side)
	}
	if w.trace != nil {
		w.trace.counted(p.Index, f.index)
	}
	f.pkts[side]++
	f.bytes[side] += uint64(p.PayloadLen)
	f.ttl[side] = min(f.ttl[side], p.TTL)
	if f.nids[side] < maxIDs && !p.Key.V6() {
		s.addID(f, side, p.ID)
	}
	if p.Invalid {
		s.rare(f).invalid[side]++
	}
	if stale(seg) && !w.set.Retrans {
		s.rare(f).retrans[side]++
		return
	}
	if f.nlens[side] < w.set.NumPkts && (p.PayloadLen > 0 || w.set.Zeros) {
		s.addLength(f, side, p)
	}
}

// stale reports whether a segment has payload, and none of it is new.
func stale(g measure.Segment) bool { return g.Fresh == 0 && g.Old > 0 }

// tcp notes what is told by flags and sequence numbers.
func (w *worker) tcp(s *shard, f *flow, p *packet.Packet, side int) (seg measure.Segment) {
	if f.tcp == 0 {
		f.tcp, _ = get(s, &s.tcps)
	}
	t := s.tcps.At(f.tcp)
	special := p.Flags & (packet.SYN | packet.FIN | packet.RST)
	if special != 0 || p.PayloadLen > 0 {
		seg = s.sequence(&t.seqs[side], p)
	}
	if special == 0 {
		return seg
	}
	if p.Flags&packet.SYN != 0 && t.flags[side] == 0 {
		s.syn(t, f, p, side)
	}
	if p.Flags&packet.FIN != 0 {
		f.state |= finA << side
	}
	if p.Flags&packet.RST != 0 {
		f.state |= reset
	}
	return seg
}

// sequence accounts for the sequence numbers of p, and for the memory that
// this takes.
func (s *shard) sequence(q *measure.Sequence, p *packet.Packet) measure.Segment {
	had := q.HasGaps()
	g := q.Add(&s.gaps, p.Seq, int(p.PayloadLen), p.Flags&packet.SYN != 0, p.Flags&packet.FIN != 0)
	if has := q.HasGaps(); has != had {
		s.charge(has, measure.GapBytes)
	}
	return g
}

// syn keeps the first SYN of a side. One without ACK settles who opened the
// flow.
func (s *shard) syn(t *tcpState, f *flow, p *packet.Packet, side int) {
	t.flags[side], t.window[side], t.ttl[side] = p.Flags, p.Window, p.TTL
	if p.ID == 0 && p.FlowLabel() == 0 {
		t.zeroID |= 1 << side
	}
	opts := p.TCPOptions()
	t.optLen[side] = uint8(min(len(opts), 40))
	if n := copy(t.opts[side][:], opts); n < len(opts) {
		var more *[20]byte
		t.more[side], more = get(s, &s.opts)
		copy(more[:], opts[n:])
	}
	if p.Flags&packet.ACK != 0 || f.state&settled != 0 {
		return
	}
	f.state |= settled
	t.isn, t.hasISN = p.Seq, true
	if rare := f.rare; rare == 0 || s.rares.At(rare).segment == 0 {
		f.state = f.state&^openedByB | uint8(side)
	}
}

func (s *shard) addLength(f *flow, side int, p *packet.Packet) {
	l := makeLength(side, p.PayloadLen, p.Time/1000-f.first/1000)
	n := int(f.nlens[0]) + int(f.nlens[1])
	f.nlens[side]++
	if n < len(f.head) {
		f.head[n] = l
		return
	}
	var c *lengths
	if f.lens != 0 {
		c = s.lens.At(f.lens)
	}
	if c == nil || int(c.n) == len(c.e) {
		n, d := get(s, &s.lens)
		d.next = n
		if c != nil {
			c.next, d.next = n, c.next
		}
		f.lens, c = n, d
	}
	c.e[c.n] = l
	c.n++
}

func (s *shard) addID(f *flow, side int, id uint16) {
	n := int(f.nids[0]) + int(f.nids[1])
	f.nids[side]++
	if n < len(f.headIDs) {
		f.headIDs[n] = id
		f.sides |= uint8(side) << n
		return
	}
	var c *identifications
	if f.ids != 0 {
		c = s.ids.At(f.ids)
	}
	if c == nil || int(c.n) == len(c.id) {
		n, d := get(s, &s.ids)
		d.next = n
		if c != nil {
			c.next, d.next = n, c.next
		}
		f.ids, c = n, d
	}
	c.sides |= uint32(side) << c.n
	c.id[c.n] = id
	c.n++
}

// lengths lists the packets of the record in the order of capture.
func (s *shard) lengths(dst []length, f *flow) []length {
	dst = append(dst, f.head[:min(int(f.nlens[0])+int(f.nlens[1]), len(f.head))]...)
	if f.lens == 0 {
		return dst
	}
	for n := s.lens.At(f.lens).next; ; n = s.lens.At(n).next {
		c := s.lens.At(n)
		dst = append(dst, c.e[:c.n]...)
		if n == f.lens {
			return dst
		}
	}
}

// rebase makes an earlier time the start of the record, and keeps the times of
// the listed packets right.
func (s *shard) rebase(f *flow, start int64) {
	shift := f.first/1000 - start/1000
	f.first = start
	for i := range f.head {
		f.head[i] = f.head[i].later(shift)
	}
	if f.lens == 0 {
		return
	}
	for n := s.lens.At(f.lens).next; ; n = s.lens.At(n).next {
		c := s.lens.At(n)
		for i := range c.e {
			c.e[i] = c.e[i].later(shift)
		}
		if n == f.lens {
			return
		}
	}
}
