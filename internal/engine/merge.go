package engine

import (
	"sync/atomic"

	"joy/record"
)

// A chunk is encoded records in the order in which a worker wrote them.
type chunk struct {
	buf    []byte
	ends   []int
	orders []order
	clock  int64 // packet time at which they were written
	last   bool  // of its round
	now    int64 // of the last of a round: time of a live source, else 0
}

// chunkSize is the number of bytes after which a chunk is passed on.
const chunkSize = 128 << 10

func (c *chunk) clear() {
	c.buf, c.ends, c.orders, c.last, c.now = c.buf[:0], c.ends[:0], c.orders[:0], false, 0
}

// encoder is the Writer at the end of a worker's stages.
type encoder worker

// Write encodes r behind the records that the worker has written before.
func (e *encoder) Write(r *record.Record) error {
	w := (*worker)(e)
	w.out.buf = append(r.AppendJSON(w.out.buf), '\n')
	w.ended()
	return nil
}

// append adds a line that is encoded already.
func (w *worker) append(line []byte) {
	w.out.buf = append(w.out.buf, line...)
	w.ended()
}

// ended notes that a record ends here.
func (w *worker) ended() {
	c := w.out
	c.ends = append(c.ends, len(c.buf))
	c.orders = append(c.orders, w.at)
	c.clock = w.clock
	if len(c.buf) >= chunkSize {
		w.out = w.give(c)
	}
}

// A merger puts the records of all workers in order, round by round, and is
// the only one that writes to the sink.
type merger struct {
	sink   record.Sink
	lanes  []chan *chunk
	free   chan *chunk
	out    chunk
	err    error
	failed atomic.Bool
}

func newMerger(workers int, sink record.Sink) *merger {
	m := &merger{sink: sink, lanes: make([]chan *chunk, workers), free: make(chan *chunk, 4*workers)}
	for i := range m.lanes {
		m.lanes[i] = make(chan *chunk, depth)
	}
	return m
}

// lane returns what worker i passes its chunks on with.
func (m *merger) lane(i int) func(*chunk) *chunk {
	return func(c *chunk) *chunk {
		m.lanes[i] <- c
		select {
		case c = <-m.free:
			return c
		default:
			return new(chunk)
		}
	}
}

func (m *merger) close() {
	for _, l := range m.lanes {
		close(l)
	}
}

// merge goes on until all lanes are closed. After an error it only drains.
func (m *merger) merge() {
	heads := make([]head, len(m.lanes))
	for {
		for i := range heads {
			c, ok := <-m.lanes[i]
			if !ok {
				m.write()
				return
			}
			heads[i] = head{chunk: c}
		}
		m.round(heads)
	}
}

// A head is the place in a lane up to which it has been merged.
type head struct {
	*chunk
	n, at int // records and bytes taken
}

// round merges what the workers wrote in one round.
func (m *merger) round(heads []head) {
	for {
		best := -1
		for i := range heads {
			if m.fill(&heads[i], i) && (best < 0 || heads[i].orders[heads[i].n].compare(heads[best].orders[heads[best].n]) < 0) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		h := &heads[best]
		if h.clock != m.out.clock {
			m.write()
			m.out.clock = h.clock
		}
		m.out.buf = append(m.out.buf, h.buf[h.at:h.ends[h.n]]...)
		m.out.ends = append(m.out.ends, len(m.out.buf))
		h.at = h.ends[h.n]
		h.n++
		if len(m.out.buf) >= chunkSize {
			m.write()
		}
	}
	if now := heads[0].now; now != 0 {
		m.tick(now)
	}
	for i := range heads {
		m.recycle(heads[i].chunk)
	}
}

// fill makes h show a record of lane i, unless the round has no more there.
func (m *merger) fill(h *head, i int) bool {
	for h.n == len(h.ends) {
		if h.last {
			return false
		}
		m.recycle(h.chunk)
		*h = head{chunk: <-m.lanes[i]}
	}
	return true
}

func (m *merger) recycle(c *chunk) {
	c.clear()
	select {
	case m.free <- c:
	default:
	}
}

func (m *merger) write() {
	if m.err == nil && len(m.out.ends) > 0 {
		m.fail(m.sink.Write(m.out.buf, m.out.ends, m.out.clock))
	}
	m.out.clear()
}

// tick passes on all records so far, and the time.
func (m *merger) tick(now int64) {
	m.write()
	if m.err == nil {
		m.fail(m.sink.Tick(now))
	}
}

func (m *merger) fail(err error) {
	if err != nil {
		m.err = err
		m.failed.Store(true)
	}
}
