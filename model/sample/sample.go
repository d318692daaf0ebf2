// Package sample holds what feature sets look at of a flow. It fills the same
// Flow from records in memory and from their lines, Joy's included, so that a
// model scores in the collector what it was trained on in files.
package sample

import (
	"joy/measure"
	"joy/proto/tls"
)

// A Flow is what matters for features of one flow record. Its lists are used
// again for the next one.
type Flow struct {
	// SP and DP are ports, 0 for none.
	SP, DP uint16
	// What each side sent: bytes of payload, and packets; 0 in when da sent none.
	BytesOut, BytesIn, PktsOut, PktsIn uint64
	// Packets are the lengths and times, as field packets has them.
	Packets []Packet
	// Dist is byte_dist; HasDist says that there is one.
	Dist    [256]uint8
	HasDist bool
	// Hello says that a ClientHello with suites was seen.
	Hello bool
	// Suites and Extensions are those of the ClientHello, in order.
	Suites     []tls.Code
	Extensions []uint16
	// ClientKey is the length of the ClientKeyExchange in bits.
	ClientKey uint32

	// Exact is what records in memory have and lines do not.
	Exact Exact
}

// Exact is what Joy's collector scores by and does not write down. It borrows
// the record.
type Exact struct {
	// Counts are the bytes behind Dist, nil when they are not known.
	Counts *measure.Histogram
	// Wait is in milliseconds, as record.Record has it; 0 when it is not known.
	Wait    uint32
	HasWait bool
}

// A Packet is one with payload.
type Packet struct {
	// Bytes of payload.
	Bytes uint32
	// Time is milliseconds since the one before.
	Time uint32
	// In says that da sent it.
	In bool
}

// reset forgets everything but the room of the lists.
func (f *Flow) reset() {
	packets, suites, extensions := f.Packets[:0], f.Suites[:0], f.Extensions[:0]
	*f = Flow{Packets: packets, Suites: suites, Extensions: extensions}
}
