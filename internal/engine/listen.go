package engine

import (
	"slices"
	"unsafe"

	"joy/feature"
	"joy/internal/flowtable"
	"joy/internal/reassembly"
	"joy/packet"
)

const (
	maxAttached  = 4       // protocols of a flow
	maxUndecided = 1 << 10 // bytes of a direction in which a protocol has to be recognised
	maxUnclaimed = 16      // datagrams of a flow that no protocol may want before none is looked for
	parserBytes  = 1 << 10 // what a parser is taken to need beside what it says it holds, for the bound of memory
	allModules   = 1<<64 - 1
)

// A listener follows the protocols of a flow.
type listener struct {
	held     int // bytes charged for it
	order    *ordered
	opener   uint8 // side that feature.Out stands for
	ports    [2]uint16
	ruled    [2]uint64 // modules that have said no, by direction
	heard    [2]bool   // the first bytes of a direction were looked at
	attached [maxAttached]attached
	n        uint8              // of attached
	tried    uint8              // datagrams that nobody wanted
	tied     bool               // a port broke a tie between protocols
	apps     [maxAttached]uint8 // modules that were attached, for all records of the flow
	nApps    uint8
}

// ordered puts the bytes of TCP in order, as long as somebody listens.
type ordered struct {
	streams [2]reassembly.Stream
	tails   [2]tail
}

// A tail is the bytes of a direction that nobody has used yet.
type tail struct {
	b    []byte
	time int64 // of the first
}

// attached is a parser at work, or one that is done.
type attached struct {
	parser feature.Parser
	module uint8
	live   bool
}

// listeners hands out listeners by number, from 1, and parsers by module.
type listeners struct {
	all     []*listener
	free    []uint32
	orders  []*ordered // not in use
	parsers [][]feature.Parser
}

func (x *listeners) get() (uint32, *listener) {
	if n := len(x.free); n > 0 {
		i := x.free[n-1]
		x.free = x.free[:n-1]
		return i, x.at(i)
	}
	x.all = append(x.all, new(listener))
	return uint32(len(x.all)), x.all[len(x.all)-1]
}

func (x *listeners) at(i uint32) *listener { return x.all[i-1] }

// getOrder gives a listener what it needs for TCP.
func (s *shard) getOrder(l *listener) {
	n := len(s.ears.orders)
	if n == 0 {
		l.order = new(ordered)
	} else {
		l.order = s.ears.orders[n-1]
		s.ears.orders = s.ears.orders[:n-1]
	}
	s.charge(true, int(unsafe.Sizeof(ordered{})))
}

// putOrder takes back what getOrder gave.
func (s *shard) putOrder(l *listener) {
	if l.order == nil {
		return
	}
	l.order.streams = [2]reassembly.Stream{}
	l.order.tails[0].drop()
	l.order.tails[1].drop()
	if len(s.ears.orders) < spareOrders {
		s.ears.orders = append(s.ears.orders, l.order)
	}
	l.order = nil
	s.charge(false, int(unsafe.Sizeof(ordered{})))
}

// touch loads what the next packet will need.
func (x *listeners) touch(n uint32) int64 { return int64(flowtable.Touch(x.at(n))) }

// An ear is where a worker is listening at present.
type ear struct {
	s    *shard
	f    *flow
	l    *listener
	side int
	time int64
	over feature.Transport
	give func(reassembly.Piece) // w.piece, made once
}

// listens reports whether any protocol is looked for.
func (s *settings) listens() bool { return len(s.Modules) > 0 }

// hear gives p to the protocols of its flow.
func (w *worker) hear(s *shard, f *flow, p *packet.Packet, side int) {
	over := transportOf(p)
	if w.set.over[over] == 0 || p.Invalid {
		return
	}
	if over == feature.TCP {
		w.hearSegment(s, f, p, side)
		return
	}
	b := p.Captured()
	if over == feature.ICMP || over == feature.ICMPv6 {
		b = p.Data[p.L4:p.End]
	}
	if len(b) == 0 {
		return
	}
	w.listen(s, f, p, side, over)
	defer w.rescueFlow()
	w.datagram(&feature.Chunk{Time: p.Time, Over: over, Dir: w.ear.dir(side), Bytes: b})
	w.settle()
}

func transportOf(p *packet.Packet) feature.Transport {
	switch p.Key.Proto() {
	case packet.ProtoTCP:
		return feature.TCP
	case packet.ProtoUDP:
		return feature.UDP
	case packet.ProtoICMP:
		return feature.ICMP
	case packet.ProtoICMPv6:
		return feature.ICMPv6
	}
	return 0
}

