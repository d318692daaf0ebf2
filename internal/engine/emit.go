package engine

import (
	"math/bits"

	"joy/internal/flowtable"
	"joy/measure"
	"joy/packet"
	"joy/record"
)

// room is what a record points to, kept from one record to the next.
type room struct {
	tcp   record.TCP
	syn   [2]record.SYN
	os    record.ProbableOS
	debug record.Debug
	encap []record.Encap
	opts  []byte
	ids   [2][]uint16
	lens  []length
}

// write makes the record of a flow, or with bidir=0 one for each direction,
// and passes it to the stages.
func (w *worker) write(s *shard, e *flowtable.Entry[flow], o order, why record.EndReason) {
	f := &e.Flow
	if f.state&pending != 0 || f.pkts[0]+f.pkts[1] == 0 {
		return
	}
	w.at = o
	w.ids(s, f)
	out := f.opener()
	if w.set.Bidir {
		if f.pkts[out] == 0 {
			out ^= 1
		}
		w.fill(s, e, out, true, why)
		return
	}
	for _, side := range [2]int{out, out ^ 1} {
		if f.pkts[side] > 0 {
			w.fill(s, e, side, false, why)
		}
	}
}

// fill makes and passes on the record in which side out comes first.
func (w *worker) fill(s *shard, e *flowtable.Entry[flow], out int, both bool, why record.EndReason) {
	f, r := &e.Flow, &w.rec
	packets := r.Packets[:0]
	*r = record.Record{}
	r.Packets = packets
	w.key(e, out)
	in := out ^ 1
	r.HasIn = both && f.pkts[in] > 0
	r.BytesOut, r.PktsOut = f.bytes[out], f.pkts[out]
	r.BytesIn, r.PktsIn = f.bytes[in], f.pkts[in]
	r.TimeStart, r.TimeEnd = record.Time(f.first), record.Time(f.last)
	r.IP.HasIn = r.HasIn
	r.IP.Out = record.IPSide{TTL: f.ttl[out], ID: w.room.ids[out]}
	r.IP.In = record.IPSide{TTL: f.ttl[in], ID: w.room.ids[in]}
	r.EndReason = why
	switch why {
	case record.ActiveTimeout:
		r.ExpireType = "a"
	case record.IdleTimeout:
		r.ExpireType = "i"
	}
	if f.extra != 0 {
		w.fillExtra(s, f, out, both)
	}
	if w.set.Features.CommunityID {
		w.fillCommunityID(e)
	}
	w.fillProtocols(s, f, out, both)
	w.fillPackets(s, f, out, both)
	w.fillTCP(s, f, out, both)
	w.fillRare(s, e, out, both)
	if w.trace != nil {
		w.trace.Record(f.index)
	}
	if err := w.chain.Write(r); err != nil && w.err == nil {
		w.err = err
	}
	w.stats.Records++
}

// key fills in addresses and ports.
func (w *worker) key(e *flowtable.Entry[flow], out int) {
	r, k := &w.rec, &e.Key
	r.Src, r.Dst = k.A(), k.B()
	sp, dp := k.PortA(), k.PortB()
	if out == 1 {
		r.Src, r.Dst, sp, dp = r.Dst, r.Src, dp, sp
	}
	r.SA.IP, r.DA.IP = r.Src, r.Dst
	r.Pr = k.Proto()
	r.SP, r.DP = -1, -1
	if packet.HasPorts(r.Pr) && e.Flow.state&noPorts == 0 {
		r.SP, r.DP = record.Port(sp), record.Port(dp)
	}
}

// ids sorts the identification fields by side.
func (w *worker) ids(s *shard, f *flow) {
	ids := &w.room.ids
	ids[0], ids[1] = ids[0][:0], ids[1][:0]
	for i, id := range f.headIDs[:min(int(f.nids[0])+int(f.nids[1]), len(f.headIDs))] {
		side := f.sides >> i & 1
		ids[side] = append(ids[side], id)
	}
	if f.ids == 0 {
		return
	}
	for n := s.ids.At(f.ids).next; ; n = s.ids.At(n).next {
		c := s.ids.At(n)
		for i, id := range c.id[:c.n] {
			side := c.sides >> i & 1
			ids[side] = append(ids[side], id)
		}
		if n == f.ids {
			return
		}
	}
}

// fillPackets lists lengths and times. In a record of one direction Joy writes
// every entry as "<" and the first time as 0.
func (w *worker) fillPackets(s *shard, f *flow, out int, both bool) {
	w.room.lens = s.lengths(w.room.lens[:0], f)
	r, before, first := &w.rec, int64(0), true
	w.fillWait(f, out, both)
	for _, l := range w.room.lens {
		dir := record.Dir('<')
		switch {
		case both && l.side() == out:
			dir = '>'
		case both:
		case l.side() != out:
			continue
		case first:
			before = l.us()
		}
		r.Packets = append(r.Packets, record.Length{B: l.bytes(), Dir: dir, IPT: milliseconds(l.us() - before)})
		before, first = l.us(), false
	}
}

