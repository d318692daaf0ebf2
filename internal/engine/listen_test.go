package engine

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"joy/capture"
	"joy/feature"
	"joy/internal/flowtable"
	"joy/packet"
	"joy/record"
)

// A script is a protocol for tests: its messages begin with its name and end
// with a dot, and say what the parser answers: '!' Done, '>' Switch, '-'
// Reject, '#' panic, all others More.
type script struct {
	log *[]string // of all its parsers
	m   *feature.Module
}

// newScript makes a protocol of one letter. It recognises two of them.
func newScript(name byte, over feature.Transport, log *[]string) record.Binding {
	s := &script{log: log}
	s.m = &feature.Module{Key: string(name), Doc: "Test", Over: over, Keep: 64}
	s.m.Match = func(c *feature.Chunk) feature.Guess {
		want := []byte{name, name}
		switch n := min(len(c.Bytes), 2); {
		case !bytes.Equal(c.Bytes[:n], want[:n]):
			return feature.No
		case n == 2:
			return feature.Yes
		}
		return feature.Maybe
	}
	s.m.New = func(*feature.Settings) feature.Parser { return &scripted{script: s} }
	return record.Binding{Module: s.m, Fill: func(_ *record.Record, p feature.Parser, v feature.View) { p.(*scripted).fill(v) }}
}

type scripted struct {
	*script
	got [2]string
}

func (p *scripted) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if c.Lost > 0 {
		p.got[c.Dir] += fmt.Sprintf("[%d]", c.Lost)
	}
	for {
		n := bytes.IndexByte(c.Bytes[used:], '.') + 1
		if n == 0 {
			break
		}
		message := string(c.Bytes[used : used+n])
		used += n
		p.got[c.Dir] += message
		switch {
		case strings.Contains(message, "!"):
			return used, feature.Done
		case strings.Contains(message, ">"):
			return used, feature.Switch
		case strings.Contains(message, "-"):
			return used, feature.Reject
		case strings.Contains(message, "#"):
			panic("as asked for")
		}
	}
	if c.EOF {
		p.got[c.Dir] += "$"
	}
	return used, feature.More
}

func (p *scripted) fill(v feature.View) {
	line := p.m.Key + ":"
	for d, name := range []string{" ", " < "} {
		if v.Has(feature.Dir(d)) && p.got[d] != "" {
			line += name + p.got[d]
		}
	}
	if strings.Contains(line, "?") {
		panic("as asked for")
	}
	*p.log = append(*p.log, line)
}

func (p *scripted) Cut() {
	if strings.Contains(p.got[0], "%") {
		panic("as asked for")
	}
	p.got = [2]string{}
}

func (p *scripted) Reset() { p.got = [2]string{} }

// Held implements feature.Holder.
func (p *scripted) Held() int { return len(p.got[0]) + len(p.got[1]) }

// said is a TCP packet of the client or, with "<" in front, of the server; the
// numbers begin behind the SYNs at 1.
func said(at int64, seq uint32, text string) pkt {
	p := pkt{at: at * ms, src: "10.0.0.1", dst: "10.0.0.2", sp: 4000, dp: 80, flags: packet.ACK, seq: seq}
	if back, ok := strings.CutPrefix(text, "<"); ok {
		p.src, p.dst, p.sp, p.dp, text = p.dst, p.src, p.dp, p.sp, back
	}
	if rest, ok := strings.CutSuffix(text, "$"); ok {
		p.flags, text = p.flags|packet.FIN, rest
	}
	p.payload = text
	return p
}

// opened puts the handshake in front.
func opened(ps ...pkt) []pkt {
	first, second := said(0, 0, ""), said(1, 0, "<")
	first.flags, second.flags = packet.SYN, packet.SYN|packet.ACK
	return append([]pkt{first, second}, ps...)
}

