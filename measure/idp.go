package measure

import "joy/packet"

// IDP keeps the first bytes of the initial data packet of each direction: the
// IP packet, from its header on, that first carries payload. For TCP that is
// the segment that begins right behind the SYN (RFC 9293, section 3.4),
// whatever arrives before it; where no SYN was seen, the first segment with
// payload.
type IDP struct {
	side [2]idpSide
}

type idpSide struct {
	kept []byte
	next uint32 // sequence number behind the SYN
	syn  bool   // next is valid
	done bool
}

// Add looks at a packet of direction dir and keeps up to limit bytes of the
// right one. The packet is borrowed.
func (d *IDP) Add(dir int, p *packet.Packet, limit int) {
	s := &d.side[dir]
	if s.done || !s.initial(p) {
		return
	}
	s.done = true
	ip := p.Data[p.IP:p.End]
	s.kept = append(s.kept, ip[:min(len(ip), limit)]...)
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

// First is what was kept of a direction, empty when there was no such packet.
// It is valid until Reset.
func (d *IDP) First(dir int) []byte { return d.side[dir].kept }

// Size is the memory of what was kept, in bytes.
func (d *IDP) Size() int { return len(d.side[0].kept) + len(d.side[1].kept) }

// Reset forgets everything.
func (d *IDP) Reset() {
	for i := range d.side {
		d.side[i] = idpSide{kept: d.side[i].kept[:0]}
	}
}
