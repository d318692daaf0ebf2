package stitch

import (
	"math"
	"slices"
	"strconv"

	"joy/query/value"
)

// maxPackets bounds the list of packets of a flow that is stitched; the first
// stay.
const maxPackets = 1000

// A packet is an element of packets with its time.
type packet struct {
	at     float64 // milliseconds since the flow began
	record value.Record
}

// packets merges both lists in order of time.
func (m *merger) packets(v, o value.Value) value.Value {
	list := timed(dirs(v, false, m.directed), 0)
	list = append(list, timed(dirs(o, m.swapped, m.other.directed), (m.other.start-m.start)*1000)...)
	slices.SortStableFunc(list, func(a, b packet) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	text := append(make([]byte, 0, len(v)+len(o)), '[')
	last := 0.0
	for i := range list[:min(len(list), maxPackets)] {
		p := &list[i]
		if i > 0 {
			text = append(text, ',')
		}
		if p.record.Get("ipt") != nil {
			p.record.Set("ipt", strconv.AppendFloat(nil, max(0, p.at-last), 'f', 0, 64))
		}
		last = p.at
		text = p.record.Join(text)
	}
	return append(text, ']')
}

// timed reads packets; each tells the time since the one before.
func timed(v value.Value, at float64) (list []packet) {
	for item := range v.Items() {
		if len(list) == maxPackets {
			break
		}
		var p packet
		if p.record.Split(item) != nil {
			continue
		}
		if n, ok := p.record.Get("ipt").Num(); ok && !math.IsInf(n.Float, 0) {
			at += n.Float
		}
		p.at = math.Round(at)
		list = append(list, p)
	}
	return list
}

// dirs sets the dir of packets: of records of one direction, where it says
// nothing, and of those whose source is the destination of the flow.
func dirs(v value.Value, swapped, directed bool) value.Value {
	if directed && !swapped || v.Kind() != value.Array {
		return v
	}
	text := []byte{'['}
	for item := range v.Items() {
		var r value.Record
		if r.Split(item) != nil {
			continue
		}
		if dir := r.Get("dir"); dir != nil {
			out := !directed || string(dir) == `">"`
			if out != swapped {
				r.Set("dir", value.Value(`">"`))
			} else {
				r.Set("dir", value.Value(`"<"`))
			}
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = r.Join(text)
	}
	return append(text, ']')
}