// heard runs packets through an engine with the protocols A and B over TCP, and
// U and V over UDP.
func heard(t *testing.T, set func(*Config), ps []pkt) ([]string, Counts) {
	t.Helper()
	var log []string
	c := usual()
	c.Panics = true
	for _, name := range []byte("AB") {
		c.Modules = append(c.Modules, newScript(name, feature.TCP, &log))
	}
	for _, name := range []byte("UV") {
		c.Modules = append(c.Modules, newScript(name, feature.UDP, &log))
	}
	c.Parsers = new(feature.Settings)
	if set != nil {
		set(&c)
	}
	_, counts := runLines(t, c, &frames{inputs: [][]capture.Frame{build(ps)}})
	return log, counts
}

func TestStreams(t *testing.T) {
	for _, tt := range []struct {
		name string
		ps   []pkt
		want []string
	}{
		{"in order", opened(said(2, 1, "AA1."), said(3, 1, "<b."), said(4, 5, "c.")), []string{"A: AA1.c. < b."}},
		{"not in order", opened(said(2, 5, "c."), said(3, 1, "AA1.")), []string{"A: AA1.c."}},
		{"sent twice", opened(said(2, 1, "AA1."), said(3, 1, "AX1."), said(4, 3, "1.c.")), []string{"A: AA1.c."}},
		{"match in pieces", opened(said(2, 1, "A"), said(3, 2, "A1"), said(4, 4, ".")), []string{"A: AA1."}},
		{"a gap", opened(said(2, 1, "AA1."), said(3, 25, "c.")), []string{"A: AA1.[20]c."}},
		{"a gap within a message", opened(said(2, 1, "AA1.ha"), said(3, 20, "c.")), []string{"A: AA1.[13]c."}},
		{"a gap that was acknowledged", opened(said(2, 1, "AA1."), said(3, 25, "c."), acked(said(4, 1, "<d."), 27), said(5, 5, "late.")), []string{"A: AA1.[20]c. < d."}},
		{"a gap before anything", opened(said(2, 21, "c."), said(3, 23, "AA.")), nil},
		{"server first", opened(said(2, 1, "<AA1."), said(3, 1, "x.")), []string{"A: x. < AA1."}},
		{"server first, client before it is known", opened(said(2, 1, "x."), said(3, 1, "<A"), said(4, 2, "<A.")), []string{"A: x. < AA."}},
		{"no handshake", []pkt{said(2, 77, "AA1."), said(3, 99, "<b.")}, []string{"A: AA1. < b."}},
		{"end", opened(said(2, 1, "AA1.$"), said(3, 1, "<b.$")), []string{"A: AA1.$ < b.$"}},
		{"end behind a gap", opened(said(2, 1, "AA1."), said(3, 15, "c.$")), []string{"A: AA1.[10]c.$"}},
		{"switch", opened(said(2, 1, "AA>.BB1."), said(3, 1, "<y.")), []string{"A: AA>.", "B: BB1. < y."}},
		{"switch, the other side was faster", opened(said(2, 1, "<a.BB"), said(3, 1, "AA>."), said(4, 5, "x."), said(5, 5, "<2.")), []string{"A: AA>. < a.", "B: x. < BB2."}},
		{"switch four times", opened(said(2, 1, "AA>.BB>.AA>.BB>.AA1.")), []string{"A: AA>.", "B: BB>.", "A: AA>.", "B: BB>."}},
		{"reject", opened(said(2, 1, "AA-.BB1.")), nil},
		{"done, and then nothing", opened(said(2, 1, "AA!.BB1."), said(3, 9, "BB."), said(4, 1, "<BB.")), []string{"A: AA!."}},
		{"unclaimed", opened(said(2, 1, "XX"), said(3, 3, "AA")), nil},
		{"more unused than kept", opened(said(2, 1, "AA1."), said(3, 5, strings.Repeat("x", 65)), said(4, 70, ".c.")), []string{"A: AA1."}},
		{"as much unused as kept", opened(said(2, 1, "AA1."), said(3, 5, strings.Repeat("x", 64)), said(4, 69, ".")), []string{"A: AA1." + strings.Repeat("x", 64) + "."}},
		{"the server contradicts", opened(said(2, 1, "AA1."), said(3, 1, "<BB1."), said(4, 5, "c."), said(5, 5, "<AA.")), []string{"A: AA1.", "B: c. < BB1.AA."}},
		{"the first byte of the server comes alone", opened(said(2, 1, "AA1."), said(3, 1, "<A"), said(4, 5, "c."), said(5, 2, "<A1.")), []string{"A: AA1.c. < AA1."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := heard(t, nil, tt.ps); !slices.Equal(got, tt.want) {
				t.Errorf("%q, not %q", got, tt.want)
			}
		})
	}
}

