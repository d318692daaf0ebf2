package joy

import (
	"joy/capture"
	"joy/internal/engine"
	"joy/packet"
)

// Stats are the counts of a run. Marshalled, they are what summary= writes.
type Stats struct {
	Inputs  int    `json:"inputs"`         // captures opened
	Damaged int    `json:"damaged"`        // captures that could not be read to their end
	Bytes   int64  `json:"bytes"`          // read from the inputs, compressed where they are
	Frames  int64  `json:"frames"`         // read from the inputs
	Dropped int64  `json:"dropped"`        // frames lost before they could be read
	Filter  uint64 `json:"filtered_out"`   // frames that bpf= left out
	Packets uint64 `json:"packets"`        // IP packets decoded, the innermost of a tunnel
	Pieces  uint64 `json:"fragments"`      // fragments of IP datagrams
	Flows   uint64 `json:"flows"`          // begun
	Records uint64 `json:"records"`        // written
	Evicted uint64 `json:"flows_evicted"`  // written early at max_flows or max_memory
	Gaps    uint64 `json:"stream_gaps"`    // parts of TCP streams that were missing for the protocols
	Bound   uint64 `json:"stream_bound"`   // of these, because too much waited behind them
	Cut     uint64 `json:"parsers_cut"`    // protocols given up at a bound
	Faults  uint64 `json:"parsers_failed"` // protocols given up for a fault of the program
	Plain   uint64 `json:"shed_contents"`  // packets whose contents were not looked at under load; they are in records
	Shed    uint64 `json:"shed_packets"`   // packets of flows that were not begun under load; they are in no record
	ShedLen uint64 `json:"shed_bytes"`     // bytes of their payload
	Steps   uint64 `json:"clock_set_back"` // times that the clock of a live capture was set back
	Reasons counts `json:"not_decoded_by"` // frames without a packet, and losses at bounds, by reason
}

// counts are numbers by name, zero ones left out.
type counts map[string]uint64

// StatsOf joins what a run and its source have counted up to now.
func StatsOf(s *Snapshot, src capture.Stats) Stats { return newStats(s.Counts, src) }

func newStats(c engine.Counts, s capture.Stats) Stats {
	stats := Stats{
		Inputs: s.Inputs, Damaged: s.Damaged, Bytes: s.Bytes, Frames: s.Frames, Dropped: s.Dropped,
		Filter: c.Filtered, Packets: c.Packets, Pieces: c.Decode.Fragments,
		Flows: c.Flows, Records: c.Records, Evicted: c.Evicted,
		Gaps: c.Gaps, Bound: c.Overflow, Cut: c.Parsers, Faults: c.Panics,
		Plain: c.Plain, Shed: c.Shed, ShedLen: c.ShedSize, Steps: c.Steps,
		Reasons: counts{},
	}
	for r := range packet.NumReasons {
		if n := c.Decode.Reasons[r]; n > 0 {
			stats.Reasons[r.String()] = n
		}
	}
	return stats
}