// hearSegment puts the segments of both sides in order. A listener begins with
// the first payload; what came before is told by the sequence numbers.
func (w *worker) hearSegment(s *shard, f *flow, p *packet.Packet, side int) {
	if f.ears == 0 && p.PayloadLen == 0 {
		return
	}
	w.listen(s, f, p, side, feature.TCP)
	defer w.rescueFlow()
	l := w.ear.l
	if other := &l.order.streams[side^1]; other.Waits() && p.Flags&packet.ACK != 0 {
		w.ear.side = side ^ 1
		other.Acked(p.Ack, &w.reassembled, w.ear.give)
		w.ear.side = side
	}
	if p.PayloadLen > 0 || p.Flags&(packet.SYN|packet.FIN) != 0 {
		sent := p.PayloadLen
		if p.Overstated {
			sent = uint32(len(p.Captured()))
		}
		l.order.streams[side].Add(p.Seq, p.Captured(), sent, p.Flags, &w.reassembled, w.ear.give)
	}
	w.settle()
}

// listen points the ear at a flow, which gets a listener if it has none.
func (w *worker) listen(s *shard, f *flow, p *packet.Packet, side int, over feature.Transport) {
	e := &w.ear
	e.s, e.f, e.side, e.time, e.over = s, f, side, p.Time, over
	if f.ears != 0 {
		e.l = s.ears.at(f.ears)
		return
	}
	f.ears, e.l = s.ears.get()
	e.l.opener = uint8(f.opener())
	e.l.ports = [2]uint16{p.Key.PortA(), p.Key.PortB()}
	e.l.ruled = [2]uint64{^w.set.over[over], ^w.set.over[over]}
	s.charge(true, int(unsafe.Sizeof(listener{})))
	if over != feature.TCP {
		return
	}
	s.getOrder(e.l)
	for side, q := range s.tcps.At(f.tcp).seqs {
		if base, ok := q.Base(); ok {
			e.l.order.streams[side].Start(base)
		}
	}
}

// dir is the direction that a side's packets have for the parsers.
func (e *ear) dir(side int) feature.Dir { return feature.Dir(side ^ int(e.l.opener)) }

// settle accounts for the memory of the listener, and stops listening when
// nobody is left who would, or when there is no memory for more: only a new
// flow makes room, and what flows hold may grow without one.
func (w *worker) settle() {
	e := &w.ear
	if e.l.over() {
		w.stopListening(e.s, e.f, e.l)
	}
	if e.s.account(e.l) > 0 && e.s.size() > w.set.maxBytes+w.set.maxBytes/4 {
		w.stats.Parsers++
		w.stopListening(e.s, e.f, e.l)
		e.s.account(e.l)
	}
}

// account charges the memory of what waits and of parsers, and returns by how
// many bytes it has grown.
func (s *shard) account(l *listener) (grown int) {
	grown = l.parsed() - l.held
	if o := l.order; o != nil {
		grown += len(o.tails[0].b) + len(o.tails[1].b) + o.streams[0].Held() + o.streams[1].Held()
	}
	if grown != 0 {
		s.charge(true, grown)
		l.held += grown
	}
	return grown
}

// parsed is the memory of the parsers. One that is done keeps what it found
// until the record is written.
func (l *listener) parsed() int {
	n := int(l.n) * parserBytes
	for i := range l.attached[:l.n] {
		if h, ok := l.attached[i].parser.(feature.Holder); ok {
			n += h.Held()
		}
	}
	return n
}

// over reports whether nothing can come of listening any more.
func (l *listener) over() bool {
	for i := range l.attached[:l.n] {
		if l.attached[i].live {
			return false
		}
	}
	return l.ruled[0]&l.ruled[1] == allModules
}

// stopListening frees what only those need who listen.
func (w *worker) stopListening(s *shard, f *flow, l *listener) {
	f.state |= deaf
	s.putOrder(l)
}

// usualTail is the memory of a tail that is kept for the next flow.
const usualTail = 4 << 10

func (t *tail) drop() {
	if cap(t.b) > usualTail {
		t.b = nil
	}
	t.b = t.b[:0]
}

