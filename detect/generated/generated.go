// Package generated finds clients that ask for names which do not exist: those
// that a program has drawn by lot to find its master, and many of any kind.
package generated

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"joy/detect/distinct"
	"joy/detect/finding"
	"joy/detect/letters"
	"joy/detect/lookup"
	"joy/detect/recent"
	"joy/detect/threshold"
	"joy/query/flow"
)

// The kinds of findings.
const (
	Domains = "generated-domains"
	Burst   = "nxdomain-burst"
)

const (
	// maxClients is how many clients are remembered; maxFindings bounds what
	// is found.
	maxClients  = 1 << 14
	maxFindings = 1000
	// examples is how many names a finding shows.
	examples = 4
)

// A Detector counts what does not exist, by client.
type Detector struct {
	limits  *threshold.Set
	clients *recent.Table[client]
	found   *finding.Top
	key     []byte // reused
}

// A client is who asks a resolver.
type client struct {
	odd, plain   distinct.Set // registered domains that do not exist, by their letters
	absent       distinct.Set // names that do not exist
	found        distinct.Set // names that exist
	oddTrace     finding.Trace
	absentTrace  finding.Trace
	oddExamples  []string // the smallest
	someExamples []string
}

// New returns a Detector.
func New(limits *threshold.Set) *Detector {
	d := &Detector{limits: limits, found: finding.NewTop(maxFindings)}
	d.clients = recent.New(maxClients, d.judge)
	return d
}

// Add takes a flow and its lookups.
func (d *Detector) Add(f *flow.Flow, lookups []lookup.Lookup) {
	odd, absent := false, false
	var c *client
	for i := range lookups {
		l := &lookups[i]
		if l.Query || !l.Found && !l.NoSuchName {
			continue
		}
		if c == nil {
			d.key = recent.Key(d.key, f.SA)
			c = d.clients.At(d.key, f.End)
		}
		if l.Found {
			c.found.Add(l.Text)
			continue
		}
		absent = true
		c.absent.Add(l.Text)
		c.someExamples = example(c.someExamples, l.Text)
		switch {
		case l.Registered == "":
		case d.odd(l.Own):
			odd = true
			c.odd.Add([]byte(l.Registered))
			c.oddExamples = example(c.oddExamples, []byte(l.Registered))
		default:
			c.plain.Add([]byte(l.Registered))
		}
	}
	if odd {
		c.oddTrace.Add(f)
	}
	if absent {
		c.absentTrace.Add(f)
	}
}

// odd reports whether a label is long enough to tell, and none that people make.
func (d *Detector) odd(label []byte) bool {
	return float64(len(label)) >= d.limits.Get(threshold.GeneratedLength) && letters.Surprise(label) >= d.limits.Get(threshold.GeneratedSurprise)
}

// maxExample bounds a name that is kept to be shown.
const maxExample = 100

// example keeps the smallest names, each once.
func example(list []string, name []byte) []string {
	i, there := slices.BinarySearchFunc(list, name, func(s string, b []byte) int { return strings.Compare(s, string(b)) })
	if there || i == examples || len(name) > maxExample {
		return list
	}
	if len(list) == examples {
		list = list[:examples-1]
	}
	return slices.Insert(list, i, string(name))
}

// judge makes findings of a client.
func (d *Detector) judge(key string, c *client) {
	src := recent.Part(key, 0)
	odd, plain := c.odd.Count(), c.plain.Count()
	if least := d.limits.Get(threshold.GeneratedDomains); odd >= least && odd >= plain {
		f := finding.Finding{Kind: Domains, Score: finding.Strength(odd, least), Src: src}
		c.oddTrace.Put(&f)
		f.Title = fmt.Sprintf("%s asks for %s domains that do not exist and look drawn by lot", src, c.odd.String())
		f.Evidence = []finding.Evidence{
			{Name: "domains of odd letters", Value: c.odd.String()},
			{Name: "other domains that do not exist", Value: c.plain.String()},
			{Name: "names that exist", Value: c.found.String()},
			{Name: "examples", Value: strings.Join(c.oddExamples, " ")},
		}
		d.found.Put(f)
	}
	absent, found := c.absent.Count(), c.found.Count()
	share := absent / max(1, absent+found)
	if least := d.limits.Get(threshold.BurstNames); absent >= least && share >= d.limits.Get(threshold.BurstShare) {
		f := finding.Finding{Kind: Burst, Score: finding.Strength(absent, least), Src: src}
		c.absentTrace.Put(&f)
		f.Title = fmt.Sprintf("%s asks for %s names that do not exist", src, c.absent.String())
		f.Evidence = []finding.Evidence{
			{Name: "names that do not exist", Value: c.absent.String()},
			{Name: "share", Value: strconv.FormatFloat(share, 'f', 2, 64)},
			{Name: "examples", Value: strings.Join(c.someExamples, " ")},
		}
		d.found.Put(f)
	}
}

// Findings returns what was found. The detector is at its end.
func (d *Detector) Findings() []finding.Finding {
	for key, c := range d.clients.All() {
		d.judge(key, c)
	}
	return d.found.List()
}

// Bounds are the limits of the detector.
func (d *Detector) Bounds() []finding.Bound {
	return []finding.Bound{d.clients.Bound("clients of resolvers"), d.found.Bound()}
}
