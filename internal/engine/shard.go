package engine

import (
	"joy/internal/flowtable"
	"joy/measure"
	"joy/packet"
	"joy/record"
)

func newShard(p *pools, number int) *shard {
	return &shard{flows: flowtable.NewPart(p.table, uint8(number)), pools: p}
}

// A settings is what the packet path wants to know of the Config, worked out
// once.
type settings struct {
	Config
	deadlines
	shards   int
	maxFlows int // of a shard
	maxBytes int // of a shard
	extras   bool
	over     [16]uint64 // modules for each feature.Transport, a bit each
}

// packet finds or begins the flow of p and counts p in.
func (w *worker) packet(p *packet.Packet, hash uint32) {
	var s *shard
	n := w.pools.table.Find(&p.Key, hash)
	if n != 0 {
		e := w.pools.table.At(n)
		s = w.shards[e.Part()]
		if !w.cut(s, n, e, p) {
			w.count(s, &e.Flow, p)
			if p.Flags&(packet.FIN|packet.RST) != 0 && w.set.linger != never && e.Flow.over() {
				s.flows.Postpone(n, dueTick(w.set.of(&e.Flow)))
			}
			return
		}
	} else {
		s = w.shard(p)
	}
	if w.level >= noNewFlows {
		w.shedFlow(p)
		return
	}
	w.count(s, &w.begin(s, p, hash).Flow, p)
}

// cut ends the record of a flow, or the flow, if p shows that a timeout or the
// end of the connection lies before it. It reports whether p begins a new flow.
func (w *worker) cut(s *shard, n uint32, e *flowtable.Entry[flow], p *packet.Packet) bool {
	f, t := &e.Flow, p.Time
	o := order{trigger: p.Index<<1 | 1, first: f.index}
	switch {
	case t > after(f.last, w.set.idle) || f.first > after(t, w.set.idle):
		reason := record.IdleTimeout
		if w.set.activeFirst(f) && t > f.last {
			reason = record.ActiveTimeout
		}
		w.end(s, n, e, o, reason)
		return true
	case f.state&(finA|finB|reset) != 0 && f.over() &&
		(p.Flags&(packet.SYN|packet.ACK) == packet.SYN || t > after(f.last, w.set.linger)):
		w.end(s, n, e, o, record.EndOfFlow)
		return true
	case f.state&pending != 0:
		s.resume(f, p)
	case t > after(f.first, w.set.active):
		w.write(s, e, o, record.ActiveTimeout)
		w.suspend(s, e)
		s.resume(f, p)
	}
	return false
}

// begin enters a new flow for p, after making room for it.
func (w *worker) begin(s *shard, p *packet.Packet, hash uint32) *flowtable.Entry[flow] {
	for s.flows.Len() >= w.set.maxFlows || s.flows.Len() > 1 && s.size() > w.set.maxBytes {
		w.evict(s, p.Index)
	}
	_, e := s.flows.Insert(&p.Key, hash, dueTick(after(p.Clock, min(w.set.idle, w.set.active))))
	f := &e.Flow
	f.first, f.last, f.index = p.Begun, p.Time, p.Index
	f.ttl = [2]uint8{255, 255}
	w.stats.Flows++
	if p.Swapped {
		f.state |= openedByB
	}
	if p.Invalid && p.Key.Ports == 0 {
		f.state |= noPorts
	}
	if pr := p.Key.Proto(); (pr == packet.ProtoICMP || pr == packet.ProtoICMPv6) && p.End >= p.L4+2 {
		f.icmp = [2]uint8{p.Data[p.L4], p.Data[p.L4+1]}
	}
	if p.Path != nil {
		var ref **packet.Path
		s.rare(f).path, ref = get(s, &s.paths)
		*ref = p.Path
	}
	return e
}

// evict writes out the flow that has been silent for longest.
func (w *worker) evict(s *shard, index uint64) {
	n := s.flows.Oldest(lastActive)
	e := s.table.At(n)
	if e.Flow.state&pending == 0 {
		w.stats.Evicted++
	}
	w.end(s, n, e, order{trigger: index<<1 | 1, first: e.Flow.index}, record.LackOfResources)
}

func lastActive(e *flowtable.Entry[flow]) flowtable.Stamp {
	return flowtable.Stamp{Clock: e.Flow.seen, Index: e.Flow.index}
}

// end writes the record of a flow and takes the flow out of the table.
func (w *worker) end(s *shard, n uint32, e *flowtable.Entry[flow], o order, why record.EndReason) {
	f := &e.Flow
	w.flush(s, f)
	w.write(s, e, o, why)
	s.clear(f)
	w.dropListener(s, f)
	s.dropTCP(f)
	if f.rare != 0 {
		if r := s.rares.At(f.rare); r.path != 0 {
			put(s, &s.paths, r.path)
		}
		put(s, &s.rares, f.rare)
	}
	s.flows.Remove(n)
}

// suspend leaves the flow without a record, to go on with the next packet.
func (w *worker) suspend(s *shard, e *flowtable.Entry[flow]) {
	f := &e.Flow
	w.cutListener(s, f)
	r := s.rare(f)
	if r.segment == 0 {
		r.id = flowID(e)
	}
	r.segment++
	s.clear(f)
	f.state |= pending
	if f.tcp != 0 {
		t := s.tcps.At(f.tcp)
		s.dropOptions(t)
		t.hasISN, t.flags, t.window = false, [2]uint8{}, [2]uint16{}
	}
}

// resume begins the next record of a flow with p.
func (s *shard) resume(f *flow, p *packet.Packet) {
	f.state &^= pending
	f.first, f.last, f.index = p.Begun, p.Time, p.Index
}

// clear takes back what the record collected; what the flow itself knows stays.
func (s *shard) clear(f *flow) {
	for f.nlens = [2]uint8{}; f.lens != 0; {
		first := s.lens.At(f.lens).next
		s.lens.At(f.lens).next = s.lens.At(first).next
		if first == f.lens {
			f.lens = 0
		}
		put(s, &s.lens, first)
	}
	for f.nids = [2]uint8{}; f.ids != 0; {
		first := s.ids.At(f.ids).next
		s.ids.At(f.ids).next = s.ids.At(first).next
		if first == f.ids {
			f.ids = 0
		}
		put(s, &s.ids, first)
	}
	f.pkts, f.bytes, f.ttl, f.sides = [2]uint64{}, [2]uint64{}, [2]uint8{255, 255}, 0
	if f.rare != 0 {
		r := s.rares.At(f.rare)
		r.retrans, r.invalid, r.plain = [2]uint64{}, [2]uint64{}, 0
	}
	s.dropExtra(f)
}

func (s *shard) dropTCP(f *flow) {
	if f.tcp == 0 {
		return
	}
	t := s.tcps.At(f.tcp)
	s.dropOptions(t)
	for i := range t.seqs {
		if t.seqs[i].HasGaps() {
			t.seqs[i].Drop(&s.gaps)
			s.charge(false, measure.GapBytes)
		}
	}
	put(s, &s.tcps, f.tcp)
}

// charge notes that the flows of the shard hold more bytes, or fewer.
func (s *shard) charge(more bool, bytes int) {
	if !more {
		bytes = -bytes
	}
	s.lists += bytes
}

func (s *shard) dropOptions(t *tcpState) {
	for side, n := range t.more {
		if n != 0 {
			put(s, &s.opts, n)
			t.more[side] = 0
		}
	}
}

// rare returns the rare part of f, made if there was none.
func (s *shard) rare(f *flow) *rareState {
	if f.rare == 0 {
		f.rare, _ = get(s, &s.rares)
	}
	return s.rares.At(f.rare)
}