// piece gives the next bytes of a TCP stream to the parser, or to those who
// might recognise them.
func (w *worker) piece(p reassembly.Piece) {
	l, d := w.ear.l, w.ear.dir(w.ear.side)
	if w.ear.f.state&deaf != 0 {
		return
	}
	c := feature.Chunk{Time: w.ear.time, Over: feature.TCP, Dir: d, Bytes: p.Bytes, Lost: p.Lost, EOF: p.EOF}
	t := &l.order.tails[d]
	if p.Lost > 0 {
		t.b = t.b[:0]
	}
	if len(t.b) > 0 {
		c.Bytes = append(t.b, p.Bytes...)
		t.b = c.Bytes[:0] // nobody else may see them while they are offered
	} else {
		t.time = c.Time
	}
	w.stream(&c)
	w.keep(t, c.Bytes)
}

// keep makes what is left of a chunk the tail.
func (w *worker) keep(t *tail, rest []byte) {
	if w.ear.f.state&deaf != 0 || len(rest) == 0 {
		t.b = t.b[:0]
		return
	}
	t.b = append(t.b[:0], rest...)
}

// stream offers c until nobody uses more of it. What is left is in c.Bytes.
func (w *worker) stream(c *feature.Chunk) {
	l := w.ear.l
	for {
		a := l.listening()
		if a != nil && !l.heard[c.Dir] {
			a = w.contradict(a, c)
		}
		if a == nil {
			if !w.recognise(c) {
				return
			}
			continue
		}
		switch w.data(a, c) {
		case feature.More:
			if keep := w.set.Modules[a.module].Keep; len(c.Bytes) > keep {
				w.stats.Parsers++
				w.done(a)
			}
			return
		case feature.Done:
			w.done(a)
			c.Bytes = nil
			return
		case feature.Reject:
			w.reject(l, a)
		case feature.Switch:
			a.live = false
			l.ruled = [2]uint64{^w.set.over[feature.TCP], ^w.set.over[feature.TCP]}
			w.earlier(c)
		}
		if len(c.Bytes) == 0 {
			return
		}
	}
}

// contradict looks at the first bytes of the direction that had not spoken when
// a parser was attached: if they are surely of another protocol, as of a server
// that does not speak the client's, that one is followed from here on. Bytes
// that are too few to tell are not kept back: the parser may need them before
// it sees what the other side answers, as PostgreSQL's does the one byte that
// agrees to TLS. Nor are they looked at again: the parser has used them then,
// and what it made of them could not be taken back.
func (w *worker) contradict(a *attached, c *feature.Chunk) *attached {
	l := w.ear.l
	l.heard[c.Dir] = true
	if w.set.Modules[a.module].Match(c) != feature.No {
		return a
	}
	ruled := l.ruled
	yes := w.guess(c, ^w.set.over[feature.TCP]|1<<a.module)
	l.ruled = ruled
	if yes == 0 {
		return a
	}
	a.live = false
	if !w.attach(w.choose(yes)) {
		return nil
	}
	l.heard = [2]bool{true, true} // the other direction had begun with the other protocol
	return l.listening()
}

// listening is the parser that gets the bytes of a stream, nil for none.
func (l *listener) listening() *attached {
	if l.n > 0 && l.attached[l.n-1].live {
		return &l.attached[l.n-1]
	}
	return nil
}

// data calls a parser and takes what it has used off the chunk. What a parser
// rejects is left for others.
func (w *worker) data(a *attached, c *feature.Chunk) (v feature.Verdict) {
	defer w.rescue(a, &v)
	var used int
	if used, v = a.parser.Data(c); v != feature.Reject {
		c.Bytes, c.Lost = c.Bytes[used:], 0
	}
	return v
}

// rescue costs a flow a parser that panics, and nothing more.
func (w *worker) rescue(a *attached, v *feature.Verdict) {
	if w.set.Panics {
		return // for tests
	}
	if r := recover(); r != nil {
		w.stats.Panics++
		a.parser = w.set.Modules[a.module].New(w.set.Parsers)
		*v = feature.Reject
	}
}

// rescueFlow costs a flow all that listens when a Match panics.
func (w *worker) rescueFlow() {
	if w.set.Panics {
		return // for tests
	}
	if r := recover(); r != nil {
		w.stats.Panics++
		l := w.ear.l
		for i := range l.attached[:l.n] {
			l.attached[i].live = false
		}
		w.stopListening(w.ear.s, w.ear.f, l)
	}
}

