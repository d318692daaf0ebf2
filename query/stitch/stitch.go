// Package stitch puts flows together again of which there are several records:
// what the active timeout has cut, and the two directions of unidirectional
// records.
package stitch

import (
	"bytes"
	"math"
	"slices"

	"joy/query/value"
)

// needs are the members of a record that stitching itself looks at.
var needs = []string{
	"sa", "da", "sp", "dp", "pr", "flow_id", "time_start", "time_end", "expire_type", "end_reason", "num_pkts_in", "num_pkts_out",
	"bytes_in", "bytes_out",
}

// Options say how records are stitched.
type Options struct {
	Memory int                    // bytes that records take that wait
	Keep   func(name []byte) bool // members that matter behind this; nil: all
}

// A Stitcher is given records in the order of a flow file. Those that are whole go
// on at once; others wait for the rest, on the time of the flows, and no longer
// than the file says that it can take.
type Stitcher struct {
	// Early counts flows that could not wait, for want of memory.
	Early uint64

	o      Options
	emit   func(*value.Record) error
	rules  rules
	clock  float64 // the latest time_end of this input
	flows  map[string]*flow
	oldest list
	size   int
	serial uint64
	key    []byte
}

// rules are what the head of a file says of its records.
type rules struct {
	bidir            bool    // records have both directions, where both were seen
	inactive, active float64 // timeouts in seconds
}

// The timeouts of Joy, in seconds.
const (
	joyInactive = 10
	joyActive   = 30
)

// gap is how long a flow may have been silent between two of its records: the
// inactive timeout, and as much for collectors that look at it late.
func (r *rules) gap() float64 { return 2 * r.inactive }

// patience is how long after the end of a record another one of the flow can come:
// it may begin after a gap, go on until the active timeout and be written after the
// inactive one.
func (r *rules) patience() float64 { return r.gap() + r.active + r.inactive + 5 }

// New returns a Stitcher that hands records to emit, each valid during the call.
func New(o Options, emit func(*value.Record) error) *Stitcher {
	s := &Stitcher{o: o, emit: emit, flows: map[string]*flow{}}
	s.oldest.init()
	s.Begin(nil)
	return s
}

// Begin says that another input begins, whose first line is head, if it has one of
// its own. Flows go on into it if their times fit.
func (s *Stitcher) Begin(head *value.Record) {
	s.clock = math.Inf(-1)
	s.rules = rules{inactive: joyInactive, active: joyActive}
	if head == nil {
		return
	}
	s.rules.bidir = number(head, "bidir", 0) != 0
	s.rules.inactive = number(head, "inactive_timeout", joyInactive)
	s.rules.active = number(head, "active_timeout", joyActive)
	if s.rules.inactive <= 0 { // never, which no stream can wait for
		s.rules.inactive = joyInactive
	}
	s.rules.active = max(s.rules.active, 0)
}

// number is a member as a float.
func number(r *value.Record, name string, otherwise float64) float64 {
	if n, ok := r.Get(name).Num(); ok && !math.IsInf(n.Float, 0) {
		return n.Float
	}
	return otherwise
}

// A piece is a record with what stitching sees in it.
type piece struct {
	record     *value.Record
	start, end float64
	both       bool // of both directions
	ended      bool // nothing of it follows
	cut        bool // something of it follows
	id         bool // flow_id tells what belongs together
}

// piece looks at a record; without a key it belongs to nothing.
func (s *Stitcher) piece(r *value.Record) (p piece, ok bool) {
	p.record = r
	start, ok1 := r.Get("time_start").Num()
	end, ok2 := r.Get("time_end").Num()
	if !ok1 || !ok2 || !s.makeKey(r) || math.IsInf(start.Float, 0) || math.IsInf(end.Float, 0) {
		return p, false
	}
	p.start, p.end = start.Float, end.Float
	p.id = r.Get("flow_id") != nil
	p.both = s.rules.bidir || r.Get("num_pkts_in") != nil || r.Get("bytes_in") != nil
	reason := r.Get("end_reason").Text()
	expire := r.Get("expire_type").Text()
	switch {
	case string(expire) == "a" || string(reason) == "active":
		p.cut = true
	case string(expire) == "i", string(reason) == "idle", string(reason) == "end of flow", string(reason) == "forced":
		p.ended = true
	}
	return p, true
}

