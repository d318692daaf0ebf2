// Package scan finds who tries many ports of a host, or many hosts.
package scan

import (
	"cmp"
	"fmt"
	"strconv"

	"joy/detect/contact"
	"joy/detect/distinct"
	"joy/detect/finding"
	"joy/detect/network"
	"joy/detect/recent"
	"joy/detect/threshold"
	"joy/query/flow"
)

// The kinds of findings.
const (
	Ports = "port-scan"
	Hosts = "host-scan"
	Pings = "ping-sweep"
)

// How many pairs, ports and scanners are remembered.
const (
	maxPairs    = 1 << 16
	maxSources  = 1 << 16
	maxScanners = 4096
)

// A Detector counts what sources try in vain.
type Detector struct {
	limits   *threshold.Set
	net      *network.Network
	pairs    *recent.Table[tries] // source, destination -> ports
	services *recent.Table[tries] // source, protocol, port -> destinations
	scanners *recent.Table[scanner]
	found    *finding.Top
	key      []byte // reused
}

// tries are different ports, or hosts, that a source has tried.
type tries struct {
	failed, reached distinct.Set
	trace           finding.Trace // of those that failed
}

// New returns a Detector.
func New(limits *threshold.Set, net *network.Network) *Detector {
	d := &Detector{limits: limits, net: net, found: finding.NewTop(maxScanners)}
	d.scanners = recent.New(maxScanners, d.judge)
	d.pairs = recent.New(maxPairs, d.pair)
	d.services = recent.New(maxSources, d.service)
	return d
}

// Add takes a flow.
func (d *Detector) Add(f *flow.Flow) {
	c := contact.Of(f)
	if c == contact.Unknown || f.Segment > 0 || d.net.Group(f.Dst) {
		return
	}
	pr := [1]byte{f.Pr}
	port := [2]byte{byte(f.DP >> 8), byte(f.DP)}
	if f.HasPorts {
		d.key = recent.Key(d.key, f.SA, f.DA)
		d.pairs.At(d.key, f.End).add(c, f, append(pr[:], port[:]...))
	}
	d.key = recent.Key(d.key, f.SA, strconv.AppendUint(nil, uint64(f.Pr), 10), strconv.AppendUint(nil, uint64(f.DP), 10))
	d.services.At(d.key, f.End).add(c, f, f.DA)
}

// add counts a port, or a host.
func (t *tries) add(c contact.Contact, f *flow.Flow, target []byte) {
	if c == contact.Reached {
		t.reached.Add(target)
		return
	}
	t.failed.Add(target)
	t.trace.Add(f)
}

// above reports whether enough was tried in vain.
func (d *Detector) above(t *tries, least float64) bool {
	failed := t.failed.Count()
	return failed >= least && failed >= d.limits.Get(threshold.ScanFailed)*(failed+t.reached.Count())
}

// pair is told of a source and a destination that are over.
func (d *Detector) pair(key string, t *tries) {
	if d.above(t, d.limits.Get(threshold.ScanPorts)) {
		d.scans(Ports, key, recent.Part(key, 1), t)
	}
}

// service is told of a source and a port that are over.
func (d *Detector) service(key string, t *tries) {
	if !d.above(t, d.limits.Get(threshold.ScanHosts)) {
		return
	}
	kind, what := Hosts, protocol(recent.Part(key, 1))+"/"+recent.Part(key, 2)
	if what == "icmp/0" || what == "icmp6/0" {
		kind, what = Pings, "echo"
	}
	d.scans(kind, key, what, t)
}

// protocol is the name of an IP protocol, by its number.
func protocol(number string) string {
	switch number {
	case "1":
		return "icmp"
	case "6":
		return "tcp"
	case "17":
		return "udp"
	case "58":
		return "icmp6"
	}
	return number
}

// A scanner is a source with all that it scans in one way.
type scanner struct {
	what  distinct.Set // hosts whose ports, or ports on which hosts were tried
	worst target
	trace finding.Trace
}

// A target is what was tried most.
type target struct {
	name            string
	failed, reached float64
	text            string // failed, in words
}

func (d *Detector) scans(kind, key, what string, t *tries) {
	d.key = recent.Key(d.key, []byte(recent.Part(key, 0)), []byte(kind))
	s := d.scanners.At(d.key, t.trace.Last)
	s.what.Add([]byte(what))
	s.trace.Merge(&t.trace)
	other := target{what, t.failed.Count(), t.reached.Count(), t.failed.String()}
	if cmp.Or(cmp.Compare(other.failed, s.worst.failed), cmp.Compare(s.worst.name, other.name)) > 0 || s.worst.name == "" {
		s.worst = other
	}
}

// Findings returns what was found. The detector is at its end.
func (d *Detector) Findings() []finding.Finding {
	for key, t := range d.pairs.All() {
		d.pair(key, t)
	}
	for key, t := range d.services.All() {
		d.service(key, t)
	}
	for key, s := range d.scanners.All() {
		d.judge(key, s)
	}
	return d.found.List()
}

// judge makes a finding of a scanner.
func (d *Detector) judge(key string, s *scanner) {
	src, kind := recent.Part(key, 0), recent.Part(key, 1)
	f := finding.Finding{Kind: kind, Src: src}
	s.trace.Put(&f)
	n, failed := s.what.Count(), s.worst.text
	share := s.worst.failed / (s.worst.failed + s.worst.reached)
	least := d.limits.Get(threshold.ScanHosts)
	switch kind {
	case Ports:
		least = d.limits.Get(threshold.ScanPorts)
		f.Title = fmt.Sprintf("%s tried %s ports of %s", src, failed, s.worst.name)
		if n > 1 {
			f.Title += fmt.Sprintf(", and of %d more hosts", int(n)-1)
		} else {
			f.Dst = s.worst.name
		}
		f.Evidence = append(f.Evidence, finding.Evidence{Name: "hosts", Value: s.what.String()})
	case Hosts:
		f.Title = fmt.Sprintf("%s tried %s hosts on %s", src, failed, s.worst.name)
		if n > 1 {
			f.Title += fmt.Sprintf(", and on %d more ports", int(n)-1)
		}
		f.Evidence = append(f.Evidence, finding.Evidence{Name: "ports", Value: s.what.String()})
	case Pings:
		f.Title = fmt.Sprintf("%s pinged %s hosts in vain", src, failed)
	}
	f.Score = finding.Strength(s.worst.failed, least)
	f.Evidence = append(f.Evidence,
		finding.Evidence{Name: "failed", Value: failed},
		finding.Evidence{Name: "failed share", Value: strconv.FormatFloat(share, 'f', 2, 64)},
	)
	d.found.Put(f)
}

// Bounds are the limits of the detector.
func (d *Detector) Bounds() []finding.Bound {
	return []finding.Bound{
		d.pairs.Bound("pairs of hosts"), d.services.Bound("sources and ports"), d.scanners.Bound("scanners"), d.found.Bound(),
	}
}