func acked(p pkt, n uint32) pkt {
	p.ack = n
	return p
}

// datagram is one of UDP.
func datagram(at int64, text string) pkt {
	p := said(at, 0, text)
	p.proto = packet.ProtoUDP
	return p
}

func TestDatagrams(t *testing.T) {
	var stray []pkt
	for i := range int64(maxUnclaimed) {
		stray = append(stray, datagram(i, "x."))
	}
	for _, tt := range []struct {
		name string
		ps   []pkt
		want []string
	}{
		{"two protocols in one flow", []pkt{datagram(1, "UU1."), datagram(2, "VV1."), datagram(3, "<UU2."), datagram(4, "VV2.")}, []string{"U: UU1. < UU2.", "V: VV1.VV2."}},
		{"done, then another", []pkt{datagram(1, "UU!."), datagram(2, "UU2."), datagram(3, "VV1.")}, []string{"U: UU!.", "V: VV1."}},
		{"a late one", append(slices.Clone(stray[1:]), datagram(99, "UU1.")), []string{"U: UU1."}},
		{"too many that nobody wants", append(slices.Clone(stray), datagram(99, "UU1.")), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := heard(t, nil, tt.ps); !slices.Equal(got, tt.want) {
				t.Errorf("%q, not %q", got, tt.want)
			}
		})
	}
}

// A datagram that may be of a protocol is so in a flow of it alone.
func TestMaybeOfADatagram(t *testing.T) {
	maybe := func(c *Config) {
		m := *c.Modules[2].Module
		match := m.Match
		m.Match = func(c *feature.Chunk) feature.Guess {
			if bytes.HasPrefix(c.Bytes, []byte("m")) {
				return feature.Maybe
			}
			return match(c)
		}
		c.Modules[2].Module = &m
	}
	if got, _ := heard(t, maybe, []pkt{datagram(1, "m1."), datagram(2, "UU2."), datagram(3, "m3.")}); !slices.Equal(got, []string{"U: UU2.m3."}) {
		t.Errorf("%q", got)
	}
	if got, _ := heard(t, maybe, []pkt{datagram(1, "m1.")}); got != nil {
		t.Errorf("%q", got)
	}
}

// A protocol that takes a datagram for its own and then rejects it leaves it to
// the others.
func TestRejectedIsOfferedAgain(t *testing.T) {
	rejects := func(c *Config) {
		m := *c.Modules[2].Module
		m.Key, m.New = "R", func(*feature.Settings) feature.Parser { return rejecting{} }
		first := record.Binding{Module: &m, Fill: func(*record.Record, feature.Parser, feature.View) {}}
		n := *c.Modules[0].Module
		n.Key, n.New = "R", m.New
		second := record.Binding{Module: &n, Fill: first.Fill}
		c.Modules = append([]record.Binding{first, second}, c.Modules...)
	}
	if got, _ := heard(t, rejects, []pkt{datagram(1, "UU1.")}); !slices.Equal(got, []string{"U: UU1."}) {
		t.Errorf("datagram: %q", got)
	}
	if got, _ := heard(t, rejects, opened(said(1, 1, "AA1."))); !slices.Equal(got, []string{"A: AA1."}) {
		t.Errorf("stream: %q", got)
	}
}

type rejecting struct{}

