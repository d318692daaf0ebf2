package anon

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"

	"joy/measure"
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
	return &stage{a: a.Clone(), next: next}
}

type stage struct {
	a    *Anonymizer
	next record.Writer
	text []byte // of a fingerprint
}

// Write hides by hand what is tagged anon:"stage" in the record, and hands
// itself to the rest as a feature.Hider.
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
		r.FlowID = record.FlowID(g.a.key.number(uint64(r.FlowID)))
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

// Addr implements feature.Hider.
func (g *stage) Addr(a *record.Addr) { g.replace(a) }

// Text implements feature.Hider.
func (g *stage) Text(t record.Text) record.Text {
	if text, n := g.a.replaced(t); n > 0 {
		return bytes.Clone(text)
	}
	return t
}

// Hex implements feature.Hider.
func (g *stage) Hex(b record.Hex) record.Hex {
	if g.a.Bytes(b) {
		return nil
	}
	return b
}

// replace replaces an address that must not appear, and reports whether it was
// one.
func (g *stage) replace(a *record.Addr) bool {
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

// prints leaves out fingerprints that show a hidden address, as a server may have
// it in its version line and a client in the name of a protocol. They have such
// texts in hexadecimal. Their other bytes are numbers by protocol, in which
// addresses would be found by chance.
func (g *stage) prints(f *record.Fingerprints) *record.Fingerprints {
	if f == nil {
		return nil
	}
	if g.shows(f.TLS) {
		f.TLS = nil
	}
	f.NPF = slices.DeleteFunc(f.NPF, g.shows)
	if len(f.TCP) == 0 && len(f.TLS) == 0 && len(f.NPF) == 0 && !f.Truncated {
		return nil
	}
	return f
}

// shows reports whether a text in a fingerprint has a hidden address.
func (g *stage) shows(fp record.Text) bool {
	for part := range bytes.FieldsFuncSeq(fp, func(r rune) bool { return strings.ContainsRune("()[]/", r) }) {
		text, err := hex.AppendDecode(g.text[:0], part)
		if g.text = text; err != nil {
			continue // the name of its kind
		}
		if _, n := g.a.replaced(text); n > 0 {
			return true
		}
	}
	return false
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
