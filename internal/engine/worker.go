package engine

import (
	"cmp"
	"math"
	"slices"

	"joy/internal/flowtable"
	"joy/internal/reassembly"
	"joy/packet"
	"joy/record"
)

// An order places a record in the output, whatever worker wrote it: by the
// packet that ended it, then by the event in front of that packet, then by the
// flow's first packet. There are several events in front of a packet where frames
// without one move the clock.
type order struct {
	trigger uint64 // twice the index of the packet, plus 1 unless it was before it
	turn    uint64 // number of the event; 0 behind the packet
	first   uint64
}

func (a order) compare(b order) int {
	return cmp.Or(cmp.Compare(a.trigger, b.trigger), cmp.Compare(a.turn, b.turn), cmp.Compare(a.first, b.first))
}

// An event is something that happens to all flows before packet number index.
type event struct {
	index uint64
	what  eventKind
	tick  int64
	clock int64 // of flowsEnd
	level level

	line   []byte // of recordCame
	serial uint64
}

type eventKind uint8

const (
	clockStarts eventKind = iota // an input begins; its clock may be behind
	clockTicks                   // the clock has reached tick
	flowsEnd                     // no flow goes on behind here
	levelIs                      // from here on this is shed
	recordCame                   // in the packet of this number
)

// atEnd is the index of the event that ends a run.
const atEnd = math.MaxUint64 >> 1

// A worker owns some of the shards and counts the packets that fall to them.
type worker struct {
	set         *settings
	number      int
	level       level    // what is shed at present
	shards      []*shard // by number; nil where another worker owns it
	own         []*shard // those that are not
	pools       pools
	due         []ended
	list        []uint32
	hashes      [groupSize]uint32
	likely      [groupSize]uint32 // entries that the hashes lead to first
	warm        int64             // keeps the loads of touchFlows
	rec         record.Record
	room        room
	extras      extraRoom
	ear         ear
	apps        []string // scratch of sure
	chain       record.Writer
	at          order  // of the record on its way through chain
	clock       int64  // of the last tick
	turn        uint64 // events so far: all workers see the same ones
	out         *chunk
	give        func(*chunk) *chunk // passes records on, returns an empty chunk
	stats       Counts
	reassembled reassembly.Counts
	err         error
	trace       *trace // nil for nobody
}

// counts are those of the worker.
func (w *worker) counts() *Counts {
	w.stats.Gaps, w.stats.Overflow = w.reassembled.Gaps, w.reassembled.Overflow
	return &w.stats
}

// An ended flow is about to be written.
type ended struct {
	first uint64 // index of its first packet
	flow  uint32
}

// groupSize is the number of packets whose flows are looked up together, so
// that the misses of the cache overlap (BenchmarkEngine).
const groupSize = 32

// run takes the packets of a round, in order, with the events between them.
func (w *worker) run(packets []packet.Packet, events []event) {
	for _, ev := range events {
		n, _ := slices.BinarySearchFunc(packets, ev.index, func(p packet.Packet, index uint64) int {
			return cmp.Compare(p.Index, index)
		})
		w.packets(packets[:n])
		packets = packets[n:]
		w.event(ev)
	}
	w.packets(packets)
}

func (w *worker) packets(ps []packet.Packet) {
	for len(ps) > 0 {
		n := min(len(ps), groupSize)
		w.group(ps[:n])
		ps = ps[n:]
	}
}

func (w *worker) group(ps []packet.Packet) {
	t := w.pools.table
	var touched uint32
	for i := range ps {
		h := t.Hash(&ps[i].Key)
		w.hashes[i] = h
		touched |= t.Touch(h)
	}
	if touched != 0 {
		w.touchFlows(ps)
	}
	for i := range ps {
		w.packet(&ps[i], w.hashes[i])
	}
}

// touchFlows loads the flows that the packets are likely to belong to, and then
// what these point to.
func (w *worker) touchFlows(ps []packet.Packet) {
	t := w.pools.table
	var sum int64
	for i := range ps {
		n := t.Touch(w.hashes[i])
		w.likely[i] = n
		if n != 0 {
			e := t.At(n)
			sum += int64(e.Key.ALo) + int64(e.Flow.state)
		}
	}
	for i := range ps {
		if n := w.likely[i]; n != 0 && (i == 0 || n != w.likely[i-1]) {
			sum += w.pools.touch(&t.At(n).Flow)
		}
	}
	w.warm += sum
}