// makeKey writes the key of a flow, the same for both directions.
func (s *Stitcher) makeKey(r *value.Record) bool {
	s.key = s.key[:0]
	if id := r.Get("flow_id"); id != nil {
		s.key = append(append(s.key, 'f'), id...)
		return true
	}
	sa, da, pr := r.Get("sa"), r.Get("da"), r.Get("pr")
	if sa == nil || da == nil || pr == nil {
		return false
	}
	sp, dp := r.Get("sp"), r.Get("dp")
	if c := bytes.Compare(sa, da); c > 0 || c == 0 && bytes.Compare(sp, dp) > 0 {
		sa, da, sp, dp = da, sa, dp, sp
	}
	for _, v := range []value.Value{sa, da, sp, dp, pr} {
		s.key = append(append(s.key, v...), ' ')
	}
	return true
}

// Add takes a record, which stays the caller's.
func (s *Stitcher) Add(r *value.Record) error {
	p, ok := s.piece(r)
	if !ok {
		return s.emit(r)
	}
	s.clock = max(s.clock, p.end)
	if err := s.expire(); err != nil {
		return err
	}
	f := s.find(&p)
	if f == nil {
		if p.both && p.ended {
			return s.emit(r)
		}
		return s.hold(&p)
	}
	size := f.take(&p, s.keep)
	s.size += size - f.size
	f.size = size
	s.oldest.moveBack(f)
	if f.complete() {
		s.remove(f)
		return s.emit(f.record)
	}
	return s.shrink()
}

// keep says which members are held: those that matter, what they are made of, and
// those of the other direction, which they may turn out to be.
func (s *Stitcher) keep(name []byte) bool {
	return s.o.Keep == nil || s.o.Keep(name) || slices.Contains(needs, string(name)) || s.o.Keep([]byte(opposite(string(name)))) ||
		slices.Contains(ofBytes, string(name)) && slices.ContainsFunc(ofBytes, func(f string) bool { return s.o.Keep([]byte(f)) })
}

// find returns the flow that a piece continues, of those with its key; nil: none.
func (s *Stitcher) find(p *piece) *flow {
	for f := s.flows[string(s.key)]; f != nil; f = f.older {
		if f.accepts(p, s.rules.gap()) {
			return f
		}
	}
	return nil
}

// hold begins a flow.
func (s *Stitcher) hold(p *piece) error {
	s.serial++
	f := &flow{key: string(s.key), serial: s.serial, start: p.start, end: p.end, directed: p.both}
	f.older = s.flows[f.key]
	s.flows[f.key] = f
	var bytes int
	f.record, bytes = p.record.Clone(s.keep)
	f.note(p, false)
	f.size = bytes + len(f.record.Members)*memberCost + flowCost
	s.size += f.size
	s.oldest.pushBack(f)
	return s.shrink()
}

// What takes memory beside the bytes of a record.
const (
	memberCost = 48
	flowCost   = 400
)

// expire lets flows go that nothing can follow any more.
func (s *Stitcher) expire() error {
	for f := s.oldest.front(); f != nil && f.end+s.rules.patience() < s.clock; f = s.oldest.front() {
		s.remove(f)
		if err := s.emit(f.record); err != nil {
			return err
		}
	}
	return nil
}

// shrink lets the oldest flows go until the others fit the memory.
func (s *Stitcher) shrink() error {
	for f := s.oldest.front(); f != nil && s.size > s.o.Memory; f = s.oldest.front() {
		s.remove(f)
		s.Early++
		if err := s.emit(f.record); err != nil {
			return err
		}
	}
	return nil
}

// remove forgets a flow.
func (s *Stitcher) remove(f *flow) {
	s.oldest.remove(f)
	s.size -= f.size
	first := s.flows[f.key]
	switch {
	case first != f:
		for first.older != f {
			first = first.older
		}
		first.older = f.older
	case f.older == nil:
		delete(s.flows, f.key)
	default:
		s.flows[f.key] = f.older
	}
}

// Flush lets all flows go, in the order in which they began.
func (s *Stitcher) Flush() error {
	var left []*flow
	for f := s.oldest.front(); f != nil; f = s.oldest.front() {
		s.remove(f)
		left = append(left, f)
	}
	slices.SortFunc(left, func(a, b *flow) int { return int(int64(a.serial - b.serial)) })
	for _, f := range left {
		if err := s.emit(f.record); err != nil {
			return err
		}
	}
	return nil
}
