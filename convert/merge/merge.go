// Package merge makes one flow file of several: records in the order of time, what
// is there twice once.
package merge

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"joy/query/flow"
	"joy/query/order"
	"joy/query/value"
)

// A By says by which time records are put in order.
type By string

// The times of a record.
const (
	ByStart By = "start"
	ByEnd   By = "end"
)

// Options say how to merge.
type Options struct {
	By     By
	Memory int // bytes held; what is more waits in a temporary file
	Twice  Twice
	Skew   int64 // nanoseconds between what two sensors see of a flow, at most
}

// Counts are what was merged.
type Counts struct {
	Records    uint64 // written
	Duplicates uint64 // left out: there was a record that is the same, byte for byte
	Others     uint64 // lines that are no flows, such as statistics, written too
	Twice      uint64 // flows that several sensors have seen
	Early      uint64 // records that could not be held until the rest of a flow came
}

// ErrSensors is given when there are more sensors than the bits of a set.
var ErrSensors = errors.New("more than 64 sensors")

// A LineError says that a line was not taken, because it is no JSON object or has
// something else where flows have their addresses, times and counts.
type LineError struct{ Err error }

func (e *LineError) Error() string { return e.Err.Error() }
func (e *LineError) Unwrap() error { return e.Err }

// A Merger takes all lines, and then writes them in order.
type Merger struct {
	options Options
	counts  Counts
	sorter  order.Sorter
	flow    flow.Flow
	rec     value.Record
	heads   [][]byte
	known   map[[sumSize]byte]bool // of heads
	sensors []string
	last    int64 // time of the record before
	key     []byte
	data    []byte
}

// New returns one.
func New(o Options) *Merger {
	return &Merger{options: o, sorter: order.Sorter{Limit: o.Memory}, known: map[[sumSize]byte]bool{}}
}

// sumSize is how many bytes of a hash tell lines apart.
const sumSize = 16

func sum(line []byte) [sumSize]byte {
	s := sha256.Sum256(line)
	return [sumSize]byte(s[:])
}

// maxHeads bounds the configuration lines that are kept, with maxHead bytes each;
// what is more stays where it is.
const (
	maxHeads = 1000
	maxHead  = 64 << 10
)

// Begin says that a file begins: what was before in the order of lines does not
// count any more.
func (m *Merger) Begin() { m.last = 0 }

// Line takes a line, which stays the caller's. Sensor is who has seen it, "" for
// nobody in particular.
func (m *Merger) Line(line []byte, sensor string) error {
	err := m.flow.Parse(line)
	switch {
	case errors.Is(err, flow.ErrNoFlow):
		return m.other(line)
	case err != nil:
		return &LineError{err}
	}
	n, err := m.sensor(sensor)
	if err != nil {
		return err
	}
	m.last = m.flow.End
	if m.options.By == ByStart {
		m.last = m.flow.Start
	}
	m.begin(m.last)
	m.key = appendText(m.key, m.flow.ID)
	m.key = binary.BigEndian.AppendUint32(m.key, m.flow.Segment)
	return m.add(line, flowLine, n)
}

// other takes a line that is no flow: the configuration goes to the head of the
// output, all else stays behind the record that it was behind.
func (m *Merger) other(line []byte) error {
	if err := m.rec.Parse(line); err != nil {
		return &LineError{err}
	}
	s := sum(line)
	if flow.IsSettings(&m.rec) && len(line) <= maxHead && (m.known[s] || len(m.heads) < maxHeads) {
		if !m.known[s] {
			m.known[s] = true
			m.heads = append(m.heads, bytes.Clone(line))
		}
		return nil
	}
	if t, ok := flow.Time(m.rec.Get("statistics").Get("time")); ok {
		m.last = t
	}
	m.begin(m.last)
	return m.add(line, otherLine, 0)
}

// What the data of an entry begins with.
const (
	flowLine  = 'f'
	otherLine = 'o'
)

// begin begins a key with a time.
func (m *Merger) begin(t int64) {
	m.key = binary.BigEndian.AppendUint64(m.key[:0], uint64(t)^1<<63)
}

func (m *Merger) add(line []byte, kind byte, sensor uint64) error {
	s := sum(line)
	m.key = append(append(m.key, kind), s[:]...)
	m.data = binary.BigEndian.AppendUint64(append(m.data[:0], kind), sensor)
	m.data = append(m.data, line...)
	return m.sorter.Add(m.key, m.data)
}

// headSize is how many bytes of an entry's data are before the line.
const headSize = 9

// appendText writes a text so that none is the beginning of another.
func appendText(b, text []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(min(len(text), 1<<16-1)))
	return append(b, text...)
}

// sensor is the bit of a sensor.
func (m *Merger) sensor(name string) (uint64, error) {
	if name == "" {
		return 0, nil
	}
	for i, s := range m.sensors {
		if s == name {
			return 1 << i, nil
		}
	}
	if len(m.sensors) == 64 {
		return 0, ErrSensors
	}
	m.sensors = append(m.sensors, name)
	return 1 << (len(m.sensors) - 1), nil
}

// Finish writes all lines, each valid during the call.
func (m *Merger) Finish(write func(line []byte) error) (Counts, error) {
	for _, line := range m.heads {
		if err := write(line); err != nil {
			return m.counts, err
		}
	}
	w := &writer{Merger: m, write: write}
	w.window.init(m.options)
	err := m.sorter.Each(w.entry)
	if err == nil {
		err = w.pass()
	}
	if err == nil {
		err = w.flush()
	}
	if err != nil {
		err = fmt.Errorf("merging: %w", err)
	}
	return m.counts, err
}

// Close gives temporary files back.
func (m *Merger) Close() error { return m.sorter.Close() }
