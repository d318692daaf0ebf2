// Package flowstats is the feature set of flow statistics: counts, rates, and
// what the lengths, times and flags of all packets are like. There is no port
// and no address in it.
package flowstats

import (
	"joy/dataset/traits"
	"joy/model/vector"
)

// Name is that of the set.
const Name = "flow-stats"

// Needs are the options that it counts with.
func Needs() []vector.Option {
	return []vector.Option{{Name: "bidir", Value: "1"}, {Name: "stats", Value: "1"}}
}

// A column is a feature and how it is made.
type column struct {
	vector.Column
	of func(f *traits.Flow) float64
}

func columns() []column {
	list := []column{
		{vector.Column{Name: "fs_tcp", Definition: "1 for TCP, else 0."}, func(f *traits.Flow) float64 { return one(f.Pr == 6) }},
		{vector.Column{Name: "fs_udp", Definition: "1 for UDP, else 0."}, func(f *traits.Flow) float64 { return one(f.Pr == 17) }},
		{vector.Column{Name: "fs_duration_ms", Definition: "Milliseconds from the first packet to the last."}, (*traits.Flow).Duration},
		{vector.Column{Name: "fs_pkts_per_s", Definition: "Packets of both sides in a second of duration; 0 without duration."}, func(f *traits.Flow) float64 {
			return rate(float64(f.PktsOut+f.PktsIn), f)
		}},
		{vector.Column{Name: "fs_bytes_per_s", Definition: "Payload of both sides in bytes a second of duration; 0 without duration."}, func(f *traits.Flow) float64 {
			return rate(float64(f.BytesOut)+float64(f.BytesIn), f)
		}},
		{vector.Column{Name: "fs_bytes_share_out", Definition: "Payload of sa divided by that of both sides; 0 without payload."}, func(f *traits.Flow) float64 {
			return share(float64(f.BytesOut), float64(f.BytesOut)+float64(f.BytesIn))
		}},
		{vector.Column{Name: "fs_pkts_share_out", Definition: "Packets of sa divided by those of both sides."}, func(f *traits.Flow) float64 {
			return share(float64(f.PktsOut), float64(f.PktsOut)+float64(f.PktsIn))
		}},
		{vector.Column{Name: "fs_syn_synack_ms", Definition: "Milliseconds from SYN to SYN-ACK; 0 when they were not seen."}, func(f *traits.Flow) float64 { return f.SynSynack }},
		{vector.Column{Name: "fs_synack_ack_ms", Definition: "Milliseconds from SYN-ACK to ACK; 0 when they were not seen."}, func(f *traits.Flow) float64 { return f.SynackAck }},
	}
	for _, s := range [...]struct {
		prefix, who string
		side        func(f *traits.Flow) *traits.Side
		pkts, bytes func(f *traits.Flow) uint64
	}{
		{"fs_out_", "sa", func(f *traits.Flow) *traits.Side { return &f.Out }, func(f *traits.Flow) uint64 { return f.PktsOut }, func(f *traits.Flow) uint64 { return f.BytesOut }},
		{"fs_in_", "da", func(f *traits.Flow) *traits.Side { return &f.In }, func(f *traits.Flow) uint64 { return f.PktsIn }, func(f *traits.Flow) uint64 { return f.BytesIn }},
	} {
		add := func(name, definition string, of func(f *traits.Flow) float64) {
			list = append(list, column{vector.Column{Name: s.prefix + name, Definition: definition}, of})
		}
		add("pkts", "Packets that "+s.who+" sent.", func(f *traits.Flow) float64 { return float64(s.pkts(f)) })
		add("bytes", "Payload that "+s.who+" sent, in bytes.", func(f *traits.Flow) float64 { return float64(s.bytes(f)) })
		moments(add, "len", "length of IP packets of "+s.who+" in bytes", func(f *traits.Flow) *traits.Moments { return &s.side(f).Len })
		moments(add, "iat", "time between packets of "+s.who+" in milliseconds", func(f *traits.Flow) *traits.Moments { return &s.side(f).IAT })
		for i := range traits.Letters {
			letter := traits.Letters[i : i+1]
			add("flag_"+letter, "Packets of "+s.who+" with the TCP flag "+letter+".", func(f *traits.Flow) float64 { return s.side(f).Flags[i] })
		}
		add("retrans_pkts", "Segments of "+s.who+" whose payload had been seen before.", func(f *traits.Flow) float64 { return s.side(f).RetransPkts })
		add("out_of_order", "Segments of "+s.who+" that filled a gap.", func(f *traits.Flow) float64 { return s.side(f).OutOfOrder })
		add("gaps", "Times that a segment of "+s.who+" began behind the expected number.", func(f *traits.Flow) float64 { return s.side(f).Gaps })
	}
	return list
}

func moments(add func(name, definition string, of func(f *traits.Flow) float64), name, what string, of func(f *traits.Flow) *traits.Moments) {
	add(name+"_min", "Smallest "+what+"; 0 for none.", func(f *traits.Flow) float64 { return of(f).Min })
	add(name+"_mean", "Mean "+what+"; 0 for none.", func(f *traits.Flow) float64 { return of(f).Mean })
	add(name+"_std", "Standard deviation (n-1) of the "+what+"; 0 for less than two.", func(f *traits.Flow) float64 { return of(f).Std })
	add(name+"_max", "Largest "+what+"; 0 for none.", func(f *traits.Flow) float64 { return of(f).Max })
}

// Columns are the features.
func Columns() (list []vector.Column) {
	for _, c := range columns() {
		list = append(list, c.Column)
	}
	return list
}

// Filler returns what writes the columns.
func Filler() func(f *traits.Flow, x []float64) {
	list := columns()
	return func(f *traits.Flow, x []float64) {
		for i := range list {
			x[i] = list[i].of(f)
		}
	}
}

// Applies holds for flows with statistics.
func Applies(f *traits.Flow) bool { return f.HasStats }

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func share(part, of float64) float64 {
	if of == 0 {
		return 0
	}
	return part / of
}

// rate is a count for each second.
func rate(n float64, f *traits.Flow) float64 { return share(n*1000, f.Duration()) }
