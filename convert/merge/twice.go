package merge

import (
	"bytes"
	"encoding/binary"

	"joy/query/flow"
)

// A Twice says what becomes of the records of a flow that several sensors have seen.
type Twice string

// What becomes of them.
const (
	Apart Twice = "apart" // nothing
	Mark  Twice = "mark"  // each says who has seen the flow, in seen_by
	One   Twice = "one"   // that with the most packets stays, of several the first
)

// A window holds the records of the last moments, in order.
type window struct {
	twice Twice
	skew  int64
	room  int // bytes that may be held
	size  int
	first int // number of the first one that is held
	held  []held
	of    map[string][]int // numbers of records, by conversation
}

// A held record may get company.
type held struct {
	line    []byte
	key     string
	time    int64
	packets uint64
	sensors uint64 // that have seen this record
	seen    uint64 // and that have seen the flow
	other   bool   // a line that is no flow
	gone    bool   // another one stands for it
}

// heldCost is what a record takes in a window beside its line.
const heldCost = 200

func (w *window) init(o Options) {
	w.twice, w.skew, w.room, w.of = o.Twice, o.Skew, o.Memory, map[string][]int{}
}

func (w *window) on() bool { return w.twice == Mark || w.twice == One }

func (w *window) add(h held) {
	w.held = append(w.held, h)
	w.size += len(h.line) + heldCost
}

// conversation is a key of a flow that does not depend on who is told first.
func conversation(f *flow.Flow) string {
	a := binary.BigEndian.AppendUint16(bytes.Clone(f.SA), f.SP)
	b := binary.BigEndian.AppendUint16(bytes.Clone(f.DA), f.DP)
	if bytes.Compare(a, b) > 0 {
		a, b = b, a
	}
	key := append([]byte{f.Pr, byte(len(a))}, a...)
	key = binary.BigEndian.AppendUint32(append(key, b...), f.Segment)
	return string(key)
}

// hold takes the entry before into the window, and looks for records of the same flow
// that other sensors have seen.
func (w *writer) hold() error {
	b := &w.before
	if err := w.flow.Parse(b.line); err != nil {
		return err
	}
	h := held{line: bytes.Clone(b.line), key: conversation(&w.flow), time: timeOf(b.key), sensors: b.sensors, seen: b.sensors}
	h.packets = w.flow.PktsOut + w.flow.PktsIn
	win := &w.window
	w.join(&h)
	win.of[h.key] = append(win.of[h.key], win.first+len(win.held))
	win.add(h)
	for win.size > win.room {
		w.counts.Early++
		if err := w.oldest(); err != nil {
			return err
		}
	}
	return nil
}

// join looks for records of the flow of h that other sensors have seen.
func (w *writer) join(h *held) {
	win := &w.window
	var same []*held
	for _, n := range win.of[h.key] {
		if o := &win.held[n-win.first]; !o.gone && o.sensors&h.sensors == 0 && o.sensors != 0 && h.sensors != 0 {
			same = append(same, o)
			h.seen |= o.seen
		}
	}
	if len(same) > 0 {
		w.counts.Twice++
	}
	for _, o := range same {
		o.seen = h.seen
		switch {
		case win.twice == Mark:
		case h.gone || h.packets <= o.packets:
			o.sensors, h.gone = h.seen, true
		default:
			h.sensors, o.gone = h.seen, true
		}
	}
}

// release writes what is held for longer than the skew.
func (w *writer) release(now int64) error {
	for len(w.window.held) > 0 && now-w.window.held[0].time > w.window.skew {
		if err := w.oldest(); err != nil {
			return err
		}
	}
	return nil
}

// oldest writes the record that is held for longest.
func (w *writer) oldest() error {
	win := &w.window
	h := win.held[0]
	win.held[0] = held{}
	win.held = win.held[1:]
	win.size -= len(h.line) + heldCost
	win.first++
	if h.other {
		return w.write(h.line)
	}
	if of := win.of[h.key]; len(of) > 1 {
		win.of[h.key] = of[1:]
	} else {
		delete(win.of, h.key)
	}
	if h.gone {
		return nil
	}
	w.counts.Records++
	line := w.marked(h.line, h.sensors, "sensors")
	if w.window.twice == Mark && h.seen != h.sensors {
		line = w.marked(bytes.Clone(line), h.seen, "seen_by")
	}
	return w.write(line)
}

// flush writes all that is held.
func (w *writer) flush() error {
	for len(w.window.held) > 0 {
		if err := w.oldest(); err != nil {
			return err
		}
	}
	return nil
}
