package report

import (
	"errors"
	"fmt"
	"sync"

	"joy/audit"
	"joy/audit/policy"
	"joy/query/flow"
	"joy/query/where"
)

// Options say how a report is made.
type Options struct {
	// Workers take records apart, 1 for 0. What comes out does not depend on it.
	Workers int
	// Policy judges the cryptography; nil for none.
	Policy *policy.Policy
	// Where says which flows are counted; nil for all.
	Where *where.Condition
	// Each is called with every flow in order, for other analyses; nil for none. It
	// keeps nothing of the flow. An error is told in the report.
	Each func(*flow.Flow) error
}

// A Builder makes an Aggregate of lines. The lines are dealt out to workers in
// batches, and what they found is counted in the order of the lines.
type Builder struct {
	options Options
	total   *Aggregate
	batch   *batch // that is being filled
	free    chan *batch
	work    chan *batch
	order   chan *batch
	ended   chan struct{}
	workers sync.WaitGroup
}

// Bounds of a batch. One line may be longer.
const (
	batchLines = 512
	batchBytes = 1 << 20
)

// A batch are lines, and what was found in them.
type batch struct {
	text  []byte
	lines []lineOf
	found []Facts
	errs  []error
	done  chan struct{}
}

type lineOf struct {
	file   string
	number int
	end    int // of the line in text
}

// NewBuilder starts the workers. Close ends them.
func NewBuilder(o Options) *Builder {
	o.Workers = max(o.Workers, 1)
	n := o.Workers + 2
	b := &Builder{
		options: o, total: newAggregate(),
		free: make(chan *batch, n), work: make(chan *batch, n), order: make(chan *batch, n), ended: make(chan struct{}),
	}
	for range n {
		b.free <- &batch{done: make(chan struct{}, 1)}
	}
	b.workers.Add(o.Workers)
	for range o.Workers {
		go b.takeAll()
	}
	go b.countAll()
	return b
}

// Line adds a line of an input, which is copied. Lines that are no flows are
// settings and statistics, or counted as unreadable.
func (b *Builder) Line(file string, number int, line []byte) {
	if b.batch == nil {
		b.batch = <-b.free
		b.batch.text, b.batch.lines = b.batch.text[:0], b.batch.lines[:0]
	}
	k := b.batch
	k.text = append(k.text, line...)
	k.lines = append(k.lines, lineOf{file, number, len(k.text)})
	if len(k.lines) >= batchLines || len(k.text) >= batchBytes {
		b.send()
	}
}

func (b *Builder) send() {
	b.order <- b.batch
	b.work <- b.batch
	b.batch = nil
}

// Close returns what was counted.
func (b *Builder) Close() *Aggregate {
	if b.batch != nil {
		b.send()
	}
	close(b.work)
	close(b.order)
	b.workers.Wait()
	<-b.ended
	return b.total
}

// takeAll is a worker.
func (b *Builder) takeAll() {
	defer b.workers.Done()
	t := taker{verdicts: newVerdicts(nil), where: b.options.Where}
	if b.options.Policy != nil {
		t.verdicts = newVerdicts(audit.New(b.options.Policy, false))
	}
	for k := range b.work {
		k.take(&t)
		k.done <- struct{}{}
	}
}

func (k *batch) take(t *taker) {
	for len(k.found) < len(k.lines) {
		k.found, k.errs = append(k.found, Facts{}), append(k.errs, nil)
	}
	begin := 0
	for i, l := range k.lines {
		k.errs[i] = t.take(k.text[begin:l.end], &k.found[i])
		begin = l.end
	}
}

// countAll counts batches in their order.
func (b *Builder) countAll() {
	defer close(b.ended)
	for k := range b.order {
		<-k.done
		begin := 0
		for i, l := range k.lines {
			b.count(l, k.text[begin:l.end], &k.found[i], k.errs[i])
			begin = l.end
		}
		if cap(k.text) > 2*batchBytes { // after a long line
			k.text = nil
		}
		b.free <- k
	}
}

func (b *Builder) count(l lineOf, text []byte, f *Facts, err error) {
	q := &b.total.quality
	switch {
	case errors.Is(err, errNotAsked):
		q.notAsked++
		err = nil
	case err == nil:
		b.total.count(f)
		if b.options.Each != nil {
			err = b.options.Each(&f.Flow)
		}
	case errors.Is(err, flow.ErrNoFlow):
		q.line(text)
		err = nil
	default:
		q.unreadable++
	}
	if err != nil {
		q.complain(fmt.Sprintf("%s: line %d: %v", l.file, l.number, err))
	}
}

// Complaints are about lines that could not be read, the first of them.
func (a *Aggregate) Complaints() []string { return a.quality.complaints }

// Complain has the report tell what was wrong with an input. It is for after
// Close.
func (a *Aggregate) Complain(text string) { a.quality.complain(text) }
