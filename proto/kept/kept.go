// Package kept holds the messages of a flow that are decoded only when a record
// wants them, as those of DHCP.
package kept

import (
	"encoding/binary"

	"joy/feature"
)

// Bounds of what is kept for a record.
const (
	maxMessages = 64
	maxMessage  = 4096     // bytes of a message; what is behind them is cut off
	maxBytes    = 64 << 10 // of all messages, with their heads
	maxIdle     = 16 << 10 // bytes that Forget leaves unused
)

// Messages are those of one flow, in the order of their packets. The zero value
// has none.
type Messages struct {
	bytes []byte // of each message a head and what is kept of it
	n     int
	more  [2]uint32 // messages of each side that were not kept
}

// A head is a byte with marks, and two with the length of what follows.
const headSize = 3

const (
	markIn  = 1 << iota // sent by the side that did not open the flow
	markCut             // longer than maxMessage
)

// Keep copies a message, or counts it where a bound is hit.
func (m *Messages) Keep(c *feature.Chunk) {
	n := min(len(c.Bytes), maxMessage)
	if m.n == maxMessages || len(m.bytes)+headSize+n > maxBytes {
		m.more[c.Dir]++
		return
	}
	marks := byte(0)
	if c.Dir == feature.In {
		marks |= markIn
	}
	if n < len(c.Bytes) {
		marks |= markCut
	}
	m.n++
	m.bytes = append(m.bytes, marks, byte(n>>8), byte(n))
	m.bytes = append(m.bytes, c.Bytes[:n]...)
}

// Each gives f the messages of a view, and whether their ends were cut off. The
// bytes are valid until Forget; f does not write to them.
func (m *Messages) Each(v feature.View, f func(b []byte, cut bool)) {
	for rest := m.bytes; len(rest) > 0; {
		end := headSize + int(binary.BigEndian.Uint16(rest[1:]))
		dir := feature.Out
		if rest[0]&markIn != 0 {
			dir = feature.In
		}
		if v.Has(dir) {
			f(rest[headSize:end:end], rest[0]&markCut != 0)
		}
		rest = rest[end:]
	}
}

// More is how many messages of a view were not kept.
func (m *Messages) More(v feature.View) (n uint32) {
	for dir := range m.more {
		if v.Has(feature.Dir(dir)) {
			n += m.more[dir]
		}
	}
	return n
}

// Held is how many bytes are kept, for a feature.Holder.
func (m *Messages) Held() int { return len(m.bytes) }

// Forget empties m, and keeps its memory for the next messages unless it is
// much.
func (m *Messages) Forget() {
	if cap(m.bytes) > maxIdle {
		m.bytes = nil
	}
	*m = Messages{bytes: m.bytes[:0]}
}
