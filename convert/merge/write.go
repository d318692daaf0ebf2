package merge

import (
	"bytes"
	"encoding/binary"
	"slices"

	"joy/feature"
	"joy/query/value"
)

// A writer writes entries that come in order.
type writer struct {
	*Merger
	write  func(line []byte) error
	window window

	// The entry before, which others may be equal to.
	before struct {
		key, line []byte
		kind      byte
		sensors   uint64
		is        bool
	}
	out []byte
}

// entry takes the next one.
func (w *writer) entry(key, data []byte) error {
	b := &w.before
	sensors := binary.BigEndian.Uint64(data[1:headSize])
	if b.is && bytes.Equal(b.key, key) && b.kind == flowLine {
		b.sensors |= sensors
		w.counts.Duplicates++
		return nil
	}
	if err := w.pass(); err != nil {
		return err
	}
	b.is, b.kind, b.sensors = true, data[0], sensors
	b.key, b.line = append(b.key[:0], key...), append(b.line[:0], data[headSize:]...)
	return nil
}

// pass hands the entry before on.
func (w *writer) pass() error {
	b := &w.before
	if !b.is {
		return nil
	}
	b.is = false
	if b.kind == otherLine {
		w.counts.Others++
		if w.window.on() && len(w.window.held) > 0 {
			w.window.add(held{line: bytes.Clone(b.line), other: true, time: timeOf(b.key)})
			return nil
		}
		return w.write(b.line)
	}
	if !w.window.on() {
		w.counts.Records++
		return w.write(w.marked(b.line, b.sensors, "sensors"))
	}
	if err := w.release(timeOf(b.key)); err != nil {
		return err
	}
	return w.hold()
}

func timeOf(key []byte) int64 { return int64(binary.BigEndian.Uint64(key) ^ 1<<63) }

// marked is a record with a list of sensors under a name, and those that it has
// there already. It is the line itself without any.
func (w *writer) marked(line []byte, sensors uint64, name string) []byte {
	if sensors == 0 {
		return line
	}
	var names []string
	var v value.Value
	if err := w.rec.Parse(line); err == nil {
		v = w.rec.Get(name)
	}
	for item := range v.Items() {
		names = append(names, string(item.Text()))
	}
	for i, s := range w.sensors {
		if sensors>>i&1 != 0 && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	list := []byte{'['}
	for i, s := range names {
		if i > 0 {
			list = append(list, ',')
		}
		list = feature.AppendString(list, s)
	}
	list = append(list, ']')
	if v != nil {
		w.rec.Set(name, list)
		return w.rec.Join(nil)
	}
	end := bytes.LastIndexByte(line, '}') // an object is not empty: it is a flow
	w.out = append(append(w.out[:0], line[:end]...), ',', '"')
	w.out = append(append(w.out, name...), '"', ':')
	return append(append(w.out, list...), '}')
}
