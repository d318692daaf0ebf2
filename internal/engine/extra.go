package engine

import (
	"unsafe"

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

// An extra is what the optional features know of a record under way.
type extra struct {
	held    int // bytes charged for it
	times   [2]times
	stats   measure.Stats
	seqs    [2]measure.SequenceCounts
	shake   handshake
	bytes   [2]measure.Bytes
	wht     [2]measure.WHT
	payload measure.Payload
	idp     measure.IDP
	salt    measure.Salt
	ppi     measure.PPI
	hd      measure.HD
	l2      [2]l2
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

// extras hands out extras by number, from 1. They keep the memory of their
// lists between flows.
type extras struct {
	all  []*extra
	free []uint32
}

func (x *extras) get() (uint32, *extra) {
	if n := len(x.free); n > 0 {
		i := x.free[n-1]
		x.free = x.free[:n-1]
		return i, x.at(i)
	}
	x.all = append(x.all, new(extra))
	return uint32(len(x.all)), x.all[len(x.all)-1]
}

func (x *extras) at(i uint32) *extra { return x.all[i-1] }

// extra gives p to the features. Those of contents and of lists leave out
// retransmissions; statistics and times are of all packets.
func (w *worker) extra(s *shard, f *flow, p *packet.Packet, side int, seg measure.Segment) {
	c := &w.set.Features
	if f.extra == 0 {
		f.extra, _ = s.extra.get()
		s.charge(true, int(unsafe.Sizeof(extra{})))
	}
	x := s.extra.at(f.extra)
	if c.Stats {
		x.addStats(p, side, seg)
	}
	x.times[side].add(p.Begun)
	x.times[side].add(p.Time)
	if c.L2 {
		x.l2[side].add(p)
	}
	if stale(seg) && !w.set.Retrans || w.level >= noContents {
		return
	}
	if p.Key.Proto() == packet.ProtoTCP && !p.Invalid {
		if c.Salt {
			x.salt.Add(side, p.Seq, p.Ack)
		}
		if c.PPI {
			x.ppi.Add(side, p)
		}
	}
	if c.IDP > 0 {
		x.idp.Add(side, p, c.IDP)
	}
	if p.PayloadLen > 0 {
		x.addPayload(c, &s.bins, side, p)
	}
	if held := x.size(); held != x.held {
		s.charge(true, held-x.held)
		x.held = held
	}
}

// addPayload gives the captured payload to the features of contents.
func (x *extra) addPayload(c *Features, bins *measure.Bins, side int, p *packet.Packet) {
	b := p.Captured()
	if c.Payload {
		x.payload.Add(side, b, payloadBytes)
	}
	if c.bytes() {
		x.bytes[side].Add(b, bins)
	}
	if c.WHT {
		x.wht[side].Add(b)
	}
	if c.HD > 0 && p.Key.Proto() == packet.ProtoTCP {
		x.hd.Add(side, b, c.HD)
	}
}

// size is the memory of what x has grown to.
func (x *extra) size() int {
	return x.bytes[0].Size() + x.bytes[1].Size() + x.payload.Size() + x.idp.Size() + x.salt.Size() + x.ppi.Size()
}

// dropExtra takes back what the features of a record know.
func (s *shard) dropExtra(f *flow) {
	if f.extra == 0 {
		return
	}
	x := s.extra.at(f.extra)
	s.charge(false, int(unsafe.Sizeof(extra{}))+x.held)
	for i := range x.bytes {
		x.bytes[i].Reset(&s.bins)
		x.wht[i].Reset()
	}
	x.held, x.times, x.seqs, x.shake, x.l2 = 0, [2]times{}, [2]measure.SequenceCounts{}, handshake{}, [2]l2{}
	x.stats.Reset()
	x.payload.Reset()
	x.idp.Reset()
	x.salt.Reset()
	x.ppi.Reset()
	x.hd.Reset()
	s.extra.free = append(s.extra.free, f.extra)
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

func (x *extra) addStats(p *packet.Packet, side int, seg measure.Segment) {
	x.stats.Add(side, p.Time, p.Length, p.Flags)
	if p.Key.Proto() == packet.ProtoTCP && !p.Invalid {
		x.seqs[side].Add(seg)
		x.shake.add(p)
	}
}
