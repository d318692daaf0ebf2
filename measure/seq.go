package measure

const (
	maxGaps = 8
	// maxWindow is more than any TCP window (RFC 7323, section 2.3). Segments
	// further away than that are of another connection, or damaged.
	maxWindow  = 1 << 30
	maxSegment = 1 << 29
)

// Sequence accounts for the TCP sequence numbers of one direction (RFC 9293,
// section 3.4; numbers are compared modulo 2^32): which payload bytes are new,
// and which are missing. SYN and FIN take a number each and are no bytes.
//
// Where no SYN was seen, bytes before the first segment are new as well when
// they come. At most 8 gaps are remembered; when a ninth opens, or one falls
// behind by more than 1 GiB, the lowest is forgotten, and its bytes count as
// seen.
//
// It holds no pointers: every flow has two, and few have gaps. Those are kept
// in Gaps, always the same ones for a Sequence.
type Sequence struct {
	base uint32 // the number behind the SYN; without one the lowest number seen
	next uint32 // the number behind the highest one seen
	rest uint32 // number of the list of gaps, 0 for none; above it started and open
}

// Bits of Sequence.rest.
const (
	started  = 1 << 31
	open     = 1 << 30 // numbers below base can still be new
	listMask = open - 1
)

func (s *Sequence) started() bool { return s.rest&started != 0 }
func (s *Sequence) open() bool    { return s.rest&open != 0 }
func (s *Sequence) list() uint32  { return s.rest & listMask }

// Gaps keeps the lists of gaps for the flows of one worker. The zero value is
// ready.
type Gaps struct {
	lists []gapList // the first one is not used
	free  []uint32
}

// A gapList holds the parts of the sequence space that are missing, lowest
// first.
type gapList struct {
	n    int
	span [maxGaps]span
}

// GapBytes is the memory of a Sequence with gaps in its Gaps.
const GapBytes = 8 + 8*maxGaps

// A span is the numbers from lo up to, and without, hi.
type span struct{ lo, hi uint32 }

// A Segment says what a TCP segment brought.
type Segment struct {
	Fresh      uint32 // payload bytes not seen before
	Old        uint32 // payload bytes seen before
	Opened     uint8  // gaps that it opened
	Forgotten  uint8  // gaps that were forgotten
	Gap        bool   // it begins behind the expected number
	OutOfOrder bool   // it brings bytes that were missing before later ones
	KeepAlive  bool   // no or one byte right before the expected number
	Jump       bool   // it is further than any window from all before: the accounting began anew
}

// Retransmission reports whether all of its payload had been seen.
func (g Segment) Retransmission() bool { return g.Fresh == 0 && g.Old > 0 && !g.KeepAlive }

// Odd reports whether there is anything for SequenceCounts to count, which few
// segments have.
func (g Segment) Odd() bool {
	return g.Old > 0 || g.Opened > 0 || g.Forgotten > 0 || g.OutOfOrder || g.Jump
}

// Overlap reports whether a part of its payload had been seen.
func (g Segment) Overlap() bool { return g.Fresh > 0 && g.Old > 0 }

// SequenceCounts sum up the Segments of one direction.
type SequenceCounts struct {
	RetransPackets uint64 // segments that were retransmissions
	RetransBytes   uint64 // payload bytes seen before, keep-alives left out
	OutOfOrder     uint64 // segments that filled a gap, in part at least
	Gaps           uint64 // gaps that segments opened
	Forgotten      uint64 // gaps that were forgotten
	Jumps          uint64 // times that the accounting began anew without a SYN
}

// Add counts g.
func (c *SequenceCounts) Add(g Segment) {
	if g.Retransmission() {
		c.RetransPackets++
	}
	if !g.KeepAlive {
		c.RetransBytes += uint64(g.Old)
	}
	if g.OutOfOrder {
		c.OutOfOrder++
	}
	if g.Jump {
		c.Jumps++
	}
	c.Gaps += uint64(g.Opened)
	c.Forgotten += uint64(g.Forgotten)
}

// Add accounts for a segment with sequence number seq, n bytes of payload on
// the wire and the flags SYN and FIN. A SYN with another number than the one
// before starts anew.
func (s *Sequence) Add(gaps *Gaps, seq uint32, n int, syn, fin bool) (g Segment) {
	length := uint32(min(max(n, 0), maxSegment))
	if seq == s.next && !syn && !fin && (s.rest == started || s.rest == started|open && s.next-s.base < maxWindow-maxSegment) {
		s.next += length
		g.Fresh = length
		return g
	}
	if syn {
		seq++
		if !s.started() || seq != s.base {
			s.begin(gaps, &g, seq, false)
		}
		s.rest &^= open
	}
	if length == 0 && !fin {
		g.KeepAlive = s.started() && !syn && seq == s.next-1
		return g
	}
	if !s.started() {
		s.begin(gaps, &g, seq, true)
	}
	if away := int32(seq - s.next); away > maxWindow || away < -maxWindow {
		s.begin(gaps, &g, seq, true)
		g.Jump = true
	}
	if length == 1 && !syn && !fin && seq == s.next-1 {
		g.Old, g.KeepAlive = 1, true
		return g
	}
	s.insert(gaps, &g, seq, seq+length)
	g.Old = length - g.Fresh
	if fin {
		payload := g.Fresh
		s.insert(gaps, &g, seq+length, seq+length+1)
		g.Fresh = payload
	}
	return g
}