// done: the parser has all it wants, and no other protocol follows.
func (w *worker) done(a *attached) {
	a.live = false
	if w.ear.over == feature.TCP {
		w.ear.l.ruled = [2]uint64{allModules, allModules}
	}
}

// reject forgets a parser.
func (w *worker) reject(l *listener, a *attached) {
	module := a.module
	w.release(a)
	for i := range l.attached[:l.n] {
		if &l.attached[i] == a {
			copy(l.attached[i:], l.attached[i+1:l.n])
		}
	}
	l.n--
	l.attached[l.n] = attached{}
	if i := slices.Index(l.apps[:l.nApps], module); i >= 0 {
		copy(l.apps[i:], l.apps[i+1:l.nApps])
		l.nApps--
	}
	l.ruled[0] |= 1 << module
	l.ruled[1] |= 1 << module
}

func (w *worker) release(a *attached) {
	free := &w.pools.ears.parsers[a.module]
	if len(*free) < spareParsers {
		a.parser.Reset()
		*free = append(*free, a.parser)
	}
}

// spareOrders are kept for flows to come, with twice usualTail at most.
const spareOrders = 4096

// spareParsers are kept of a protocol for flows to come. A parser keeps the
// room that its largest flow took, up to 16 KiB or so, which nobody charges.
const spareParsers = 512

// recognise looks for the protocol of a stream in its first bytes. It reports
// whether it has attached one.
func (w *worker) recognise(c *feature.Chunk) bool {
	l := w.ear.l
	yes := w.guess(c, l.ruled[c.Dir])
	if yes != 0 {
		module := w.choose(yes)
		if !w.attach(module) {
			return false
		}
		l.heard[c.Dir] = true
		w.earlier(c)
		return l.listening() != nil
	}
	if len(c.Bytes) >= maxUndecided || c.EOF || c.Lost > 0 {
		l.ruled[c.Dir] = allModules
		c.Bytes = nil
	}
	return false
}

// guess asks all modules that are not ruled out. It returns those that say yes,
// and rules out those that say no.
func (w *worker) guess(c *feature.Chunk, ruled uint64) (yes uint64) {
	for i := range w.set.Modules {
		if ruled>>i&1 != 0 {
			continue
		}
		switch w.set.Modules[i].Match(c) {
		case feature.Yes:
			yes |= 1 << i
		case feature.No:
			w.ear.l.ruled[c.Dir] |= 1 << i
		}
	}
	return yes
}

// choose picks one of several modules: one of the ports, else the first.
func (w *worker) choose(yes uint64) int {
	first := -1
	for i := range w.set.Modules {
		if yes>>i&1 == 0 {
			continue
		}
		if first < 0 {
			first = i
		}
		for _, port := range w.set.Modules[i].Ports {
			if yes&(yes-1) != 0 && slices.Contains(w.ear.l.ports[:], port) {
				w.ear.l.tied = true
				return i
			}
		}
	}
	return first
}

// attach begins a parser for the flow.
func (w *worker) attach(module int) bool {
	l := w.ear.l
	if l.n == maxAttached {
		w.stats.Parsers++
		l.ruled = [2]uint64{allModules, allModules}
		return false
	}
	free := &w.pools.ears.parsers[module]
	var p feature.Parser
	if n := len(*free); n > 0 {
		p, *free = (*free)[n-1], (*free)[:n-1]
	} else {
		p = w.set.Modules[module].New(w.set.Parsers)
	}
	l.attached[l.n] = attached{parser: p, module: uint8(module), live: true}
	l.heard = [2]bool{}
	l.n++
	if l.nApps < maxAttached {
		l.apps[l.nApps] = uint8(module)
		l.nApps++
	}
	return true
}

// earlier offers what the other direction had said before.
func (w *worker) earlier(c *feature.Chunk) {
	l := w.ear.l
	t := &l.order.tails[c.Dir^1]
	if len(t.b) == 0 {
		return
	}
	other := feature.Chunk{Time: t.time, Over: c.Over, Dir: c.Dir ^ 1, Bytes: t.b}
	t.b = t.b[:0]
	w.stream(&other)
	w.keep(t, other.Bytes)
}

// datagram gives a datagram to the first who wants it and does not reject it.
// Each one that does is ruled out, which bounds the tries.
func (w *worker) datagram(c *feature.Chunk) {
	for w.offer(c) == feature.Reject {
	}
}

