// Package engine turns frames into flow records: it reads batches of frames,
// decodes them, deals the packets to workers by conversation, keeps the flows
// and gives their records, encoded, to a sink in an order that is the same for
// any number of workers.
package engine

import (
	"context"
	"errors"

	"joy/capture"
	"joy/feature"
	"joy/internal/flowtable"
	"joy/packet"
	"joy/record"
)

// Config is what the engine is told. Times are in nanoseconds; 0 = never.
type Config struct {
	Bidir    bool
	Zeros    bool  // list packets without payload too
	Retrans  bool  // TCP segments that bring nothing new are in the features too
	NumPkts  uint8 // packets listed for a direction
	Idle     int64
	Active   int64
	TCPClose bool // end a TCP flow soon after it is over
	PerFile  bool // no flow goes on from one input to the next
	Carriers bool // write the outer conversations of tunnels too
	Shed     bool // leave out work when a live source says that too much waits

	MaxFlows  int   // flows at a time
	MaxMemory int64 // bytes for flows
	Workers   int

	Features Features

	// Modules are the protocols to look for, at most 64; where several recognise
	// a flow, the first is taken. Parsers are their settings.
	Modules []record.Binding
	Parsers *feature.Settings
	Panics  bool // let panics of parsers through, for tests

	// Collector makes records of packets that carry telemetry; nil for none.
	Collector Collector

	// Filter returns what chooses the frames of a link type; nil for all frames.
	Filter func(link uint16) (Filter, error)

	// Trace is told which frames are in which record; nil for nobody. There is
	// one worker then.
	Trace Tracer

	// Stages makes the Writers between a worker and the encoder; nil for none.
	Stages func(next record.Writer) record.Writer
}

// A Filter chooses frames by their captured bytes and their length on the wire.
type Filter interface {
	Match(data []byte, wire int) bool
}

// Counts are the totals of a run. What is not in a record is in one of them:
// every packet decoded is counted in a record or in Shed, or carries telemetry.
type Counts struct {
	Packets  uint64 // decoded
	Filtered uint64 // frames that the filter left out
	Flows    uint64 // begun
	Records  uint64 // written
	Evicted  uint64 // flows written for lack of resources
	Gaps     uint64 // parts of TCP streams that were missing for the parsers
	Overflow uint64 // of these, because too much waited behind them
	Parsers  uint64 // parsers that a bound ended
	Panics   uint64 // parsers that a fault of theirs ended
	Plain    uint64 // packets whose contents were not looked at under load
	Shed     uint64 // packets of flows that were not begun under load
	ShedSize uint64 // of these, bytes of payload
	Steps    uint64 // times that a live clock was set back
	Decode   packet.Counts
}

// linger is how long a TCP connection that is over waits for stray segments
// when TCPClose is set: long enough for the last ACK and, mostly, for a
// retransmitted FIN.
const linger = 500e6

// Run reads src to its end, or until ctx is done, and writes the records of
// all flows to sink. It closes neither. An error is of the sink or of src;
// everything that was read before it has been written, if it could be.
func Run(ctx context.Context, c Config, src capture.Source, sink record.Sink, progress *Progress) (Counts, error) {
	set := settle(c)
	d := newDealer(set, src)
	seed := flowtable.NewSeed()
	workers := makeWorkers(set, &seed)
	if c.Trace != nil {
		d.trace = &trace{Tracer: c.Trace, decoder: d.decoder}
		workers[0].trace = d.trace
	}
	progress.begin(len(workers))
	d.progress = progress
	var err error
	if len(workers) == 1 {
		err = d.inline(ctx, workers[0], sink)
	} else {
		err = d.parallel(ctx, workers, sink)
	}
	if d.collecting != nil {
		err = errors.Join(err, d.collecting.err)
	}
	total := d.counts()
	for _, w := range workers {
		total.add(w.counts())
		progress.worked(w)
	}
	progress.report(d, 0)
	if c.Trace != nil {
		c.Trace.Left(d.decoder.Unnoted())
	}
	return total, err
}

func (c *Counts) add(o *Counts) {
	c.Flows += o.Flows
	c.Records += o.Records
	c.Evicted += o.Evicted
	c.Gaps += o.Gaps
	c.Overflow += o.Overflow
	c.Parsers += o.Parsers
	c.Panics += o.Panics
	c.Plain += o.Plain
	c.Shed += o.Shed
	c.ShedSize += o.ShedSize
}

// settle works out the settings. The number of shards depends on the bound of
// flows and on nothing else, so that what is evicted does not depend on the
// number of workers.
func settle(c Config) *settings {
	s := &settings{Config: c}
	s.idle, s.active, s.linger = orNever(c.Idle), orNever(c.Active), never
	if c.TCPClose {
		s.linger = linger
	}
	s.shards = flowtable.Shards
	for s.shards > 1 && c.MaxFlows/s.shards < minShard {
		s.shards /= 2
	}
	s.maxFlows = max(1, c.MaxFlows/s.shards)
	s.maxBytes = int(max(1, c.MaxMemory/int64(s.shards)))
	s.extras = c.Features.extras() || !c.Bidir
	s.Workers = min(max(c.Workers, 1), s.shards)
	if c.Trace != nil {
		s.Workers = 1
	}
	for i := range c.Modules {
		for _, t := range []feature.Transport{feature.TCP, feature.UDP, feature.ICMP, feature.ICMPv6} {
			if c.Modules[i].Over&t != 0 {
				s.over[t] |= 1 << i
			}
		}
	}
	return s
}

// minShard is the least bound of flows that is worth a shard of its own.
const minShard = 1024

func orNever(d int64) int64 {
	if d <= 0 {
		return never
	}
	return d
}

func makeWorkers(set *settings, seed *flowtable.Seed) []*worker {
	ws := make([]*worker, set.Workers)
	for i := range ws {
		w := &worker{set: set, number: i, shards: make([]*shard, set.shards), out: new(chunk)}
		w.pools.table = flowtable.NewTable[flow](seed)
		for n := i; n < set.shards; n += len(ws) {
			w.shards[n] = newShard(&w.pools, n)
			w.own = append(w.own, w.shards[n])
		}
		w.ear.give = w.piece
		w.pools.ears.parsers = make([][]feature.Parser, len(set.Modules))
		w.chain = (*encoder)(w)
		if set.Stages != nil {
			w.chain = set.Stages(w.chain)
		}
		ws[i] = w
	}
	return ws
}
