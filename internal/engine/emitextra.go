package engine

import (
	"joy/internal/flowtable"
	"joy/measure"
	"joy/packet"
	"joy/record"
)

// extraRoom is what the optional fields of a record point to, kept from one
// record to the next.
type extraRoom struct {
	histogram measure.Histogram
	dist      []uint8
	compact   []uint8
	wht       []float64
	first     [4][]byte // payload and idp, of both sides
	payload   record.Payload
	salt      [4][]int64
	ppi       []measure.PPIEntry
	header    measure.Header
	hd        record.HD
	stats     record.Stats
	seqs      [2]record.SeqStats
	l2        record.L2
	vlans     [2][]uint16
	labels    [2][]uint32
	cid       []byte
}

// fillExtra fills in the optional fields for which the flow has an extra.
func (w *worker) fillExtra(s *shard, f *flow, out int, both bool) {
	x, r, c := s.extra.core.At(f.extra), &w.rec, &w.set.Features
	if !both {
		t := &s.apartOf(x).times[out]
		r.TimeStart, r.TimeEnd = record.Time(t.first), record.Time(t.last)
	}
	data := w.contentOf(s, x, out)
	if c.bytes() {
		w.fillBytes(s, data)
	}
	if c.WHT && data.wht.Total() > 0 {
		h := data.wht.Coefficients()
		w.extras.wht = append(w.extras.wht[:0], h[:]...)
		r.WHT = w.extras.wht
	}
	if c.Payload {
		w.fillPayload(s, x, out, both)
	}
	if x.tcp != 0 {
		w.fillSegments(s, s.extra.tcp.At(x.tcp), out, both)
	}
	if c.IDP > 0 {
		w.fillIDP(s, x, out, both)
	}
	if c.Stats {
		w.fillStats(s, f, x, out, both)
	}
	if c.L2 {
		w.fillL2(x, out, both)
	}
}

// fillSegments fills in what is told of TCP segments one by one.
func (w *worker) fillSegments(s *shard, t *tcpExtra, out int, both bool) {
	r, c, e, b, in := &w.rec, &w.set.Features, &w.extras, &s.extra.bins.Blocks, out^1
	if c.Salt {
		e.salt[0], e.salt[1] = t.salt.Seqs(e.salt[0][:0], b, out), t.salt.Acks(e.salt[1][:0], b, out)
		r.OSeq, r.OAck = e.salt[0], e.salt[1]
		if both {
			e.salt[2], e.salt[3] = t.salt.Seqs(e.salt[2][:0], b, in), t.salt.Acks(e.salt[3][:0], b, in)
			r.ISeq, r.IAck = e.salt[2], e.salt[3]
		}
	}
	if c.PPI {
		e.ppi = t.ppi.Entries(e.ppi[:0], b, out, both)
		r.PPI = e.ppi
	}
	if t.hd != 0 && s.extra.hd.At(t.hd).Describe(out, &e.header) {
		h, hd := &e.header, &e.hd
		*hd = record.HD{N: h.Payloads, CM: h.Mask[:c.HD], CV: h.Value[:c.HD], SM: h.Counter[:c.HD], I: h.Initial[:c.HD]}
		r.HD = hd
	}
}

func (w *worker) fillBytes(s *shard, data *content) {
	r, c, h := &w.rec, &w.set.Features, &w.extras.histogram
	*h = measure.Histogram{}
	data.bytes.Counts(h, &s.extra.bins)
	total := data.bytes.Total()
	if c.Dist {
		w.extras.dist = h.Distribution(w.extras.dist[:0])
		r.ByteDist, r.HasDist, r.ByteCounts = w.extras.dist, true, h
		r.HasDistMoments = total > 0
		r.ByteDistMean, r.ByteDistStd = h.Moments()
	}
	if c.CDist != nil {
		w.extras.compact = h.Compact(w.extras.compact[:0], c.CDist)
		r.CompactByteDist = w.extras.compact
	}
	if c.Entropy && total > 0 {
		r.HasEntropy = true
		r.Entropy = h.Entropy()
		r.TotalEntropy = r.Entropy * float64(total)
	}
}

func (w *worker) fillPayload(s *shard, x *extra, out int, both bool) {
	e, y, b := &w.extras, &w.extras.payload, &s.extra.bins.Blocks
	e.first[0] = x.payload.First(e.first[0][:0], b, out)
	*y = record.Payload{Out: e.first[0]}
	if both {
		e.first[1] = x.payload.First(e.first[1][:0], b, out^1)
		y.In = e.first[1]
	}
	if len(y.Out)+len(y.In) > 0 {
		w.rec.Payload = y
	}
}

