package engine

import (
	"math"
	"unsafe"

	"joy/internal/flowtable"
	"joy/measure"
	"joy/packet"
	"joy/record"
)

// A flow is the part of a record under way that every packet touches. It holds
// no pointers; what few or longer flows need lives in pools and is named by its
// number there, 0 for none. Sides are those of the key: 0 is A, 1 is B. With
// its key it fills three lines of the cache, of which most packets need the
// first two only.
type flow struct {
	seen        int64 // clock at the last packet
	first, last int64 // times of the earliest and the latest packet

	pkts, bytes [2]uint64
	tcp         uint32 // *tcpState
	lens        uint32 // *lengths behind head, the last chunk
	ids         uint32 // *identifications behind headIDs, the last chunk
	ears        uint32 // *listener
	extra       uint32 // *extra
	rare        uint32 // *rareState
	nlens, nids [2]uint8
	ttl         [2]uint8
	state       uint8
	sides       uint8 // of headIDs, a bit each

	index   uint64 // of the first packet
	head    [3]length
	headIDs [6]uint16
	icmp    [2]uint8 // type and code of the first packet
}

// Bits of flow.state.
const (
	openedByB = 1 << iota // side B opened the flow
	settled               // by a SYN without ACK
	finA                  // side A has sent FIN
	finB
	reset   // RST was seen
	noPorts // the transport header was not there to read ports from
	pending // the record was written; the flow waits for a packet to go on
	deaf    // no protocol is looked for or followed any more
)

// opener is the side that opened the flow.
func (f *flow) opener() int { return int(f.state & openedByB) }

// over reports whether a TCP connection has ended in order or by a reset: each
// side that was heard has sent FIN.
func (f *flow) over() bool {
	if f.state&reset != 0 {
		return true
	}
	return f.state&(finA|finB) != 0 &&
		(f.state&finA != 0 || f.pkts[0] == 0) && (f.state&finB != 0 || f.pkts[1] == 0)
}

// rareState is what few flows need.
type rareState struct {
	id      uint64 // of the flow, once a timeout has cut it
	segment uint32
	path    uint32    // number of the tunnel path in shard.paths
	retrans [2]uint64 // segments that were left out
	invalid [2]uint64
	plain   uint64 // packets whose contents were not looked at under load
}

// tcpState holds what the SYN segments said, and the sequence numbers.
type tcpState struct {
	isn    uint32 // sequence number of the SYN without ACK
	window [2]uint16
	flags  [2]uint8 // of the SYN; 0 for none
	optLen [2]uint8
	ttl    [2]uint8 // of the SYN
	zeroID uint8    // bit for a side: the SYN has no identification, or no flow label
	hasISN bool
	seqs   [2]measure.Sequence
	opts   [2][20]byte
	more   [2]uint32 // *[20]byte, the rest of the options
}

// lengths is a chunk of the sequence of packet lengths and times. Chunks form
// a ring, and the flow names the last one, so that both ends are at hand.
type lengths struct {
	next uint32
	n    uint32
	e    [7]length
}

// A length is one packet: 1 bit for the side, 18 for the payload length and 45
// for the time in microseconds since the start of the record.
type length uint64

const (
	maxLength = 1<<18 - 1
	maxTime   = 1<<44 - 1 // microseconds, half a year each way
)

func makeLength(side int, n uint32, us int64) length {
	us = min(max(us, -maxTime), maxTime)
	return length(side)<<63 | length(min(n, maxLength))<<45 | length(us&(1<<45-1))
}

func (l length) side() int     { return int(l >> 63) }
func (l length) bytes() uint32 { return uint32(l>>45) & maxLength }
func (l length) us() int64     { return int64(l<<19) >> 19 }

func (l length) later(us int64) length { return makeLength(l.side(), l.bytes(), l.us()+us) }

// identifications is a chunk of IPv4 identification fields.
type identifications struct {
	next  uint32
	n     uint32
	sides uint32 // a bit for each entry
	id    [26]uint16
}

// deadlines are the timeouts of a run, in nanoseconds; never when they are off.
type deadlines struct {
	idle, active int64
	linger       int64 // of a TCP connection that is over
}

const never = math.MaxInt64

func after(t, d int64) int64 {
	if d == never || t > never-d {
		return never
	}
	return t + d
}

// of is the clock at which f is due.
func (d *deadlines) of(f *flow) int64 {
	end := after(f.seen, d.idle)
	if f.state&pending != 0 {
		return end
	}
	if f.over() {
		end = min(end, after(f.seen, d.linger))
	}
	return min(end, after(f.first+f.seen-f.last, d.active))
}

// reasonAt is why f ends when the clock stops at now.
func (d *deadlines) reasonAt(now int64, f *flow) record.EndReason {
	idle := now > after(f.last, d.idle)
	switch {
	case f.over() && now > after(f.last, d.linger):
		return record.EndOfFlow
	case (idle || now > after(f.first, d.active)) && d.activeFirst(f):
		return record.ActiveTimeout
	case idle:
		return record.IdleTimeout
	}
	return record.ForcedEnd
}

// activeFirst reports whether the active timeout of f comes before the other.
func (d *deadlines) activeFirst(f *flow) bool {
	return after(f.first, d.active) < after(f.last, d.idle)
}

// tick is in nanoseconds of the packet clock: short enough that a live record
// is written well within a second of its flow's end.
const tick = 250e6

// dueTick is the first tick at which the clock is past t.
func dueTick(t int64) int64 {
	if t == never {
		return never
	}
	return tickOf(t) + 1
}

// tickOf is the last tick that the clock t has reached.
func tickOf(t int64) int64 {
	k := t / tick
	if t%tick < 0 {
		k--
	}
	return k
}

// A shard is a part of all flows, whole in itself: what happens in one does
// not depend on how many workers share them out.
type shard struct {
	flows *flowtable.Part[flow]
	*pools
	lists int // bytes that its flows hold in the pools
}

// pools hold the parts of flows, for all shards of a worker.
type pools struct {
	table *flowtable.Table[flow]
	lens  flowtable.Pool[lengths]
	ids   flowtable.Pool[identifications]
	tcps  flowtable.Pool[tcpState]
	opts  flowtable.Pool[[20]byte]
	gaps  measure.Gaps
	rares flowtable.Pool[rareState]
	paths flowtable.Pool[*packet.Path]
	extra extras
	ears  listeners
}

// size is the memory that the flows of the shard hold, in bytes.
func (s *shard) size() int { return s.flows.Size() + s.lists }

// get takes a value from a pool on behalf of a shard.
func get[T any](s *shard, p *flowtable.Pool[T]) (uint32, *T) {
	n, v := p.Get()
	s.lists += int(unsafe.Sizeof(*v))
	return n, v
}

// put gives back what get took.
func put[T any](s *shard, p *flowtable.Pool[T], n uint32) {
	s.lists -= int(unsafe.Sizeof(*p.At(n)))
	p.Put(n)
}