func (rejecting) Data(c *feature.Chunk) (int, feature.Verdict) { return len(c.Bytes), feature.Reject }
func (rejecting) Cut()                                         {}
func (rejecting) Reset()                                       {}

// A parser that panics costs its flow this protocol, and nothing more.
func TestPanicsAreCounted(t *testing.T) {
	calm := func(c *Config) { c.Panics = false }
	for _, tt := range []struct {
		name   string
		ps     []pkt
		want   []string
		panics uint64
	}{
		{"data", opened(said(2, 1, "AA#."), said(3, 5, "AA.")), nil, 1},
		{"info", opened(said(2, 1, "AA?.")), nil, 1},
		{"cut", opened(said(2, 1, "AA%."), said(40_000, 5, "b.")), []string{"A: AA%.", "A: b."}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fine := said(5, 1, "BB1.")
			fine.src, fine.sp = "10.0.0.9", 5
			keepAlive := func(c *Config) { calm(c); c.Idle = 100 * second }
			got, counts := heard(t, keepAlive, append(tt.ps, fine))
			i := slices.Index(got, "B: BB1.")
			if i < 0 || counts.Panics != tt.panics {
				t.Fatalf("%q, %d panics", got, counts.Panics)
			}
			if got = slices.Delete(got, i, i+1); !slices.Equal(got, tt.want) {
				t.Errorf("%q, not %q", got, tt.want)
			}
		})
	}
}

// The same of one that panics as it is asked.
func TestPanicInMatch(t *testing.T) {
	faulty := func(c *Config) {
		c.Panics = false
		m := feature.Module{Key: "F", Over: feature.TCP | feature.UDP}
		m.Match = func(c *feature.Chunk) feature.Guess {
			if bytes.HasPrefix(c.Bytes, []byte("XX")) {
				panic("as asked for")
			}
			return feature.No
		}
		c.Modules = append([]record.Binding{{Module: &m}}, c.Modules...)
	}
	other := said(4, 1, "BB1.")
	other.sp = 7
	got, counts := heard(t, faulty, []pkt{said(2, 1, "XX"), said(3, 3, "AA1."), other, datagram(5, "XX"), datagram(6, "UU1.")})
	if !slices.Equal(got, []string{"B: BB1."}) || counts.Panics != 2 {
		t.Errorf("%q, %d panics", got, counts.Panics)
	}
}

// What was reported at the active timeout is not reported again; what waits in
// the stream is not lost.
func TestActiveTimeout(t *testing.T) {
	long := func(c *Config) { c.Idle = 100 * second }
	got, _ := heard(t, long, opened(said(2, 1, "AA1.ha"), said(40_000, 7, "lf.c."), said(40_001, 1, "<d.")))
	if want := []string{"A: AA1.", "A: half.c. < d."}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
	got, _ = heard(t, long, opened(said(2, 1, "AA!."), said(40_000, 5, "c.")))
	if want := []string{"A: AA!."}; !slices.Equal(got, want) {
		t.Errorf("done: %q, not %q", got, want)
	}
}

func TestOneRecordADirection(t *testing.T) {
	single := func(c *Config) { c.Bidir = false }
	got, _ := heard(t, single, opened(said(2, 1, "AA1."), said(3, 1, "<b.")))
	if want := []string{"A: AA1.", "A: < b."}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}

// The port that breaks a tie is the one of the flow, also when what waited for
// a missing segment is only looked at as the flow ends.
func TestTieAtTheEnd(t *testing.T) {
	waiting := said(2, 21, "AA.")
	waiting.dp = 8080
	begin := said(0, 0, "")
	begin.dp, begin.flags = 8080, packet.SYN
	other := said(3, 1, "x")
	other.src, other.sp, other.dp = "10.0.0.3", 1, 2
	c := usual()
	var log []string
	first := newScript('A', feature.TCP, &log)
	second := *first.Module
	second.Key, second.Ports = "P", []uint16{8080}
	c.Modules = []record.Binding{first, {Module: &second, Fill: first.Fill}}
	text, _ := runLines(t, c, &frames{inputs: [][]capture.Frame{build([]pkt{begin, waiting, other})}})
	if !strings.Contains(text, `"app":["P"],"app_by":"port"`) {
		t.Errorf("%s", text)
	}
}

