package engine

import (
	"joy/packet"
	"joy/record"
)

// A Collector makes records of packets that carry some: telemetry.
type Collector interface {
	// Packet reports whether p carries telemetry; then p is no flow of its own.
	// The records given to emit are reused.
	Packet(p *packet.Packet, emit func(*record.Record)) bool
}

// collecting makes events of the records that a Collector finds: the first
// worker has each take its place among those of the flows.
type collecting struct {
	Collector
	chain   record.Writer
	index   uint64 // of the packet under way
	records uint64
	events  *[]event
	emit    func(*record.Record) // c.write, made once
	err     error
}

func newCollecting(set *settings, events *[]event) *collecting {
	if set.Collector == nil {
		return nil
	}
	c := &collecting{Collector: set.Collector, events: events}
	c.chain = (*collectedLine)(c)
	if set.Stages != nil {
		c.chain = set.Stages(c.chain)
	}
	c.emit = c.write
	return c
}

// sift takes the packets that carry telemetry out of ps.
func (c *collecting) sift(ps []packet.Packet) []packet.Packet {
	kept := ps[:0]
	for i := range ps {
		c.index = ps[i].Index
		if !c.Packet(&ps[i], c.emit) {
			kept = append(kept, ps[i])
		}
	}
	return kept
}

func (c *collecting) write(r *record.Record) {
	if err := c.chain.Write(r); err != nil && c.err == nil {
		c.err = err
	}
}

// collectedLine is the Writer at the end of the stages.
type collectedLine collecting

func (c *collectedLine) Write(r *record.Record) error {
	*c.events = append(*c.events, event{
		index: c.index, what: recordCame, line: append(r.AppendJSON(nil), '\n'), serial: c.records,
	})
	c.records++
	return nil
}

// collected writes a record that came as telemetry.
func (w *worker) collected(ev event) {
	if w.number != 0 {
		return
	}
	w.at = order{trigger: ev.index<<1 | 1, first: ev.serial}
	w.stats.Records++
	w.append(ev.line)
}