// fillWait says when the out side first sent what is listed or, where it never
// did, when the other side did.
func (w *worker) fillWait(f *flow, out int, both bool) {
	began := int64(w.rec.TimeStart)/1000 - f.first/1000
	found := false
	for _, l := range w.room.lens {
		switch mine := l.side() == out; {
		case mine:
			w.rec.Wait = milliseconds(l.us() - began)
			return
		case both && !found:
			w.rec.Wait, found = milliseconds(l.us()-began), true
		}
	}
}

// milliseconds cuts microseconds to whole milliseconds, not below 0.
func milliseconds(us int64) uint32 {
	return uint32(min(max(us/1000, 0), 1<<32-1))
}

func (w *worker) fillTCP(s *shard, f *flow, out int, both bool) {
	if f.tcp == 0 {
		return
	}
	t, r := s.tcps.At(f.tcp), &w.rec
	in := out ^ 1
	if t.flags[out] == 0 && (!both || t.flags[in] == 0) {
		return
	}
	w.room.tcp = record.TCP{
		FirstSeq: t.isn, HasFirstSeq: t.hasISN && (both || t.flags[out]&packet.ACK == 0),
		Out: w.syn(s, t, 0, out),
	}
	os := record.ProbableOS{Out: measure.ProbableOS(f.ttl[out], t.window[out])}
	if both {
		w.room.tcp.In = w.syn(s, t, 1, in)
		os.In = measure.ProbableOS(f.ttl[in], t.window[in])
	}
	r.TCP = &w.room.tcp
	if os != (record.ProbableOS{}) {
		w.room.os = os
		r.ProbableOS = &w.room.os
	}
}

// syn describes the SYN of a side, nil when there was none.
func (w *worker) syn(s *shard, t *tcpState, place, side int) *record.SYN {
	if t.flags[side] == 0 {
		return nil
	}
	y := &w.room.syn[place]
	*y = record.SYN{
		Flags:  measure.FlagString(t.flags[side]),
		Window: t.window[side],
		OptLen: int(t.optLen[side]),
		TTL:    t.ttl[side],
		ZeroID: t.zeroID>>side&1 != 0,
		Opts:   y.Opts[:0],
	}
	w.room.opts = append(w.room.opts[:0], t.opts[side][:]...)
	if t.more[side] != 0 {
		w.room.opts = append(w.room.opts, s.opts.At(t.more[side])[:]...)
	}
	y.Opts = measure.ParseOptions(y.Opts, w.room.opts[:t.optLen[side]])
	return y
}

// fillRare fills in what names the flow, and what few records have.
func (w *worker) fillRare(s *shard, e *flowtable.Entry[flow], out int, both bool) {
	f, r := &e.Flow, &w.rec
	if f.rare == 0 {
		r.FlowID = record.FlowID(flowID(e))
		return
	}
	rare := s.rares.At(f.rare)
	r.FlowID, r.Segment = record.FlowID(rare.id), rare.segment
	if rare.segment == 0 {
		r.FlowID = record.FlowID(flowID(e))
	}
	d := record.Debug{TCPRetrans: rare.retrans[out], Invalid: rare.invalid[out], Shed: rare.plain}
	if both {
		d.TCPRetrans += rare.retrans[out^1]
		d.Invalid += rare.invalid[out^1]
	}
	if d != (record.Debug{}) {
		w.room.debug = d
		r.Debug = &w.room.debug
	}
	if rare.path != 0 {
		w.fillPath(*s.paths.At(rare.path))
	}
}

func (w *worker) fillPath(p *packet.Path) {
	list := w.room.encap[:0]
	for _, h := range p.Hops {
		list = append(list, record.Encap{
			Type: h.Kind, Src: record.Addr{IP: h.Src}, Dst: record.Addr{IP: h.Dst}, ID: h.ID, HasID: h.HasID,
		})
	}
	w.room.encap, w.rec.Encap = list, list
}

// flowID is the same for a flow wherever and whenever it is computed: it mixes
// the key, less the number of the tunnel, with the time of the first packet.
func flowID(e *flowtable.Entry[flow]) uint64 {
	k := &e.Key
	h := uint64(0x9e3779b97f4a7c15)
	for _, x := range [...]uint64{k.AHi, k.ALo, k.BHi, k.BLo, uint64(k.Ports)<<32 | uint64(k.Meta&0x1ff), uint64(e.Flow.first)} {
		hi, lo := bits.Mul64(h^x, 0xd6e8feb86659fd93)
		h = bits.RotateLeft64(hi^lo, 29) + 0x632be59bd9b4e019
	}
	return h
}