// touch loads the parts of f in the pools that the next packet will need.
func (p *pools) touch(f *flow) (sum int64) {
	if f.tcp != 0 {
		t := p.tcps.At(f.tcp)
		sum += int64(t.isn) + int64(t.more[1])
	}
	if f.lens != 0 {
		sum += int64(p.lens.At(f.lens).n)
	}
	if f.ids != 0 {
		sum += int64(p.ids.At(f.ids).n)
	}
	if f.extra != 0 {
		sum += p.extra.touch(f.extra)
	}
	if f.ears != 0 {
		sum += p.ears.touch(f.ears)
	}
	return sum
}

func (w *worker) shard(p *packet.Packet) *shard {
	return w.shards[shardOf(p, len(w.shards))]
}

func (w *worker) event(ev event) {
	w.turn++
	if ev.what == clockStarts || ev.what == clockTicks {
		w.setClock(ev.tick * tick)
	}
	switch ev.what {
	case clockStarts:
		for _, s := range w.own {
			s.flows.Start(ev.tick)
		}
	case clockTicks:
		w.expire(ev)
	case flowsEnd:
		w.finish(ev)
	case levelIs:
		w.level = ev.level
	case recordCame:
		w.collected(ev)
	}
}

// setClock passes on what was written at the tick before, because a chunk holds
// records of one tick only.
func (w *worker) setClock(clock int64) {
	if len(w.out.ends) > 0 {
		w.out = w.give(w.out)
	}
	w.clock = clock
}

// expire ends what is due at a tick. The due records are written in the order
// of their flows' first packets, which no division into shards changes.
func (w *worker) expire(ev event) {
	now := ev.tick * tick
	when := func(e *flowtable.Entry[flow]) int64 { return dueTick(w.set.of(&e.Flow)) }
	for _, s := range w.own {
		w.list = s.flows.Due(w.list[:0], ev.tick, when)
		w.note(w.list)
	}
	w.inOrder(ev, func(s *shard, n uint32, o order) { w.expireFlow(s, n, o, now) })
}

// note puts flows on the list of those that are to be written.
func (w *worker) note(flows []uint32) {
	for _, n := range flows {
		w.due = append(w.due, ended{w.pools.table.At(n).Flow.index, n})
	}
}

func (w *worker) expireFlow(s *shard, n uint32, o order, now int64) {
	e := s.table.At(n)
	f := &e.Flow
	switch {
	case f.state&pending != 0:
		w.end(s, n, e, o, record.IdleTimeout)
	case f.over() && now > after(f.seen, w.set.linger):
		w.end(s, n, e, o, record.EndOfFlow)
	case w.set.activeFirst(f):
		w.write(s, e, o, record.ActiveTimeout)
		w.suspend(s, e)
		s.flows.Postpone(n, dueTick(w.set.of(f)))
	default:
		w.end(s, n, e, o, record.IdleTimeout)
	}
}

// finish ends all flows: those whose time is over, which the next tick would
// have told, in their own way.
func (w *worker) finish(ev event) {
	w.due = slices.Grow(w.due, w.pools.table.Len())
	for _, s := range w.own {
		w.list = s.flows.All(w.list[:0])
		w.note(w.list)
	}
	w.inOrder(ev, func(s *shard, n uint32, o order) {
		e := s.table.At(n)
		w.end(s, n, e, o, w.set.reasonAt(ev.clock, &e.Flow))
	})
}

// inOrder ends flows in the order of their first packets.
func (w *worker) inOrder(ev event, end func(s *shard, n uint32, o order)) {
	slices.SortFunc(w.due, func(a, b ended) int { return cmp.Compare(a.first, b.first) })
	for i, d := range w.due {
		if i%groupSize == 0 {
			w.touchEnded(w.due[i:min(i+groupSize, len(w.due))])
		}
		end(w.shards[w.pools.table.At(d.flow).Part()], d.flow, order{ev.index << 1, w.turn, d.first})
	}
	w.due = w.due[:0]
}

// touchEnded loads what ending the flows will need.
func (w *worker) touchEnded(due []ended) {
	var hashes [groupSize]uint32
	var sum int64
	t := w.pools.table
	for i, d := range due {
		e := t.At(d.flow)
		hashes[i] = t.Hash(&e.Key)
		sum += int64(e.Key.ALo) + int64(e.Flow.state) + int64(e.Flow.index)
	}
	for i, d := range due {
		sum += int64(t.Touch(hashes[i])) + w.pools.touch(&t.At(d.flow).Flow)
	}
	w.warm += sum
}
