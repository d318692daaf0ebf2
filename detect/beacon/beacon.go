// Package beacon finds connections that come again at regular intervals.
package beacon

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"joy/detect/contact"
	"joy/detect/finding"
	"joy/detect/network"
	"joy/detect/recent"
	"joy/detect/threshold"
	"joy/query/flow"
)

// Kind is the kind of findings.
const Kind = "beacon"

const (
	// maxPairs is how many clients and services are remembered.
	maxPairs = 1 << 16
	// maxEvents is how many connections of a pair are, the latest ones.
	maxEvents = 100
	// together is how near connections are one event, in nanoseconds: browsers open
	// several at once.
	together = int64(time.Second)
)

// A Detector remembers when clients connected to services.
type Detector struct {
	limits *threshold.Set
	net    *network.Network
	pairs  *recent.Table[pair]
	found  *finding.Top
	key    []byte // reused
}

// maxFindings bounds what is found.
const maxFindings = 1000

// A pair is a client and a service: a name or an address, and a port.
type pair struct {
	trace  finding.Trace
	events []event // in order
	port   uint16  // that the first connection came from
	varied bool    // others came from other ports
}

// An event is a connection.
type event struct {
	start int64
	out   uint32 // bytes of payload that the client sent
}

func (e event) compare(o event) int {
	return cmp.Or(cmp.Compare(e.start, o.start), cmp.Compare(e.out, o.out))
}

// New returns a Detector.
func New(limits *threshold.Set, net *network.Network) *Detector {
	d := &Detector{limits: limits, net: net, found: finding.NewTop(maxFindings)}
	d.pairs = recent.New(maxPairs, d.judge)
	return d
}

// regular are UDP ports of protocols that repeat themselves by their nature: names,
// addresses, time, and looking for neighbours.
var regular = [...]uint16{53, 67, 68, 123, 137, 138, 546, 547, 1900, 3702, 5353, 5355}

// Add takes a flow.
func (d *Detector) Add(f *flow.Flow) {
	if f.Segment > 0 || !f.HasPorts || d.net.Group(f.Dst) || contact.Of(f) == contact.Unknown {
		return
	}
	if f.Pr == contact.UDP && slices.Contains(regular[:], f.DP) {
		return
	}
	d.key = recent.Key(d.key, f.SA, f.Peer(), strconv.AppendUint(nil, uint64(f.DP), 10), strconv.AppendUint(nil, uint64(f.Pr), 10))
	d.pairs.At(d.key, f.End).add(f)
}

func (p *pair) add(f *flow.Flow) {
	p.trace.Add(f)
	if p.port == 0 {
		p.port = f.SP
	}
	p.varied = p.varied || p.port != f.SP
	e := event{f.Start, uint32(min(f.BytesOut, 1<<32-1))}
	i, _ := slices.BinarySearchFunc(p.events, e, event.compare)
	if len(p.events) < maxEvents {
		p.events = slices.Insert(p.events, i, e)
		return
	}
	if i > 0 { // the earliest one leaves
		copy(p.events, p.events[1:i])
		p.events[i-1] = e
	}
}

// starts are the times of events, those near each other as one.
func (p *pair) starts() (list []int64) {
	for _, e := range p.events {
		if len(list) == 0 || e.start-list[len(list)-1] > together {
			list = append(list, e.start)
		}
	}
	return list
}

// judge makes a finding of a pair, if it is one.
func (d *Detector) judge(key string, p *pair) {
	starts := p.starts()
	if !p.varied || float64(len(starts)) < d.limits.Get(threshold.BeaconEvents) {
		return
	}
	if s := time.Duration(starts[len(starts)-1] - starts[0]).Seconds(); s < d.limits.Get(threshold.BeaconSpan) {
		return
	}
	r := measure(starts)
	score := r.score(d.limits.Get(threshold.BeaconSpread))
	if score < 0.5 || r.coverage < d.limits.Get(threshold.BeaconCoverage) {
		return
	}
	f := finding.Finding{Kind: Kind, Score: score, Src: recent.Part(key, 0), Dst: recent.Part(key, 1)}
	port, _ := strconv.ParseUint(recent.Part(key, 2), 10, 16)
	pr, _ := strconv.ParseUint(recent.Part(key, 3), 10, 8)
	f.Port, f.Pr = uint16(port), uint8(pr)
	p.trace.Put(&f)
	f.Title = fmt.Sprintf("%s connects to %s port %d every %.4g s", f.Src, f.Dst, port, r.median)
	f.Evidence = []finding.Evidence{
		{Name: "connections", Value: strconv.Itoa(len(starts))},
		{Name: "interval", Value: fmt.Sprintf("%.3f s", r.median)},
		{Name: "spread", Value: fmt.Sprintf("%.3f", r.spread)},
		{Name: "coverage", Value: fmt.Sprintf("%.2f", r.coverage)},
		{Name: "same size", Value: fmt.Sprintf("%.2f", p.sameSize())},
	}
	d.found.Put(f)
}

// sameSize is the share of connections in which the client sent what it mostly
// sends, more or less a tenth.
func (p *pair) sameSize() float64 {
	sizes := make([]float64, len(p.events))
	for i, e := range p.events {
		sizes[i] = float64(e.out)
	}
	m := median(sizes)
	n := 0
	for _, s := range sizes {
		if m*0.9 <= s && s <= m*1.1 {
			n++
		}
	}
	return float64(n) / float64(len(sizes))
}

// Findings returns what was found. The detector is at its end.
func (d *Detector) Findings() []finding.Finding {
	for key, p := range d.pairs.All() {
		d.judge(key, p)
	}
	return d.found.List()
}

// Bounds are the limits of the detector.
func (d *Detector) Bounds() []finding.Bound {
	return []finding.Bound{d.pairs.Bound("clients and services"), d.found.Bound()}
}