// offer gives a datagram to a parser at work that wants it, else to one that
// recognises it.
func (w *worker) offer(c *feature.Chunk) feature.Verdict {
	l := w.ear.l
	for i := int(l.n) - 1; i >= 0; i-- {
		a := &l.attached[i]
		if a.live && w.set.Modules[a.module].Match(c) != feature.No {
			return w.verdict(l, a, c)
		}
	}
	if l.tried == maxUnclaimed {
		l.ruled = [2]uint64{allModules, allModules}
		return feature.More
	}
	l.tried++
	var yes uint64
	for i := range w.set.Modules {
		if l.ruled[0]>>i&1 == 0 && w.set.Modules[i].Match(c) == feature.Yes {
			yes |= 1 << i
		}
	}
	if yes == 0 {
		return feature.More
	}
	module := w.choose(yes)
	if !w.attach(module) {
		return feature.More
	}
	l.ruled[0] |= 1 << module
	l.ruled[1] |= 1 << module
	return w.verdict(l, &l.attached[l.n-1], c)
}

func (w *worker) verdict(l *listener, a *attached, c *feature.Chunk) feature.Verdict {
	v := w.data(a, c)
	switch v {
	case feature.Done, feature.Switch:
		a.live = false
	case feature.Reject:
		w.reject(l, a)
	}
	return v
}

// flush gives the parsers what still waits, before a record is written.
func (w *worker) flush(s *shard, f *flow) {
	if f.ears == 0 || f.state&deaf != 0 || f.tcp == 0 {
		return
	}
	e := &w.ear
	e.s, e.f, e.l, e.time, e.over = s, f, s.ears.at(f.ears), f.last, feature.TCP
	defer w.rescueFlow()
	for side := range e.l.order.streams {
		e.side = side
		e.l.order.streams[side].Flush(&w.reassembled, e.give)
	}
}

// cutListener readies the parsers for the next record of the flow. Those that
// are done have nothing to tell any more.
func (w *worker) cutListener(s *shard, f *flow) {
	if f.ears == 0 {
		return
	}
	l := s.ears.at(f.ears)
	n := 0
	for i := range l.attached[:l.n] {
		a := &l.attached[i]
		if !a.live {
			w.release(a)
			continue
		}
		w.cutParser(a)
		l.attached[n] = *a
		n++
	}
	clear(l.attached[n:l.n])
	l.n = uint8(n)
	s.account(l)
}

func (w *worker) cutParser(a *attached) {
	var v feature.Verdict
	defer w.rescue(a, &v)
	a.parser.Cut()
}

// dropListener takes back what listens to a flow.
func (w *worker) dropListener(s *shard, f *flow) {
	if f.ears == 0 {
		return
	}
	l := s.ears.at(f.ears)
	for i := range l.attached[:l.n] {
		w.release(&l.attached[i])
	}
	s.putOrder(l)
	s.charge(false, int(unsafe.Sizeof(listener{}))+l.held)
	*l = listener{}
	s.ears.free = append(s.ears.free, f.ears)
	f.ears = 0
}

// fillProtocols has the parsers fill in the record.
func (w *worker) fillProtocols(s *shard, f *flow, out int, both bool) {
	if f.ears == 0 {
		return
	}
	l, r := s.ears.at(f.ears), &w.rec
	view := feature.Both
	switch {
	case both && f.pkts[out^1] > 0 && f.pkts[out] > 0:
	case out == int(l.opener):
		view = feature.OnlyOut
	default:
		view = feature.OnlyIn
	}
	for i := range l.attached[:l.n] {
		w.fillProtocol(&l.attached[i], view)
	}
	r.App = w.sure(l)
	if l.tied {
		r.AppBy = "port"
	} else if len(r.App) > 0 {
		r.AppBy = "content"
	}
}

// sure is the list of protocols without what a parser has yet to prove.
func (w *worker) sure(l *listener) []string {
	unproved := -1
	for i := range l.attached[:l.n] {
		m := &w.set.Modules[l.attached[i].module]
		if m.Unproved != nil && m.Unproved(l.attached[i].parser) {
			unproved = int(l.attached[i].module)
			break
		}
	}
	w.apps = w.apps[:0]
	for _, module := range l.apps[:l.nApps] {
		if int(module) != unproved {
			w.apps = append(w.apps, w.set.Modules[module].Key)
		}
	}
	return w.apps
}

func (w *worker) fillProtocol(a *attached, view feature.View) {
	var v feature.Verdict
	defer w.rescue(a, &v)
	w.set.Modules[a.module].Fill(&w.rec, a.parser, view)
}
