package measure

import (
	"math"

	"joy/packet"
)

// IDP keeps the first bytes of the initial data packet of each direction: the
// IP packet, from its header on, that first carries payload. For TCP that is
// the segment that begins right behind the SYN (RFC 9293, section 3.4),
// whatever arrives before it; where no SYN was seen, the first segment with
// payload.
type IDP struct {
	kept firsts
	side [2]idpSide
}

type idpSide struct {
	next uint32 // sequence number behind the SYN
	syn  bool   // next is valid
	done bool
}

// Add looks at a packet of direction dir and keeps up to limit bytes of the
// right one, 65,535 at most. The packet is borrowed.
func (d *IDP) Add(s *Blocks, dir int, p *packet.Packet, limit int) {
	side := &d.side[dir]
	if side.done || !side.initial(p) {
		return
	}
	side.done = true
	ip := p.Data[p.IP:p.End]
	d.kept.keep(s, dir, ip[:min(len(ip), limit, math.MaxUint16)])
}

// initial reports whether p is the initial data packet.
func (s *idpSide) initial(p *packet.Packet) bool {
	if p.Key.Proto() != packet.ProtoTCP || p.Invalid {
		return p.PayloadLen > 0
	}
	if p.Flags&packet.SYN != 0 {
		s.next, s.syn = p.Seq+1, true
		return p.PayloadLen > 0
	}
	return p.PayloadLen > 0 && (!s.syn || p.Seq == s.next)
}

// First appends what was kept of a direction, nothing when there was no such
// packet.
func (d *IDP) First(dst []byte, s *Blocks, dir int) []byte { return d.kept.appendTo(dst, s, dir) }

// Size is the memory of what was kept, in bytes.
func (d *IDP) Size() int { return d.kept.list.Size() }

// Reset forgets everything.
func (d *IDP) Reset(s *Blocks) {
	d.kept.list.Drop(s)
	*d = IDP{}
}
