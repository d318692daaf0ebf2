// Package rarity finds software that one host alone has, by its fingerprint.
package rarity

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"joy/detect/distinct"
	"joy/detect/finding"
	"joy/detect/network"
	"joy/detect/recent"
	"joy/detect/threshold"
	"joy/query/flow"
)

// Kind is the kind of findings.
const Kind = "rare-fingerprint"

const (
	// maxPrints is how many fingerprints are remembered, of maxLength characters at
	// most; longer ones are not looked at.
	maxPrints   = 1 << 12
	maxLength   = 4096
	maxFindings = 1000
)

// kinds are the fingerprints of clients that tell programs apart. Those of HTTP
// change with what is asked for, those of TCP are of systems.
var kinds = [...]string{"tls", "quic", "ssh"}

// A Detector counts which hosts show which fingerprints.
type Detector struct {
	limits *threshold.Set
	net    *network.Network
	prints *recent.Table[sighting]
	hosts  [len(kinds)]distinct.Set
	long   uint64
	found  *finding.Top
	key    []byte // reused
}

// A sighting is what was seen of a fingerprint.
type sighting struct {
	trace       finding.Trace
	hosts       distinct.Set
	source      string // the smallest
	destination string // the smallest
}

// New returns a Detector.
func New(limits *threshold.Set, net *network.Network) *Detector {
	return &Detector{limits: limits, net: net, prints: recent.New[sighting](maxPrints, nil), found: finding.NewTop(maxFindings)}
}

// maxPerFlow bounds the fingerprints of a flow.
const maxPerFlow = 16

// Add takes a flow.
func (d *Detector) Add(f *flow.Flow) {
	if !d.net.Internal(f.Src) {
		return
	}
	n := 0
	for v := range f.Rest.Get("fingerprints").Get("npf").Items() {
		if n++; n > maxPerFlow {
			return
		}
		text := v.Text()
		kind, _, _ := strings.Cut(string(text[:min(len(text), 8)]), "/")
		i := slices.Index(kinds[:], kind)
		switch {
		case i < 0:
			continue
		case len(text) > maxLength:
			d.long++
			continue
		}
		d.hosts[i].Add(f.SA)
		d.key = append(d.key[:0], text...)
		d.prints.At(d.key, f.End).add(f)
	}
}

func (p *sighting) add(f *flow.Flow) {
	p.trace.Add(f)
	p.hosts.Add(f.SA)
	if p.source == "" || string(f.SA) < p.source {
		p.source = string(f.SA)
	}
	if to := string(f.Peer()); p.destination == "" || to < p.destination {
		p.destination = to
	}
}

// Findings returns what was found. The detector is at its end.
func (d *Detector) Findings() []finding.Finding {
	for i, kind := range kinds {
		d.rare(kind, d.hosts[i].Count())
	}
	return d.found.List()
}

// rare finds what is rare among the fingerprints of a kind.
func (d *Detector) rare(kind string, hosts float64) {
	single, all := 0.0, 0.0
	for text, p := range d.prints.All() {
		if !strings.HasPrefix(text, kind+"/") {
			continue
		}
		all++
		if p.hosts.Count() == 1 {
			single++
		}
	}
	if all == 0 {
		return
	}
	for text, p := range d.prints.All() {
		if !strings.HasPrefix(text, kind+"/") || p.hosts.Count() != 1 {
			continue
		}
		score := finding.Strength(hosts*(1-single/all), d.limits.Get(threshold.RareHosts))
		if score < 0.5 {
			return
		}
		f := finding.Finding{Kind: Kind, Score: score, Src: p.source, Dst: p.destination}
		p.trace.Put(&f)
		f.Title = fmt.Sprintf("%s alone, of %.0f hosts, speaks %s as it does", p.source, hosts, kind)
		f.Evidence = []finding.Evidence{
			{Name: "hosts of the kind", Value: d.hosts[slices.Index(kinds[:], kind)].String()},
			{Name: "fingerprints of one host", Value: strconv.FormatFloat(single, 'f', 0, 64) + " of " + strconv.FormatFloat(all, 'f', 0, 64)},
			{Name: "fingerprint", Value: text},
		}
		d.found.Put(f)
	}
}

// Bounds are the limits of the detector.
func (d *Detector) Bounds() []finding.Bound {
	return []finding.Bound{
		d.prints.Bound("fingerprints"), {Name: "characters of a fingerprint", Limit: maxLength, Left: d.long}, d.found.Bound(),
	}
}
