package engine

import (
	"joy/internal/flowtable"
	"joy/measure"
	"joy/packet"
)

// Features are the optional per-packet features of a run.
type Features struct {
	Dist, Entropy, WHT, Payload, Salt, PPI, Stats, CommunityID, L2 bool

	CDist *measure.CompactMap // nil for none
	HD    int                 // bytes, 0 for none
	IDP   int                 // bytes, 0 for none
	Seed  uint16              // of the Community ID
}

// bytes reports whether byte values are counted.
func (c *Features) bytes() bool { return c.Dist || c.Entropy || c.CDist != nil }

// extras reports whether anything is asked for that needs an extra. (The
// Community ID does not: it is made of the key.)
func (c *Features) extras() bool {
	return c.bytes() || c.WHT || c.Payload || c.Salt || c.PPI || c.Stats || c.L2 || c.HD > 0 || c.IDP > 0
}

// payloadBytes is how many bytes of the first payload the feature payload has.
const payloadBytes = 32

// An extra is what the optional features know of a record under way. It holds
// no pointers; what only some flows need has a number in the pools, 0 for none.
type extra struct {
	held    int // bytes charged for what it has grown to
	stats   measure.Stats
	content content // of both sides, or with bidir=0 of side A
	payload measure.Payload
	idp     measure.IDP
	l2      [2]l2
	tcp     uint32 // *tcpExtra
	apart   uint32 // *apart
}

// content is what is told of all payload bytes.
type content struct {
	bytes measure.Bytes
	wht   measure.WHT
}

// tcpExtra is what flows of TCP need.
type tcpExtra struct {
	flags measure.Flags
	seqs  uint32 // *[2]measure.SequenceCounts
	shake handshake
	salt  measure.Salt
	ppi   measure.PPI
	hd    uint32 // *measure.HD
}

// apart is what records of one direction (bidir=0) need.
type apart struct {
	times [2]times
	sideB content
}

// times are those of the packets of one side.
type times struct {
	seen        bool
	first, last int64
}

func (t *times) add(time int64) {
	if !t.seen {
		*t = times{true, time, time}
		return
	}
	t.first, t.last = min(t.first, time), max(t.last, time)
}

// extras are the pools of extras and of their parts.
type extras struct {
	core  flowtable.Pool[extra]
	tcp   flowtable.Pool[tcpExtra]
	seqs  flowtable.Pool[[2]measure.SequenceCounts]
	hd    flowtable.Pool[measure.HD]
	apart flowtable.Pool[apart]
	bins  measure.Bins
}

// touch loads what the next packet will need.
func (x *extras) touch(n uint32) int64 {
	e := x.core.At(n)
	sum := flowtable.Touch(e)
	if e.tcp != 0 {
		sum += flowtable.Touch(x.tcp.At(e.tcp))
	}
	return int64(sum)
}

// tcpOf returns the part of x for TCP, made if there was none.
func (s *shard) tcpOf(x *extra) *tcpExtra {
	if x.tcp == 0 {
		x.tcp, _ = get(s, &s.extra.tcp)
	}
	return s.extra.tcp.At(x.tcp)
}

// apartOf returns the part of x for records of one direction, made if there was
// none.
func (s *shard) apartOf(x *extra) *apart {
	if x.apart == 0 {
		x.apart, _ = get(s, &s.extra.apart)
	}
	return s.extra.apart.At(x.apart)
}

// contentOf is where the payload of a side counts.
func (w *worker) contentOf(s *shard, x *extra, side int) *content {
	if w.set.Bidir || side == 0 {
		return &x.content
	}
	return &s.apartOf(x).sideB
}

// extra gives p to the features. Those of contents and of lists leave out
// retransmissions; statistics and times are of all packets.
func (w *worker) extra(s *shard, f *flow, p *packet.Packet, side int, seg measure.Segment) {
	c := &w.set.Features
	if f.extra == 0 {
		f.extra, _ = get(s, &s.extra.core)
	}
	x := s.extra.core.At(f.extra)
	if c.Stats {
		s.addStats(x, p, side, seg)
	}
	if !w.set.Bidir {
		t := &s.apartOf(x).times[side]
		t.add(p.Begun)
		t.add(p.Time)
	}
	if c.L2 {
		x.l2[side].add(p)
	}
	if stale(seg) && !w.set.Retrans || w.level >= noContents {
		return
	}
	if (c.Salt || c.PPI) && p.Key.Proto() == packet.ProtoTCP && !p.Invalid {
		t := s.tcpOf(x)
		if c.Salt {
			t.salt.Add(&s.extra.bins.Blocks, side, p.Seq, p.Ack)
		}
		if c.PPI {
			t.ppi.Add(&s.extra.bins.Blocks, side, p)
		}
	}
	if c.IDP > 0 {
		x.idp.Add(&s.extra.bins.Blocks, side, p, c.IDP)
	}
	if p.PayloadLen > 0 {
		w.addPayload(s, x, side, p)
	}
	if held := s.extra.size(x); held != x.held {
		s.charge(true, held-x.held)
		x.held = held
	}
}

