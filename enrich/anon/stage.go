package anon

import (
	"net/netip"
	"slices"

	"joy/record"
)

// Stage returns a Writer that hides addresses in each record before next gets
// it. A worker has its own.
//
// Addresses become their pseudonyms, in what protocols say, too: there
// record.Hide hands over all addresses, texts and bytes. What may hold a hidden
// address as bytes (payload, idp, hd, unknown TCP options, bodies, parts that
// are shown in hexadecimal) is left out when it does. In records of a hidden
// address, what can be worked out to it by trying all addresses is not shown
// either: the Community ID is left out, the flow id is encrypted, and MAC
// addresses, of which IPv6 addresses are made, are left out.
func (a *Anonymizer) Stage(next record.Writer) record.Writer {
	return &stage{Hider: a.Hider(), next: next}
}

type stage struct {
	*Hider
	next record.Writer
}

// Write hides by hand what is tagged anon:"stage" in the record, and hands the
// Hider to the rest.
func (g *stage) Write(r *record.Record) error {
	hidden := g.replace(&r.SA)
	hidden = g.replace(&r.DA) || hidden
	for i := range r.Encap {
		hidden = g.replace(&r.Encap[i].Src) || hidden
		hidden = g.replace(&r.Encap[i].Dst) || hidden
	}
	r.Src, r.Dst = netip.Addr{}, netip.Addr{}
	if hidden {
		r.CommunityID = nil
		r.FlowID = g.FlowID(r.FlowID)
		if r.L2 != nil {
			r.L2.SMAC, r.L2.DMAC = record.MAC{}, record.MAC{}
		}
	}
	g.contents(r)
	r.Fingerprints, r.FingerprintsIn = g.prints(r.Fingerprints), g.prints(r.FingerprintsIn)
	r.Hide(g)
	leaveOutEmpty(r)
	return g.next.Write(r)
}

// leaveOutEmpty leaves out objects of which nothing may be told.
func leaveOutEmpty(r *record.Record) {
	if p := r.Payload; p != nil && len(p.Out) == 0 && len(p.In) == 0 {
		r.Payload = nil
	}
	if l := r.L2; l != nil && l.Empty() {
		r.L2 = nil
	}
}

// contents leaves out bytes with a hidden address in them.
func (g *stage) contents(r *record.Record) {
	if g.Bytes(r.IDPOut) {
		r.IDPOut, r.IDPLenOut = nil, 0
	}
	if g.Bytes(r.IDPIn) {
		r.IDPIn, r.IDPLenIn = nil, 0
	}
	if h := r.HD; h != nil && (g.Bytes(h.I) || g.Bytes(h.CV)) {
		r.HD = nil
	}
	if t := r.TCP; t != nil {
		for _, y := range []*record.SYN{t.Out, t.In} {
			if y != nil {
				g.Options(y.Opts)
			}
		}
	}
	for i := range r.PPI {
		g.Options(r.PPI[i].Opts)
	}
}

// prints leaves out fingerprints that show a hidden address, as a server may have
// it in its version line and a client in the name of a protocol. They have such
// texts in hexadecimal. Their other bytes are numbers by protocol, in which
// addresses would be found by chance.
func (g *stage) prints(f *record.Fingerprints) *record.Fingerprints {
	if f == nil {
		return nil
	}
	if g.Shows(f.TLS) {
		f.TLS = nil
	}
	f.NPF = slices.DeleteFunc(f.NPF, g.Shows)
	if len(f.TCP) == 0 && len(f.TLS) == 0 && len(f.NPF) == 0 && !f.Truncated {
		return nil
	}
	return f
}
