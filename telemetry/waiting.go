package telemetry

import (
	"slices"

	"joy/wire"
)

const (
	setExtra = 256  // what a set that waits costs beside its bytes
	maxSets  = 1024 // that wait; each new template has them looked through
)

// waiting are data sets whose template has not come yet, the oldest first.
type waiting struct {
	sets  []waitingSet
	bytes int
}

// A waitingSet is a data set with the message that it came in.
type waitingSet struct {
	msg  message
	id   uint16
	data []byte
}

func (w *waitingSet) weight() int { return len(w.data) + setExtra }

// wait keeps a set until its template comes. Sets that have waited for too
// long, and the oldest ones when there are too many, are given up.
func (d *Decoder) wait(id uint16, b []byte) {
	if len(b) == 0 {
		return
	}
	w := &d.waiting
	set := waitingSet{msg: d.msg, id: id, data: slices.Clone(b)}
	set.msg.emit, d.msg.lost = nil, 0 // the set will tell it
	w.sets = append(w.sets, set)
	w.bytes += set.weight()
	d.msg.stream.waiting[id]++
	for len(w.sets) > 0 && (len(w.sets) > maxSets || w.bytes > d.o.Waiting || d.msg.now-w.sets[0].msg.now > d.o.Patience) {
		d.giveUp(&w.sets[0])
		w.sets[0] = waitingSet{}
		w.sets = w.sets[1:]
	}
}

// take counts a set as no longer there.
func (w *waiting) take(s *waitingSet) {
	w.bytes -= s.weight()
	m := s.msg.stream.waiting
	if m[s.id]--; m[s.id] == 0 {
		delete(m, s.id)
	}
}

// giveUp counts a set that is taken out of the list.
func (d *Decoder) giveUp(s *waitingSet) {
	d.waiting.take(s)
	s.msg.stream.stats.NoTemplate++
	d.stats.add(NoTemplate)
}

// dropSets gives up the sets of a stream.
func (d *Decoder) dropSets(s *stream) {
	if len(s.waiting) == 0 {
		return
	}
	d.waiting.sets = slices.DeleteFunc(d.waiting.sets, func(w waitingSet) bool {
		if w.msg.stream != s {
			return false
		}
		d.giveUp(&w)
		return true
	})
}

// decodeWaiting decodes the sets that have waited for a template of the
// stream at work, with the times of their own messages.
func (d *Decoder) decodeWaiting(id uint16) {
	s := d.msg.stream
	if s.waiting[id] == 0 {
		return
	}
	var ready []waitingSet
	d.waiting.sets = slices.DeleteFunc(d.waiting.sets, func(w waitingSet) bool {
		switch {
		case w.msg.stream != s || w.id != id:
			return false
		case d.msg.now-w.msg.now > d.o.Patience:
			d.giveUp(&w)
			return true
		}
		d.waiting.take(&w)
		ready = append(ready, w)
		return true
	})
	current := d.msg
	for _, w := range ready {
		d.stats.Late++
		d.msg = w.msg
		d.msg.emit = current.emit
		r := wire.NewReader(w.data)
		d.data(id, &r)
	}
	d.msg = current
}
