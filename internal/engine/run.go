package engine

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"joy/capture"
	"joy/packet"
	"joy/record"
)

// inline does everything in the calling goroutine, a few frames at a time so
// that packets stay in the cache.
func (d *dealer) inline(ctx context.Context, w *worker, sink record.Sink) error {
	w.give = func(c *chunk) *chunk {
		if w.err == nil && len(c.ends) > 0 {
			w.err = sink.Write(c.buf, c.ends, c.clock)
		}
		c.clear()
		return c
	}
	var b capture.Batch
	ps := make([]packet.Packet, 0, 2*groupSize)
	err := d.next(ctx, &b)
	for ; err == nil && w.err == nil; err = d.next(ctx, &b) {
		d.begin(&b)
		for i := range b.Frames {
			if ps, err = d.frame(ps, &b.Frames[i]); err != nil {
				break
			}
			if len(ps) >= groupSize {
				ps = d.hand(w, ps)
			}
		}
		ps = d.hand(w, d.passed(ps, &b))
		d.progress.worked(w)
		if err == nil && b.Now != 0 {
			w.err = errors.Join(w.err, tell(sink, w, b.Now))
		}
		if err != nil {
			break
		}
	}
	if w.err == nil {
		d.hand(w, d.last(ps))
		w.out = w.give(w.out)
	}
	return errors.Join(notEOF(err), w.err)
}

// tell passes on what was written and the time of a live source.
func tell(sink record.Sink, w *worker, now int64) error {
	w.out = w.give(w.out)
	if w.err == nil {
		return sink.Tick(now)
	}
	return nil // w.err is told already
}

func (d *dealer) hand(w *worker, ps []packet.Packet) []packet.Packet {
	w.run(ps, d.events)
	d.events = d.events[:0]
	return ps[:0]
}

// A round is one batch on its way through all workers.
type round struct {
	batch   capture.Batch
	err     error             // why there is no batch
	packets [][]packet.Packet // for each worker
	events  []event
	users   atomic.Int32 // workers that still read the batch
}

// depth is the number of rounds that may be under way: enough that no
// goroutine waits while another one has its turn on the processor.
const depth = 8

// parallel has the calling goroutine deal, one goroutine that reads ahead of it,
// one for each worker, and one that merges what they write.
func (d *dealer) parallel(ctx context.Context, workers []*worker, sink record.Sink) error {
	free := make(chan *round, depth)
	for range depth {
		free <- &round{packets: make([][]packet.Packet, len(workers))}
	}
	m := newMerger(len(workers), sink)
	in := make([]chan *round, len(workers))
	var wg sync.WaitGroup
	for i, w := range workers {
		in[i] = make(chan *round, depth)
		w.give = m.lane(i)
		wg.Go(func() { d.work(w, in[i], free) })
	}
	var merged sync.WaitGroup
	merged.Go(m.merge)
	err := d.rounds(ctx, workers, in, free, m)
	for _, c := range in {
		close(c)
	}
	wg.Wait()
	m.close()
	merged.Wait()
	for _, w := range workers {
		m.err = errors.Join(m.err, w.err)
	}
	return errors.Join(notEOF(err), m.err)
}

// read fills the batches of rounds until there are no more, or ctx is done.
func (d *dealer) read(ctx context.Context, free <-chan *round, full chan<- *round) {
	defer close(full)
	for r := range free {
		r.err = d.next(ctx, &r.batch)
		full <- r
		if r.err != nil {
			return
		}
	}
}

func (d *dealer) rounds(ctx context.Context, workers []*worker, in []chan *round, free chan *round, m *merger) (err error) {
	reading, stop := context.WithCancel(ctx)
	full := make(chan *round, depth)
	go d.read(reading, free, full)
	defer func() {
		stop()
		for r := range full { // the source is the caller's again when read has ended
			free <- r
		}
	}()
	for err == nil {
		r := <-full
		for i := range r.packets {
			r.packets[i] = r.packets[i][:0]
		}
		d.events = r.events[:0]
		if m.failed.Load() {
			return nil
		}
		err = d.deal(r, len(workers))
		r.events = d.events
		r.users.Store(int32(len(workers)))
		for _, c := range in {
			c <- r
		}
	}
	return err
}

// deal fills a round from its batch; after the last one it holds the end.
func (d *dealer) deal(r *round, workers int) error {
	err := r.err
	if err == nil {
		d.begin(&r.batch)
		for i := range r.batch.Frames {
			if d.scratch, err = d.frame(d.scratch[:0], &r.batch.Frames[i]); err != nil {
				break
			}
			d.spread(r, workers)
		}
		d.scratch = d.passed(d.scratch[:0], &r.batch)
		d.spread(r, workers)
	}
	if err != nil {
		d.scratch = d.last(d.scratch[:0])
		d.spread(r, workers)
	}
	return err
}

func (d *dealer) spread(r *round, workers int) {
	for i := range d.scratch {
		p := &d.scratch[i]
		n := shardOf(p, d.set.shards) % workers
		r.packets[n] = append(r.packets[n], *p)
	}
}

// work runs the rounds of one worker.
func (d *dealer) work(w *worker, in chan *round, free chan *round) {
	for r := range in {
		w.run(r.packets[w.number], r.events)
		w.out.last, w.out.now = true, r.batch.Now
		w.out = w.give(w.out)
		d.progress.worked(w)
		if r.users.Add(-1) == 0 {
			free <- r
		}
	}
}