// An ICMP message of eight bytes is heard as well.
func TestShortICMP(t *testing.T) {
	c, n := usual(), 0
	count := func(c *feature.Chunk) feature.Guess { n += len(c.Bytes); return feature.No }
	c.Modules = []record.Binding{{Module: &feature.Module{Key: "I", Over: feature.ICMP, Match: count}}}
	ping := pkt{src: "10.0.0.1", dst: "10.0.0.2", proto: packet.ProtoICMP, sp: 10}
	runLines(t, c, source(ping))
	if n != 8 {
		t.Errorf("%d bytes", n)
	}
}

// Memory for what waits is bounded for all flows, not only for each.
func TestWaitingIsWithinMaxMemory(t *testing.T) {
	var log []string
	c := usual()
	c.MaxMemory, c.MaxFlows = 1<<20, 1000
	c.Modules = []record.Binding{newScript('A', feature.TCP, &log)}
	set := settle(c)
	d := newDealer(set, nil)
	w := makeWorkers(set, new(flowtable.Seed))[0]
	w.give = func(c *chunk) *chunk { c.clear(); return c }
	var ps []packet.Packet
	most := 0
	for n := range 60 {
		for i := range 50 {
			p := said(int64(n), 1, "AA1.")
			if n > 0 {
				p = said(int64(n), 1+uint32(n)*1000, strings.Repeat("x", 900)) // behind a gap
			}
			p.sp = uint16(i + 1)
			f := p.frame()
			ps, _ = d.frame(ps[:0], &f)
			w.run(ps, nil)
			most = max(most, w.own[0].size())
		}
	}
	if most > set.maxBytes*3/2 {
		t.Errorf("%d bytes, with a bound of %d", most, set.maxBytes)
	}
}

// So is what parsers keep, also when no new flow makes room.
func TestParsersAreWithinMaxMemory(t *testing.T) {
	const limit = 1 << 20
	for name, flows := range map[string]int{"few flows": 50, "more flows": 400} {
		t.Run(name, func(t *testing.T) {
			var log []string
			c := usual()
			c.MaxMemory = limit
			c.Modules = []record.Binding{newScript('A', feature.TCP, &log)}
			set := settle(c)
			d := newDealer(set, nil)
			w := makeWorkers(set, new(flowtable.Seed))[0]
			w.give = func(c *chunk) *chunk { c.clear(); return c }
			var ps []packet.Packet
			most := 0
			for n := range 20_000 / flows {
				for i := range flows {
					p := said(int64(n), 1+uint32(n)*1000, "AA"+strings.Repeat("x", 997)+".")
					p.sp = uint16(i + 1)
					f := p.frame()
					ps, _ = d.frame(ps[:0], &f)
					w.run(ps, nil)
					most = max(most, kept(w))
				}
			}
			if most > limit*3/2 || most < limit/4 {
				t.Errorf("parsers have %d bytes, with a bound of %d", most, limit)
			}
		})
	}
}

// kept is what scripts hold at a worker.
func kept(w *worker) (n int) {
	for _, l := range w.pools.ears.all {
		for i := range l.attached[:l.n] {
			n += l.attached[i].parser.(*scripted).Held()
		}
	}
	return n
}

