// Package tunnel finds data that travels in the names of DNS queries.
package tunnel

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"joy/detect/distinct"
	"joy/detect/finding"
	"joy/detect/lookup"
	"joy/detect/recent"
	"joy/detect/threshold"
	"joy/query/flow"
)

// Kind is the kind of findings.
const Kind = "dns-tunnel"

// maxDomains is how many registered domains are remembered; maxFindings bounds
// what is found.
const (
	maxDomains  = 1 << 13
	maxFindings = 1000
)

// A Detector measures what names below a domain can carry.
type Detector struct {
	limits  *threshold.Set
	domains *recent.Table[domain]
	found   *finding.Top
	key     []byte // reused
}

// A domain is a registered one, with what was asked below it; or a server, with
// the names that it was asked for and that are in no domain.
type domain struct {
	trace    finding.Trace
	queries  uint64
	names    distinct.Set
	sources  distinct.Set
	source   string // the smallest
	resolver string // the smallest
	example  string // the longest name, of several the smallest
	bytes    uint64 // of labels below the domain
	longest  int    // label
	letters  [256]uint32
	types    map[string]uint64 // a few, see lookup
}

// New returns a Detector.
func New(limits *threshold.Set) *Detector {
	d := &Detector{limits: limits, found: finding.NewTop(maxFindings)}
	d.domains = recent.New(maxDomains, d.judge)
	return d
}

// Add takes a flow and its lookups.
func (d *Detector) Add(f *flow.Flow, lookups []lookup.Lookup) {
	last := "" // the key whose trace has the flow
	for i := range lookups {
		l := &lookups[i]
		if !l.Query || len(l.Below) == 0 {
			continue
		}
		d.key = recent.Key(d.key, []byte(l.Registered))
		if l.Registered == "" {
			d.key = recent.Key(d.key, nil, f.DA)
		}
		x := d.domains.At(d.key, f.End)
		x.add(f, l)
		if last != string(d.key) {
			x.trace.Add(f)
			last = string(d.key)
		}
	}
}

// maxExample bounds the name that is shown.
const maxExample = 255

func (x *domain) add(f *flow.Flow, l *lookup.Lookup) {
	x.queries++
	x.names.Add(l.Text)
	x.sources.Add(f.SA)
	x.source = smallest(x.source, f.SA)
	x.resolver = smallest(x.resolver, f.DA)
	if n := len(l.Text); n <= maxExample && cmp.Or(cmp.Compare(n, len(x.example)), strings.Compare(x.example, string(l.Text))) > 0 {
		x.example = string(l.Text)
	}
	for _, label := range l.Below {
		x.bytes += uint64(len(label))
		x.longest = max(x.longest, len(label))
		for _, c := range label {
			x.letters[c]++
		}
	}
	if x.types == nil {
		x.types = make(map[string]uint64)
	}
	x.types[l.Type]++
}

// smallest of a text, if there is one, and another.
func smallest(s string, t []byte) string {
	if s == "" || string(t) < s {
		return string(t)
	}
	return s
}

// entropy of the letters below the domain, in bits a letter.
func (x *domain) entropy() (bits float64) {
	for _, n := range x.letters {
		if n > 0 {
			p := float64(n) / float64(x.bytes)
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// judge makes a finding of a domain, if it is one.
func (d *Detector) judge(key string, x *domain) {
	queries, names := float64(x.queries), x.names.Count()
	length, bits := float64(x.bytes)/queries, x.entropy()
	carried := names * length * bits / 8
	if carried < d.limits.Get(threshold.TunnelBytes) || length < d.limits.Get(threshold.TunnelLength) ||
		names < d.limits.Get(threshold.TunnelFresh)*queries {
		return
	}
	f := finding.Finding{Kind: Kind, Score: finding.Strength(carried, d.limits.Get(threshold.TunnelBytes))}
	if x.sources.Count() == 1 {
		f.Src = x.source
	}
	f.Dst, f.Title = recent.Part(key, 0), "names below "
	if f.Dst == "" {
		f.Dst, f.Title = recent.Part(key, 1), "names that are in no domain, for "
	}
	x.trace.Put(&f)
	f.Title += fmt.Sprintf("%s carry about %.0f bytes", f.Dst, carried)
	f.Evidence = []finding.Evidence{
		{Name: "queries", Value: strconv.FormatUint(x.queries, 10)},
		{Name: "different names", Value: x.names.String()},
		{Name: "mean length", Value: strconv.FormatFloat(length, 'f', 1, 64)},
		{Name: "longest label", Value: strconv.Itoa(x.longest)},
		{Name: "entropy", Value: strconv.FormatFloat(bits, 'f', 2, 64) + " bits a letter"},
		{Name: "types", Value: x.kinds()},
		{Name: "clients", Value: x.sources.String()},
		{Name: "resolver", Value: x.resolver},
		{Name: "example", Value: x.example},
	}
	d.found.Put(f)
}

// kinds lists the types that were asked for, the most frequent first.
func (x *domain) kinds() string {
	var list []string
	for t := range x.types {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(x.types[b], x.types[a]), cmp.Compare(a, b)) })
	for i, t := range list {
		list[i] = fmt.Sprintf("%s %d", t, x.types[t])
	}
	return strings.Join(list, ", ")
}

// Findings returns what was found. The detector is at its end.
func (d *Detector) Findings() []finding.Finding {
	for key, x := range d.domains.All() {
		d.judge(key, x)
	}
	return d.found.List()
}

// Bounds are the limits of the detector.
func (d *Detector) Bounds() []finding.Bound {
	return []finding.Bound{d.domains.Bound("domains"), d.found.Bound()}
}
