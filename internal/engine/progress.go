package engine

import "sync"

// Progress is what may be read of a run from other goroutines while it goes on.
// The zero value is ready for a run.
type Progress struct {
	mu      sync.Mutex
	dealer  Counts
	batches uint64
	load    uint8
	level   level
	workers []workerProgress
}

type workerProgress struct {
	counts Counts
	flows  int
}

// Snapshot is the state of a run at one moment, up to a few batches ago.
type Snapshot struct {
	Counts
	Batches uint64 // taken from the source; a live one gives some at rest too
	Open    int    // flows in the table
	Load    uint8  // percent of a live source's queue that waits
	Level   uint8  // what is shed: 0 nothing, 1 features of contents, 2 new flows too
}

// Snapshot may be called at any time.
func (p *Progress) Snapshot() Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Snapshot{Counts: p.dealer, Batches: p.batches, Load: p.load, Level: uint8(p.level)}
	for i := range p.workers {
		w := &p.workers[i]
		s.add(&w.counts)
		s.Open += w.flows
	}
	return s
}

// begin makes room for a run. A nil Progress is one that nobody reads.
func (p *Progress) begin(workers int) {
	if p != nil {
		p.mu.Lock()
		p.workers = make([]workerProgress, workers)
		p.mu.Unlock()
	}
}

// report takes the dealer's part, once for each batch.
func (p *Progress) report(d *dealer, load uint8) {
	if p != nil {
		p.mu.Lock()
		p.dealer, p.load, p.level = d.counts(), load, d.level
		p.batches++
		p.mu.Unlock()
	}
}

// worked takes a worker's part, once for each round.
func (p *Progress) worked(w *worker) {
	if p != nil {
		flows := 0
		for _, s := range w.own {
			flows += s.flows.Len()
		}
		p.mu.Lock()
		p.workers[w.number] = workerProgress{*w.counts(), flows}
		p.mu.Unlock()
	}
}
