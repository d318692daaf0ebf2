// Package nfstream has the statistical columns of nfstream 6, under their names:
// as nfstream computes them, and with what it rounds away put right. Records do
// not have the time of every packet in microseconds, and so not every column is
// to the digit; its definition says where.
//
// Sizes are lengths of IP packets, as with accounting_mode=1 there.
package nfstream

import (
	"math"

	"joy/dataset/traits"
	"joy/model/vector"
)

// The names of the sets.
const (
	Published = "nfstream"
	Corrected = "nfstream-corrected"
)

// Needs are the timeouts of nfstream, and packets without payload too.
func Needs() []vector.Option {
	return []vector.Option{
		{Name: "bidir", Value: "1"},
		{Name: "stats", Value: "1"},
		{Name: "zeros", Value: "1"},
		{Name: "num_pkts", Value: "200"},
		{Name: "inactive_timeout", Value: "120"},
		{Name: "active_timeout", Value: "1800"},
	}
}

// A Flow is what the columns are made of.
type numbers struct {
	*traits.Flow
	// out, in and both are the directions: src2dst, dst2src, bidirectional.
	out, in, both direction
}

// A direction has lengths, times and flags. Times are milliseconds.
type direction struct {
	packets, bytes, duration float64
	ps, piat                 traits.Moments
	flags                    [8]float64
}

// A column is a feature and how it is made.
type column struct {
	vector.Column
	of func(n *numbers) float64
}

// flags are nfstream's, in its order.
var flags = [...]struct{ name, letter string }{
	{"syn", "S"}, {"cwr", "C"}, {"ece", "E"}, {"urg", "U"}, {"ack", "A"}, {"psh", "P"}, {"rst", "R"}, {"fin", "F"},
}

func columns(corrected bool) []column {
	list := []column{
		{vector.Column{Name: "src_port", Definition: "Source port; 0 for none."}, func(n *numbers) float64 { return float64(n.SP) }},
		{vector.Column{Name: "dst_port", Definition: "Destination port; 0 for none."}, func(n *numbers) float64 { return float64(n.DP) }},
		{vector.Column{Name: "protocol", Definition: "IP protocol."}, func(n *numbers) float64 { return float64(n.Pr) }},
		{vector.Column{Name: "ip_version", Definition: "4 or 6."}, version},
	}
	sides := []struct {
		prefix, what string
		of           func(n *numbers) *direction
	}{
		{"bidirectional_", "both sides", func(n *numbers) *direction { return &n.both }},
		{"src2dst_", "sa", func(n *numbers) *direction { return &n.out }},
		{"dst2src_", "da", func(n *numbers) *direction { return &n.in }},
	}
	add := func(name, definition string, of func(n *numbers) float64) {
		list = append(list, column{vector.Column{Name: name, Definition: definition}, of})
	}
	times := "in milliseconds"
	if !corrected {
		times = "in whole milliseconds, as differences of times that are cut to milliseconds"
	}
	for _, s := range sides {
		add(s.prefix+"duration_ms", "Time from the first packet of "+s.what+" to the last, "+times+"; "+exactness(s.prefix, corrected, false)+".", func(n *numbers) float64 { return s.of(n).duration })
		add(s.prefix+"packets", "Packets of "+s.what+".", func(n *numbers) float64 { return s.of(n).packets })
		add(s.prefix+"bytes", "Sum of the lengths of the IP packets of "+s.what+" in bytes, from their mean of 9 digits: exact up to 1e9.", func(n *numbers) float64 { return s.of(n).bytes })
	}
	for _, s := range sides {
		moments(add, s.prefix, "ps", "length of an IP packet of "+s.what+" in bytes", func(n *numbers) *traits.Moments { return &s.of(n).ps })
	}
	for _, s := range sides {
		moments(add, s.prefix, "piat_ms", "time between two packets of "+s.what+", "+times+"; "+exactness(s.prefix, corrected, true), func(n *numbers) *traits.Moments { return &s.of(n).piat })
	}
	for _, s := range sides {
		for _, f := range flags {
			at := place(f.letter[0])
			add(s.prefix+f.name+"_packets", "Packets of "+s.what+" with the TCP flag "+f.letter+".", func(n *numbers) float64 { return s.of(n).flags[at] })
		}
	}
	return list
}

