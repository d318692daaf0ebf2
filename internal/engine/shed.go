package engine

import "joy/packet"

// A level says what is left out because packets come faster than they can be
// handled. What is left out is counted; counters of flows that exist are kept
// right at every level.
type level uint8

const (
	all        level = iota
	noContents       // features of contents and protocols are left out
	noNewFlows       // and flows that would begin, too
	levels
)

// Load of a live source, in percent, at which a level begins and ends. They lie
// apart so that a level does not come and go with every batch.
var (
	risesAt = [levels]uint8{noContents: 50, noNewFlows: 80}
	fallsAt = [levels]uint8{noContents: 20, noNewFlows: 50}
)

// at is the level that follows from a load.
func (l level) at(load uint8) level {
	for l+1 < levels && load >= risesAt[l+1] {
		l++
	}
	for l > all && load < fallsAt[l] {
		l--
	}
	return l
}

// shedFlow counts a packet of a flow that is not begun.
func (w *worker) shedFlow(p *packet.Packet) {
	w.stats.Shed++
	w.stats.ShedSize += uint64(p.PayloadLen)
}

// shedContents counts a packet whose contents are not looked at. Who listened
// to the flow would not know what is missing, and stops.
func (w *worker) shedContents(s *shard, f *flow) {
	w.stats.Plain++
	s.rare(f).plain++
	if f.ears != 0 && f.state&deaf == 0 {
		l := s.ears.at(f.ears)
		w.stopListening(s, f, l)
		s.account(l)
	}
	f.state |= deaf
}