// addPayload gives the captured payload to the features of contents.
func (w *worker) addPayload(s *shard, x *extra, side int, p *packet.Packet) {
	b, c := p.Captured(), &w.set.Features
	if c.Payload {
		x.payload.Add(&s.extra.bins.Blocks, side, b, payloadBytes)
	}
	if c.bytes() {
		w.contentOf(s, x, side).bytes.Add(b, &s.extra.bins)
	}
	if c.WHT {
		w.contentOf(s, x, side).wht.Add(b)
	}
	if c.HD > 0 && p.Key.Proto() == packet.ProtoTCP {
		t := s.tcpOf(x)
		if t.hd == 0 {
			t.hd, _ = get(s, &s.extra.hd)
		}
		s.extra.hd.At(t.hd).Add(side, b, c.HD)
	}
}

// size is the memory of what x has grown to.
func (p *extras) size(x *extra) int {
	n := x.content.bytes.Size() + x.payload.Size() + x.idp.Size()
	if x.tcp != 0 {
		t := p.tcp.At(x.tcp)
		n += t.salt.Size() + t.ppi.Size()
	}
	if x.apart != 0 {
		n += p.apart.At(x.apart).sideB.bytes.Size()
	}
	return n
}

// dropExtra takes back what the features of a record know.
func (s *shard) dropExtra(f *flow) {
	if f.extra == 0 {
		return
	}
	p := &s.extra
	x := p.core.At(f.extra)
	s.charge(false, x.held)
	x.content.bytes.Reset(&p.bins)
	x.payload.Reset(&p.bins.Blocks)
	x.idp.Reset(&p.bins.Blocks)
	if x.tcp != 0 {
		t := p.tcp.At(x.tcp)
		t.salt.Reset(&p.bins.Blocks)
		t.ppi.Reset(&p.bins.Blocks)
		if t.hd != 0 {
			put(s, &p.hd, t.hd)
		}
		if t.seqs != 0 {
			put(s, &p.seqs, t.seqs)
		}
		put(s, &p.tcp, x.tcp)
	}
	if x.apart != 0 {
		p.apart.At(x.apart).sideB.bytes.Reset(&p.bins)
		put(s, &p.apart, x.apart)
	}
	put(s, &p.core, f.extra)
	f.extra = 0
}

// maxTags is the number of VLAN tags, and of MPLS labels, that are listed.
const maxTags = 4

// An l2 holds the link layer facts of the first packet of a side.
type l2 struct {
	seen, macs bool
	src, dst   [6]byte
	tags       uint8
	labels     uint8
	vlan       [maxTags]uint16
	label      [maxTags]uint32
}

func (l *l2) add(p *packet.Packet) {
	if l.seen {
		return
	}
	l.seen = true
	l.src, l.dst, l.macs = p.MACs()
	var vlans [64]uint16
	l.tags = uint8(copy(l.vlan[:], p.VLANs(vlans[:0])))
	var labels [64]uint32
	l.labels = uint8(copy(l.label[:], p.Labels(labels[:0])))
}

// A handshake holds the times of the segments that open a TCP connection.
type handshake struct {
	syn, synAck, ack    int64
	seq                 uint32 // of the SYN-ACK
	syns, synAcks, acks uint8  // how often each was seen, 2 for more than once
}

func (h *handshake) add(p *packet.Packet) {
	switch p.Flags & (packet.SYN | packet.ACK) {
	case packet.SYN:
		h.syn, h.syns = p.Time, min(h.syns+1, 2)
	case packet.SYN | packet.ACK:
		h.synAck, h.seq, h.synAcks = p.Time, p.Seq, min(h.synAcks+1, 2)
	case packet.ACK:
		if h.synAcks > 0 && h.acks == 0 && p.Ack == h.seq+1 {
			h.ack, h.acks = p.Time, 1
		}
	}
}

// roundTrips are the milliseconds from SYN to SYN-ACK and from there to the
// ACK, negative where they are not known.
func (h *handshake) roundTrips() (server, client float64) {
	server, client = -1, -1
	if h.syns == 1 && h.synAcks == 1 && h.synAck >= h.syn {
		server = float64(h.synAck-h.syn) / 1e6
	}
	if h.synAcks == 1 && h.acks == 1 && h.ack >= h.synAck {
		client = float64(h.ack-h.synAck) / 1e6
	}
	return server, client
}

func (s *shard) addStats(x *extra, p *packet.Packet, side int, seg measure.Segment) {
	x.stats.Add(side, p.Time, p.Length)
	if p.Key.Proto() != packet.ProtoTCP {
		return
	}
	t := s.tcpOf(x)
	t.flags.Add(side, p.Flags)
	if p.Invalid {
		return
	}
	t.shake.add(p)
	if !seg.Odd() {
		return
	}
	if t.seqs == 0 {
		t.seqs, _ = get(s, &s.extra.seqs)
	}
	s.extra.seqs.At(t.seqs)[side].Add(seg)
}