// exactness says how near a time is.
func exactness(prefix string, corrected, gaps bool) string {
	switch {
	case gaps && prefix == "bidirectional_":
		return "the mean is exact, the others are of whole milliseconds of the packets that are listed, 200 of each side"
	case corrected:
		return "exact, to 9 digits"
	case gaps:
		return "made of the exact times: up to one millisecond off"
	case prefix == "dst2src_":
		return "made of the exact time: up to one millisecond off"
	}
	return "exact"
}

func moments(add func(name, definition string, of func(n *numbers) float64), prefix, name, what string, of func(n *numbers) *traits.Moments) {
	add(prefix+"min_"+name, "Smallest "+what+"; 0 for none.", func(n *numbers) float64 { return of(n).Min })
	add(prefix+"mean_"+name, "Mean "+what+"; 0 for none.", func(n *numbers) float64 { return of(n).Mean })
	add(prefix+"stddev_"+name, "Standard deviation (n-1) of the "+what+"; 0 for less than two.", func(n *numbers) float64 { return of(n).Std })
	add(prefix+"max_"+name, "Largest "+what+"; 0 for none.", func(n *numbers) float64 { return of(n).Max })
}

func version(n *numbers) float64 {
	if n.V6 {
		return 6
	}
	return 4
}

func place(letter byte) int {
	for i := range traits.Letters {
		if traits.Letters[i] == letter {
			return i
		}
	}
	return -1 // would be found by the first test
}

// Columns are those of a set.
func Columns(corrected bool) (list []vector.Column) {
	for _, c := range columns(corrected) {
		list = append(list, c.Column)
	}
	return list
}

// Filler returns what writes the columns of a set.
func Filler(corrected bool) func(f *traits.Flow, x []float64) {
	list := columns(corrected)
	return func(f *traits.Flow, x []float64) {
		n := numbersOf(f, corrected)
		for i := range list {
			x[i] = list[i].of(&n)
		}
	}
}

// Applies holds for flows with statistics.
func Applies(f *traits.Flow) bool { return f.HasStats }

func numbersOf(f *traits.Flow, corrected bool) numbers {
	n := numbers{Flow: f, out: side(&f.Out, f.PktsOut), in: side(&f.In, f.PktsIn)}
	n.both = direction{
		packets: n.out.packets + n.in.packets, bytes: n.out.bytes + n.in.bytes, duration: f.Duration(),
		ps: traits.Join(&f.Out.Len, float64(f.PktsOut), &f.In.Len, float64(f.PktsIn)),
	}
	for i := range n.both.flags {
		n.both.flags[i] = n.out.flags[i] + n.in.flags[i]
	}
	n.both.piat = f.Gaps()
	if !corrected {
		n.cut()
	}
	if n.both.packets > 1 {
		n.both.piat.Mean = n.both.duration / (n.both.packets - 1)
	}
	return n
}

func side(s *traits.Side, packets uint64) direction {
	d := direction{packets: float64(packets), ps: s.Len, piat: s.IAT, flags: s.Flags}
	d.bytes = math.Round(s.Len.Mean * d.packets)
	if packets > 1 {
		d.duration = s.IAT.Mean * (d.packets - 1)
	}
	return d
}

// cut makes whole milliseconds of times, as nfstream does before it takes
// differences.
func (n *numbers) cut() {
	start := math.Floor(float64(n.Start%1e9)/1e3) / 1e3 // milliseconds of its second, in whole microseconds
	n.both.duration = math.Floor(start+n.both.duration) - math.Floor(start)
	if n.out.packets > 1 {
		n.out.duration = math.Floor(math.Round((start+n.out.duration)*1e3)/1e3) - math.Floor(start) // sa sent the first packet
		n.out.piat.Mean = n.out.duration / (n.out.packets - 1)
	}
	if n.in.packets > 1 {
		n.in.duration = math.Floor(math.Round(n.in.duration*1e3) / 1e3)
		n.in.piat.Mean = n.in.duration / (n.in.packets - 1)
	}
	for _, d := range [...]*direction{&n.out, &n.in} {
		d.piat.Min, d.piat.Max = math.Floor(d.piat.Min), math.Floor(d.piat.Max)
	}
}