// A flow has a bound of protocols, and of bytes in which one is looked for.
func TestBoundsOfListening(t *testing.T) {
	got, counts := heard(t, nil, opened(said(2, 1, strings.Repeat("AA>.BB>.", 2)+"AA1.")))
	if len(got) != maxAttached || counts.Parsers != 1 {
		t.Errorf("%q, %d parsers ended", got, counts.Parsers)
	}
	patient := func(c *Config) {
		m := feature.Module{Key: "M", Over: feature.TCP, Keep: 64, New: c.Modules[0].New}
		m.Match = func(c *feature.Chunk) feature.Guess {
			if bytes.Contains(c.Bytes, []byte("!")) {
				return feature.Yes
			}
			return feature.Maybe
		}
		c.Modules = []record.Binding{{Module: &m, Fill: c.Modules[0].Fill}}
	}
	for n, want := range map[int]int{maxUndecided - 1: 1, maxUndecided: 0} {
		got, _ := heard(t, patient, opened(said(2, 1, strings.Repeat("x", n)), said(3, 1+uint32(n), "!.")))
		if len(got) != want {
			t.Errorf("%d bytes: %q", n, got)
		}
	}
}

// What listening holds is given back with the flows.
func TestListeningGivesMemoryBack(t *testing.T) {
	var log []string
	c := usual()
	c.Modules = []record.Binding{newScript('A', feature.TCP, &log), newScript('U', feature.UDP, &log)}
	set := settle(c)
	d := newDealer(set, nil)
	w := makeWorkers(set, new(flowtable.Seed))[0]
	w.give = func(c *chunk) *chunk { c.clear(); return c }
	var ps []packet.Packet
	for _, p := range opened(said(2, 1, "AA1.half"), said(3, 30, "waits"), said(4, 1, "<x"), datagram(5, "UU1."), said(40_000, 40, "AA#?%"), said(40_001, 1, "<b.$"), said(40_002, 45, "more.")) {
		f := p.frame()
		ps, _ = d.frame(ps[:0], &f)
		w.run(ps, nil)
	}
	w.run(nil, []event{{index: atEnd, what: flowsEnd}})
	for _, s := range w.own {
		if s.size() != 0 {
			t.Errorf("a shard holds %d bytes", s.size())
		}
	}
}

// With modules the output is the same bytes for any number of workers.
func TestSameBytesWithModules(t *testing.T) {
	all := traffic(9, 6000)
	want := ""
	for _, workers := range []int{1, 2, 8} {
		c := usual()
		c.Workers, c.MaxFlows = workers, 3000
		c.Modules, c.Parsers = record.Modules, &feature.Settings{Digest: func([]byte) string { return "" }}
		var out []string
		for _, name := range []byte("abcz") { // what traffic says
			b := newScript(name, feature.TCP|feature.UDP, &out)
			b.Fill = func(*record.Record, feature.Parser, feature.View) {}
			c.Modules = append(slices.Clone(c.Modules), b)
		}
		got, _ := runLines(t, c, &frames{inputs: [][]capture.Frame{all}, size: 100})
		if want == "" {
			want = got
		}
		if got != want {
			t.Fatalf("%d workers: other output", workers)
		}
	}
	if strings.Count(want, `"app":["z"]`) == 0 {
		t.Error("no protocol was recognised")
	}
}

// A flow whose protocol is done costs no memory for each packet.
func TestNoAllocationOnceDone(t *testing.T) {
	var log []string
	c := usual()
	c.Active = 0
	c.Modules = []record.Binding{newScript('A', feature.TCP, &log)}
	set := settle(c)
	d := newDealer(set, nil)
	w := makeWorkers(set, new(flowtable.Seed))[0]
	w.give = func(c *chunk) *chunk { c.clear(); return c }
	var ps []packet.Packet
	seq := uint32(1)
	next := func(text string) {
		f := said(int64(seq), seq, text).frame()
		seq += uint32(len(text))
		ps, _ = d.frame(ps[:0], &f)
	}
	next("AA!.")
	w.run(ps, nil)
	for range 100 {
		next("data")
		w.run(ps, nil)
	}
	frames := make([]capture.Frame, 600)
	for i := range frames {
		frames[i] = said(int64(seq), seq, "data").frame()
		seq += 4
	}
	i := 0
	if n := testing.AllocsPerRun(500, func() {
		ps, _ = d.frame(ps[:0], &frames[i])
		w.run(ps, nil)
		i++
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
