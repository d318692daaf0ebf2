// Package service finds protocols on ports that are not theirs.
package service

import (
	"fmt"
	"strconv"

	"joy/detect/contact"
	"joy/detect/finding"
	"joy/detect/recent"
	"joy/detect/threshold"
	"joy/query/flow"
)

// Kind is the kind of findings.
const Kind = "wrong-port"

// How many services are remembered, and what is found.
const (
	maxServices = 1 << 15
	maxFindings = 1000
)

// A Detector compares what is said with the port that it is said on.
type Detector struct {
	limits   *threshold.Set
	services *recent.Table[service]
	known    map[string]bool // protocols of ports.go that were recognised
	found    *finding.Top
	key      []byte // reused
}

// A service is an address, a port, and what is said there.
type service struct {
	trace   finding.Trace
	client  string // the smallest
	out, in uint64
}

// New returns a Detector.
func New(limits *threshold.Set) *Detector {
	d := &Detector{limits: limits, known: make(map[string]bool), found: finding.NewTop(maxFindings)}
	d.services = recent.New(maxServices, d.judge)
	return d
}

// unknown stands for what joy does not recognise.
const unknown = "unknown"

// Add takes a flow.
func (d *Detector) Add(f *flow.Flow) {
	if f.Segment > 0 || !f.HasPorts || f.Pr != contact.TCP && f.Pr != contact.UDP {
		return
	}
	app := string(f.App())
	home := Ports(app)
	if home != nil {
		d.known[app] = true
	}
	switch {
	case app == "" && silentOrOdd(f):
		return
	case app == "":
		app = unknown
	case home == nil || has(home, f.DP) || has(home, f.SP) || string(f.Rest.Get("app_by").Text()) != "content":
		return
	case f.Pr == contact.TCP && !contact.Opened(f): // the server may be sa
		return
	}
	d.key = recent.Key(d.key, f.DA, strconv.AppendUint(nil, uint64(f.DP), 10), []byte(app), strconv.AppendUint(nil, uint64(f.Pr), 10))
	s := d.services.At(d.key, f.End)
	s.trace.Add(f)
	s.out += f.BytesOut
	s.in += f.BytesIn
	if s.client == "" || string(f.SA) < s.client {
		s.client = string(f.SA)
	}
}

// silentOrOdd reports whether a flow without a known protocol tells nothing: on
// ports of no one protocol, where a side said nothing, or where the beginning is
// missing.
func silentOrOdd(f *flow.Flow) bool {
	return Owner(f.DP) == "" || f.BytesOut == 0 || f.BytesIn == 0 || f.Pr != contact.TCP || !contact.Opened(f)
}

// judge makes a finding of a service, if it is one.
func (d *Detector) judge(key string, s *service) {
	app := recent.Part(key, 2)
	port, _ := strconv.ParseUint(recent.Part(key, 1), 10, 16)
	pr, _ := strconv.ParseUint(recent.Part(key, 3), 10, 8)
	f := finding.Finding{Kind: Kind, Src: s.client, Dst: recent.Part(key, 0), Port: uint16(port), Pr: uint8(pr)}
	owner := Owner(f.Port)
	switch {
	case app == unknown && !d.known[owner]:
		return
	case app == unknown:
		f.Score = d.limits.Get(threshold.PortUnknown)
		f.Title = fmt.Sprintf("what %s port %d speaks is not %s, nor anything known", f.Dst, port, owner)
	case owner != "":
		f.Score = d.limits.Get(threshold.PortTaken)
		f.Title = fmt.Sprintf("%s port %d speaks %s, and should speak %s", f.Dst, port, app, owner)
	case roams(app) && port >= 1024:
		return
	default:
		f.Score = d.limits.Get(threshold.PortStrange)
		f.Title = fmt.Sprintf("%s port %d speaks %s", f.Dst, port, app)
	}
	s.trace.Put(&f)
	f.Evidence = []finding.Evidence{
		{Name: "protocol", Value: app},
		{Name: "protocol of the port", Value: owner},
		{Name: "bytes out", Value: strconv.FormatUint(s.out, 10)},
		{Name: "bytes in", Value: strconv.FormatUint(s.in, 10)},
	}
	d.found.Put(f)
}

// Findings returns what was found. The detector is at its end.
func (d *Detector) Findings() []finding.Finding {
	for key, s := range d.services.All() {
		d.judge(key, s)
	}
	return d.found.List()
}

// Bounds are the limits of the detector.
func (d *Detector) Bounds() []finding.Bound {
	return []finding.Bound{d.services.Bound("services on ports of others"), d.found.Bound()}
}
