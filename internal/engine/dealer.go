package engine

import (
	"context"
	"errors"
	"fmt"
	"io"

	"joy/capture"
	"joy/internal/flowtable"
	"joy/packet"
)

// A dealer reads batches and makes packets and events of them. It alone knows
// the clock, puts fragments together and numbers the packets.
type dealer struct {
	set      *settings
	src      capture.Source
	decoder  *packet.Decoder
	filters  map[uint16]Filter
	clock    int64
	live     bool // the source tells the time; frames may be ahead of it
	tick     int64
	index    uint64
	input    int // of the last batch
	filtered uint64
	events   []event
	scratch  []packet.Packet
	level    level
	steps    uint64
	progress *Progress
	trace    *trace // nil for nobody

	collecting *collecting // nil for nobody
}

func newDealer(set *settings, src capture.Source) *dealer {
	d := &dealer{
		set: set, src: src, input: -1,
		decoder: packet.NewDecoder(packet.Options{Carriers: set.Carriers}),
	}
	d.collecting = newCollecting(set, &d.events)
	if set.Filter != nil {
		d.filters = map[uint16]Filter{}
	}
	return d
}

// filter is the Filter for a link type.
func (d *dealer) filter(link uint16) (Filter, error) {
	if f := d.filters[link]; f != nil {
		return f, nil
	}
	f, err := d.set.Filter(link)
	if err != nil {
		return nil, err
	}
	d.filters[link] = f
	return f, nil
}

func (d *dealer) counts() Counts {
	return Counts{Packets: d.index, Filtered: d.filtered, Steps: d.steps, Decode: d.decoder.Counts()}
}

// begin handles what comes before the frames of b: the border between two
// inputs, and what a live source says of its load and its clock.
func (d *dealer) begin(b *capture.Batch) {
	if l := d.level.at(b.Load); d.set.Shed && l != d.level {
		d.level = l
		d.events = append(d.events, event{index: d.index, what: levelIs, level: l})
	}
	if len(b.Frames) == 0 {
		return
	}
	d.live = b.Now != 0
	if b.Input == d.input {
		if d.live {
			d.follow(b.Frames[0].Time)
		}
		return
	}
	first := d.input < 0
	d.input = b.Input
	now := b.Frames[0].Time
	switch {
	case first:
	case d.set.PerFile:
		d.events = append(d.events, event{index: d.index, what: flowsEnd, clock: d.clock})
	case now >= d.clock:
		return
	}
	d.clock, d.tick = now, tickOf(now)
	d.events = append(d.events, event{index: d.index, what: clockStarts, tick: d.tick})
}

// stepBack is how far a live clock has to be set back, in nanoseconds, to end
// all flows. Less than that is told apart from packets out of order by nobody,
// and does no harm: the packet clock stands still until it is caught up with.
const stepBack = 5e9

// follow has the packet clock begin again where a live clock was set back, so
// that flows do not wait for the time that was before.
func (d *dealer) follow(now int64) {
	if now >= d.clock-stepBack {
		return
	}
	d.steps++
	d.events = append(d.events, event{index: d.index, what: flowsEnd, clock: d.clock},
		event{index: d.index, what: clockStarts, tick: tickOf(now)})
	d.clock, d.tick = now, tickOf(now)
}

// passed appends the packets that the end of b brings. The clock of a live
// source is the time up to which all frames have come: those of one ring may be
// ahead of those of another.
func (d *dealer) passed(dst []packet.Packet, b *capture.Batch) []packet.Packet {
	d.progress.report(d, b.Load)
	if b.Now <= d.clock || d.input < 0 {
		return dst
	}
	d.clock = b.Now
	if d.clock >= (d.tick+1)*tick {
		dst = d.turn(dst)
	}
	return dst
}

// frame appends the packets of a frame.
func (d *dealer) frame(dst []packet.Packet, f *capture.Frame) ([]packet.Packet, error) {
	if d.trace != nil {
		d.trace.next()
	}
	if d.filters != nil {
		choose, err := d.filter(f.Link)
		if err != nil {
			return dst, err
		}
		if !choose.Match(f.Data, f.Wire) {
			d.filtered++
			return dst, nil
		}
	}
	if f.Time > d.clock && !d.live {
		d.clock = f.Time
		if f.Time >= (d.tick+1)*tick {
			dst = d.turn(dst)
		}
	}
	n := len(dst)
	dst = d.decoder.Decode(dst, f)
	d.stamp(dst[n:], max(d.clock, f.Time))
	if d.trace != nil {
		d.trace.decoded(dst, n)
	}
	if d.collecting != nil {
		dst = append(dst[:n], d.collecting.sift(dst[n:])...)
	}
	return dst, nil
}

// turn moves to the tick that the clock has reached.
func (d *dealer) turn(dst []packet.Packet) []packet.Packet {
	d.tick = tickOf(d.clock)
	n := len(dst)
	dst = d.decoder.Expire(dst, d.clock)
	d.stamp(dst[n:], d.clock)
	if d.trace != nil {
		d.trace.decoded(dst, n)
	}
	d.events = append(d.events, event{index: d.index, what: clockTicks, tick: d.tick})
	return dst
}

func (d *dealer) stamp(ps []packet.Packet, clock int64) {
	for i := range ps {
		ps[i].Index, ps[i].Clock = d.index, clock
		d.index++
	}
}

// last ends the run: what is left of fragments, and the event that ends all
// flows.
func (d *dealer) last(ps []packet.Packet) []packet.Packet {
	n := len(ps)
	ps = d.decoder.Expire(ps, never)
	d.stamp(ps[n:], d.clock)
	if d.trace != nil {
		d.trace.decoded(ps, n)
	}
	d.events = append(d.events, event{index: atEnd, what: flowsEnd, clock: d.clock})
	return ps
}

// next reads a batch; a run that is to stop looks like the end of the capture.
func (d *dealer) next(ctx context.Context, b *capture.Batch) error {
	if ctx.Err() != nil {
		return io.EOF
	}
	return d.src.Next(b)
}

func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return fmt.Errorf("reading packets: %w", err)
}

func shardOf(p *packet.Packet, shards int) int { return flowtable.Shard(&p.Key, shards) }
