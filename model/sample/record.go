package sample

import "joy/record"

// FromRecord fills f from a record, of which f.Exact borrows the counters.
func FromRecord(r *record.Record, f *Flow) {
	packets, suites, extensions := f.Packets[:0], f.Suites[:0], f.Extensions[:0]
	for i := range r.Packets {
		p := &r.Packets[i]
		packets = append(packets, Packet{Bytes: p.B, Time: p.IPT, In: p.Dir != '>'})
	}
	f.SP, f.DP = uint16(max(r.SP, 0)), uint16(max(r.DP, 0))
	f.BytesOut, f.PktsOut, f.BytesIn, f.PktsIn = r.BytesOut, r.PktsOut, 0, 0
	if r.HasIn {
		f.BytesIn, f.PktsIn = r.BytesIn, r.PktsIn
	}
	if f.HasDist = r.HasDist && len(r.ByteDist) == len(f.Dist); f.HasDist {
		copy(f.Dist[:], r.ByteDist)
	}
	f.Exact = Exact{Counts: r.ByteCounts, Wait: r.Wait, HasWait: true}
	f.ClientKey = 0
	if t := r.TLS; t != nil {
		suites, f.ClientKey = append(suites, t.CS...), t.CKeyLength
		for i := range t.CExtensions {
			extensions = append(extensions, t.CExtensions[i].Type)
		}
	}
	f.Hello = len(suites) > 0
	f.Packets, f.Suites, f.Extensions = packets, suites, extensions
}
