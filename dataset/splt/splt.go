// Package splt is the feature set of raw sequences: the lengths and times of the
// first packets with payload, as they are.
package splt

import (
	"strconv"

	"joy/dataset/traits"
	"joy/model/vector"
)

// Name is that of the set.
const Name = "splt"

// Packets is how many are in it.
const Packets = 50

// Needs are the options that give as many packets as there are places, whichever
// side sent them.
func Needs() []vector.Option { return []vector.Option{{Name: "num_pkts", Value: "50"}} }

// Columns are the lengths, then the times.
func Columns() []vector.Column {
	columns := make([]vector.Column, 0, 2*Packets)
	for i := range Packets {
		n := strconv.Itoa(i + 1)
		columns = append(columns, vector.Column{
			Name:       "splt_len_" + n,
			Definition: "Payload of packet " + n + " in bytes, negative when da sent it; 0 when there are fewer packets.",
		})
	}
	for i := range Packets {
		n := strconv.Itoa(i + 1)
		columns = append(columns, vector.Column{
			Name:       "splt_ms_" + n,
			Definition: "Whole milliseconds from the packet before to packet " + n + ", for the first one from the start of the flow; 0 when there are fewer packets.",
		})
	}
	return columns
}

// Fill writes the columns.
func Fill(f *traits.Flow, x []float64) {
	for i, p := range f.Packets[:min(len(f.Packets), Packets)] {
		x[i], x[Packets+i] = float64(p.Bytes), float64(p.Time)
		if p.In {
			x[i] = -x[i]
		}
	}
}

// Applies holds for flows with a packet.
func Applies(f *traits.Flow) bool { return len(f.Packets) > 0 }