// begin starts the accounting anew at base; below says that numbers below it
// can be new.
func (s *Sequence) begin(gaps *Gaps, g *Segment, base uint32, below bool) {
	if s.HasGaps() {
		g.Forgotten += uint8(gaps.lists[s.list()].n)
		s.Drop(gaps)
	}
	s.base, s.next, s.rest = base, base, started
	if below {
		s.rest |= open
	}
}

// insert notes the numbers from lo up to hi as seen, and adds to g.Fresh how
// many were not.
func (s *Sequence) insert(gaps *Gaps, g *Segment, lo, hi uint32) {
	if lo == hi {
		return
	}
	ahead := int32(lo - s.next)
	if ahead > 0 {
		g.Opened++
		g.Gap = true
		s.ensure(gaps).keep(g, span{s.next, lo})
	}
	if ahead < 0 {
		late := s.fill(gaps, g, lo, hi)
		g.Fresh += late
		g.OutOfOrder = g.OutOfOrder || late > 0
	}
	if more := int32(hi - s.next); more > 0 {
		g.Fresh += min(uint32(more), hi-lo)
		s.next = hi
		s.forgetFar(gaps, g)
	}
}

// fill takes lo up to hi out of the gaps, and lowers the base where that can
// be. It returns how many numbers were not seen.
func (s *Sequence) fill(gaps *Gaps, g *Segment, lo, hi uint32) (late uint32) {
	if s.HasGaps() {
		late = gaps.lists[s.list()].fill(g, span{lo, hi})
		s.release(gaps)
	}
	if !s.below(lo) {
		return late
	}
	top := earlier(hi, s.base)
	late += top - lo
	if top != s.base {
		s.ensure(gaps).lowest(g, span{top, s.base})
	}
	s.base = lo
	s.forgetFar(gaps, g)
	return late
}

// below reports whether a number is before all that were seen, and new.
func (s *Sequence) below(seq uint32) bool { return s.open() && int32(seq-s.base) < 0 }

// forgetFar forgets what is too far behind for numbers modulo 2^32.
func (s *Sequence) forgetFar(gaps *Gaps, g *Segment) {
	if s.next-s.base > maxWindow {
		s.rest &^= open
	}
	if !s.HasGaps() {
		return
	}
	for l := &gaps.lists[s.list()]; l.n > 0 && s.next-l.span[0].lo > maxWindow; {
		l.forget(g)
	}
	s.release(gaps)
}

// Base is the number of the first payload byte, as far as is known; false
// before any was seen.
func (s *Sequence) Base() (uint32, bool) { return s.base, s.started() }

// HasGaps reports whether a list of Gaps is in use.
func (s *Sequence) HasGaps() bool { return s.list() != 0 }

// Missing is the number of bytes in the remembered gaps.
func (s *Sequence) Missing(gaps *Gaps) (n uint64) {
	if !s.HasGaps() {
		return 0
	}
	l := &gaps.lists[s.list()]
	for _, p := range l.span[:l.n] {
		n += uint64(p.hi - p.lo)
	}
	return n
}

// Drop forgets the gaps and gives their list back.
func (s *Sequence) Drop(gaps *Gaps) {
	if s.HasGaps() {
		gaps.free = append(gaps.free, s.list())
		s.rest &^= listMask
	}
}

// release drops a list with nothing in it.
func (s *Sequence) release(gaps *Gaps) {
	if gaps.lists[s.list()].n == 0 {
		s.Drop(gaps)
	}
}

// ensure is the list of s, made if there was none.
func (s *Sequence) ensure(gaps *Gaps) *gapList {
	if !s.HasGaps() {
		s.rest |= gaps.take()
	}
	return &gaps.lists[s.list()]
}

// take returns the number of an empty list.
func (gs *Gaps) take() uint32 {
	if n := len(gs.free); n > 0 {
		i := gs.free[n-1]
		gs.free = gs.free[:n-1]
		gs.lists[i].n = 0
		return i
	}
	if len(gs.lists) == 0 {
		gs.lists = append(gs.lists, gapList{})
	}
	gs.lists = append(gs.lists, gapList{})
	return uint32(len(gs.lists) - 1)
}

// lowest adds a gap below all others.
func (l *gapList) lowest(g *Segment, p span) {
	g.Opened++
	if l.n == maxGaps {
		g.Forgotten++
		return
	}
	copy(l.span[1:], l.span[:l.n])
	l.span[0] = p
	l.n++
}

// fill takes p out of the gaps and returns how many numbers were missing
// there.
func (l *gapList) fill(g *Segment, p span) (filled uint32) {
	before, n := l.span, l.n
	l.n = 0
	for _, gap := range before[:n] {
		from, to := later(gap.lo, p.lo), earlier(gap.hi, p.hi)
		if int32(to-from) <= 0 {
			l.keep(g, gap)
			continue
		}
		filled += to - from
		l.keep(g, span{gap.lo, from})
		l.keep(g, span{to, gap.hi})
	}
	return filled
}

// keep appends a gap unless it is empty.
func (l *gapList) keep(g *Segment, p span) {
	if p.lo == p.hi {
		return
	}
	if l.n == maxGaps {
		l.forget(g)
	}
	l.span[l.n] = p
	l.n++
}

// forget drops the lowest gap.
func (l *gapList) forget(g *Segment) {
	l.n = copy(l.span[:], l.span[1:l.n])
	g.Forgotten++
}

// later and earlier compare sequence numbers modulo 2^32.
func later(a, b uint32) uint32 {
	if int32(a-b) > 0 {
		return a
	}
	return b
}

func earlier(a, b uint32) uint32 {
	if int32(a-b) < 0 {
		return a
	}
	return b
}
