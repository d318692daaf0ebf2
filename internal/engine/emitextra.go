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
	x, r, c := s.extra.at(f.extra), &w.rec, &w.set.Features
	in := out ^ 1
	if !both {
		t := &x.times[out]
		r.TimeStart, r.TimeEnd = record.Time(t.first), record.Time(t.last)
	}
	if c.bytes() {
		w.fillBytes(x, out, both)
	}
	if c.WHT {
		w.fillWHT(x, out, both)
	}
	if c.Payload {
		w.fillPayload(x, out, both)
	}
	if c.Salt {
		e := &w.extras
		e.salt[0], e.salt[1] = x.salt.Seqs(e.salt[0][:0], out), x.salt.Acks(e.salt[1][:0], out)
		r.OSeq, r.OAck = e.salt[0], e.salt[1]
		if both {
			e.salt[2], e.salt[3] = x.salt.Seqs(e.salt[2][:0], in), x.salt.Acks(e.salt[3][:0], in)
			r.ISeq, r.IAck = e.salt[2], e.salt[3]
		}
	}
	if c.PPI {
		w.extras.ppi = x.ppi.Entries(w.extras.ppi[:0], out, both)
		r.PPI = w.extras.ppi
	}
	if c.HD > 0 && x.hd.Describe(out, &w.extras.header) {
		h, hd := &w.extras.header, &w.extras.hd
		*hd = record.HD{N: h.Payloads, CM: h.Mask[:c.HD], CV: h.Value[:c.HD], SM: h.Counter[:c.HD], I: h.Initial[:c.HD]}
		r.HD = hd
	}
	if c.IDP > 0 {
		r.IDPOut = x.idp.First(out)
		if both {
			r.IDPIn = x.idp.First(in)
		}
		r.IDPLenOut, r.IDPLenIn = len(r.IDPOut), len(r.IDPIn)
	}
	if c.Stats {
		w.fillStats(s, f, x, out, both)
	}
	if c.L2 {
		w.fillL2(x, out, both)
	}
}

func (w *worker) fillBytes(x *extra, out int, both bool) {
	r, c, h := &w.rec, &w.set.Features, &w.extras.histogram
	*h = measure.Histogram{}
	x.bytes[out].Counts(h)
	total := x.bytes[out].Total()
	if both {
		x.bytes[out^1].Counts(h)
		total += x.bytes[out^1].Total()
	}
	if c.Dist {
		w.extras.dist = h.Distribution(w.extras.dist[:0])
		r.ByteDist, r.HasDist = w.extras.dist, true
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

func (w *worker) fillWHT(x *extra, out int, both bool) {
	t := x.wht[out]
	if both {
		t.Merge(&x.wht[out^1])
	}
	if t.Total() > 0 {
		c := t.Coefficients()
		w.extras.wht = append(w.extras.wht[:0], c[:]...)
		w.rec.WHT = w.extras.wht
	}
}

func (w *worker) fillPayload(x *extra, out int, both bool) {
	y := &w.extras.payload
	*y = record.Payload{Out: x.payload.First(out)}
	if both {
		y.In = x.payload.First(out ^ 1)
	}
	if len(y.Out)+len(y.In) > 0 {
		w.rec.Payload = y
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
		t.RTTServer, t.RTTClient = x.shake.roundTrips()
		t.HasRTTServer, t.HasRTTClient = t.RTTServer >= 0, t.RTTClient >= 0
	}
	w.rec.Stats = t
}

func (w *worker) fillSide(t *record.StatsSide, s *shard, f *flow, x *extra, place, side int) {
	gaps := x.stats.Gaps(side)
	t.Len, t.IAT, t.HasIAT = moments(x.stats.Lengths(side), 1), moments(gaps, 1e6), gaps.N > 0
	t.Flags = x.stats.Flags(side)
	if f.tcp == 0 {
		return
	}
	q := &x.seqs[side]
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
