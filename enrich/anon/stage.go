package anon

import (
	"net/netip"

	"joy/measure"
	"joy/record"
)

// Stage returns a Writer that hides addresses in each record before next gets
// it. A worker has its own.
//
// Addresses become their pseudonyms. What may hold a hidden address as bytes
// (payload, idp, hd, unknown TCP options) is left out when it does. In records
// of a hidden address, what can be worked out to it by trying all addresses is
// not shown either: the Community ID is left out, the flow id is encrypted, and
// MAC addresses, of which IPv6 addresses are made, are left out.
func (a *Anonymizer) Stage(next record.Writer) record.Writer {
	return &stage{a: a.Clone(), next: next}
}

type stage struct {
	a    *Anonymizer
	next record.Writer
}

func (g *stage) Write(r *record.Record) error {
	hidden := g.addr(&r.SA)
	hidden = g.addr(&r.DA) || hidden
	for i := range r.Encap {
		hidden = g.addr(&r.Encap[i].Src) || hidden
		hidden = g.addr(&r.Encap[i].Dst) || hidden
	}
	r.Src, r.Dst = netip.Addr{}, netip.Addr{}
	if hidden {
		r.CommunityID = nil
		r.FlowID = record.FlowID(g.a.key.number(uint64(r.FlowID)))
		if r.L2 != nil {
			r.L2.SMAC, r.L2.DMAC = record.MAC{}, record.MAC{}
		}
	}
	g.contents(r)
	return g.next.Write(r)
}

// addr replaces an address that must not appear, and reports whether it was
// one.
func (g *stage) addr(a *record.Addr) bool {
	text, hidden := g.a.Addr(a.IP)
	if hidden {
		*a = record.Addr{Token: text}
	}
	return hidden
}

// contents leaves out bytes with a hidden address in them.
func (g *stage) contents(r *record.Record) {
	if g.a.Bytes(r.IDPOut) {
		r.IDPOut, r.IDPLenOut = nil, 0
	}
	if g.a.Bytes(r.IDPIn) {
		r.IDPIn, r.IDPLenIn = nil, 0
	}
	if p := r.Payload; p != nil {
		p.Out, p.In = g.bytes(p.Out), g.bytes(p.In)
	}
	if h := r.HD; h != nil && (g.a.Bytes(h.I) || g.a.Bytes(h.CV)) {
		r.HD = nil
	}
	if t := r.TCP; t != nil {
		for _, y := range []*record.SYN{t.Out, t.In} {
			if y != nil {
				g.options(y.Opts)
			}
		}
	}
	for i := range r.PPI {
		g.options(r.PPI[i].Opts)
	}
}

func (g *stage) bytes(b record.Hex) record.Hex {
	if g.a.Bytes(b) {
		return nil
	}
	return b
}

// options empties TCP options with an address in them, such as those in which
// load balancers pass it on.
func (g *stage) options(list []measure.Option) {
	for i := range list {
		if o := &list[i]; !o.Decoded() && g.a.Bytes(o.Data()) {
			o.Hide()
		}
	}
}