func (w *worker) fillIDP(s *shard, x *extra, out int, both bool) {
	r, e, b := &w.rec, &w.extras, &s.extra.bins.Blocks
	e.first[2] = x.idp.First(e.first[2][:0], b, out)
	r.IDPOut, r.IDPLenOut = e.first[2], len(e.first[2])
	if both {
		e.first[3] = x.idp.First(e.first[3][:0], b, out^1)
		r.IDPIn, r.IDPLenIn = e.first[3], len(e.first[3])
	}
}

func (w *worker) fillStats(s *shard, f *flow, x *extra, out int, both bool) {
	t := &w.extras.stats
	*t = record.Stats{HasIn: both && x.stats.Lengths(out^1).N > 0}
	w.fillSide(&t.Out, s, f, x, 0, out)
	if t.HasIn {
		w.fillSide(&t.In, s, f, x, 1, out^1)
	}
	if f.tcp != 0 && both {
		t.RTTServer, t.RTTClient = s.tcpOf(x).shake.roundTrips()
		t.HasRTTServer, t.HasRTTClient = t.RTTServer >= 0, t.RTTClient >= 0
	}
	w.rec.Stats = t
}

func (w *worker) fillSide(t *record.StatsSide, s *shard, f *flow, x *extra, place, side int) {
	gaps := x.stats.Gaps(side)
	t.Len, t.IAT, t.HasIAT = moments(x.stats.Lengths(side), 1), moments(gaps, 1e6), gaps.N > 0
	if x.tcp == 0 {
		return
	}
	tcp := s.extra.tcp.At(x.tcp)
	t.Flags = record.FlagCounts(tcp.flags[side])
	if f.tcp == 0 {
		return
	}
	var q measure.SequenceCounts
	if tcp.seqs != 0 {
		q = s.extra.seqs.At(tcp.seqs)[side]
	}
	w.extras.seqs[place] = record.SeqStats{
		RetransPkts: q.RetransPackets, RetransBytes: q.RetransBytes, OutOfOrder: q.OutOfOrder, Gaps: q.Gaps,
		Missing: s.tcps.At(f.tcp).seqs[side].Missing(&s.gaps),
	}
	t.Seq = &w.extras.seqs[place]
}

func moments(m measure.Moments, unit float64) record.Moments {
	return record.Moments{Min: m.Min / unit, Mean: m.Mean / unit, Std: m.Std / unit, Max: m.Max / unit}
}

func (w *worker) fillL2(x *extra, out int, both bool) {
	l, vlans, labels := &w.extras.l2, &w.extras.vlans, &w.extras.labels
	*l = record.L2{}
	o, i := &x.l2[out], &x.l2[out^1]
	switch {
	case o.macs:
		l.SMAC, l.DMAC = record.MAC(o.src), record.MAC(o.dst)
	case both && i.macs:
		l.SMAC, l.DMAC = record.MAC(i.dst), record.MAC(i.src)
	}
	vlans[0] = append(vlans[0][:0], o.vlan[:o.tags]...)
	labels[0] = append(labels[0][:0], o.label[:o.labels]...)
	l.VLANOut, l.MPLSOut = vlans[0], labels[0]
	if both {
		vlans[1] = append(vlans[1][:0], i.vlan[:i.tags]...)
		labels[1] = append(labels[1][:0], i.label[:i.labels]...)
		l.VLANIn, l.MPLSIn = vlans[1], labels[1]
	}
	if !l.Empty() {
		w.rec.L2 = l
	}
}

// fillCommunityID uses the addresses as they are in the packets.
func (w *worker) fillCommunityID(e *flowtable.Entry[flow]) {
	k, f := &e.Key, &e.Flow
	src, dst, sp, dp := k.A(), k.B(), k.PortA(), k.PortB()
	if f.opener() == 1 {
		src, dst, sp, dp = dst, src, dp, sp
	}
	if pr := k.Proto(); pr == packet.ProtoICMP || pr == packet.ProtoICMPv6 {
		sp, dp = uint16(f.icmp[0]), uint16(f.icmp[1])
	}
	w.extras.cid = measure.CommunityID(w.extras.cid[:0], w.set.Features.Seed, src, dst, k.Proto(), sp, dp)
	w.rec.CommunityID = w.extras.cid
}
