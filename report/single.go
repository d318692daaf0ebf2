package report

import (
	"fmt"
	"time"

	"joy/plot"
)

// tuple is the flow in words.
func (f *Facts) tuple() string {
	end := func(addr []byte, port uint16) string {
		if !f.HasPorts {
			return plain(string(addr))
		}
		return fmt.Sprintf("%s port %d", plain(string(addr)), port)
	}
	return transport(f.Pr) + ", " + end(f.SA, f.SP) + " > " + end(f.DA, f.DP)
}

// Packets are those of a flow, as a picture.
func (f *Facts) Packets() *plot.Packets {
	p := &plot.Packets{Title: f.tuple(), Up: plain(string(f.SA)), Down: plain(string(f.DA)), Left: f.damage.cut}
	at := 0.0
	for _, k := range f.packets {
		at += float64(k.wait) / 1e3
		p.List = append(p.List, plot.Packet{At: at, Bytes: float64(k.bytes), Down: k.down && f.HasIn})
	}
	return p
}

// Bytes are the byte values of a flow's payload, without counts when the record
// has none.
func (f *Facts) Bytes() *plot.Bytes {
	b := &plot.Bytes{Title: "Byte values of the payload, both sides"}
	sum := uint64(0)
	for v := range f.Rest.Get("byte_dist").Items() {
		n := whole(v)
		sum += n
		if b.Counts = append(b.Counts, float64(n)); len(b.Counts) > 256 {
			break
		}
	}
	if sum == 0 || len(b.Counts) > 256 {
		b.Counts = nil
	}
	return b
}

func timeOf(ns int64) time.Time { return time.Unix(0, ns).UTC() }
