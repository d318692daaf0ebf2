// Package spoof finds source addresses that are not those of who sent.
package spoof

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"joy/detect/contact"
	"joy/detect/distinct"
	"joy/detect/finding"
	"joy/detect/network"
	"joy/detect/recent"
	"joy/detect/threshold"
	"joy/query/flow"
	"joy/query/value"
)

// The kinds of findings.
const (
	Bogon    = "bogon-source"
	Conflict = "address-conflict"
	Hops     = "hop-limit-conflict"
	Flood    = "spoofed-flood"
)

// How much is remembered, and what is found of each kind.
const (
	maxAddresses = 1 << 15
	maxMACs      = 1 << 14
	maxServices  = 1 << 14
	maxFindings  = 1000
)

// A Detector compares source addresses with what else packets show.
type Detector struct {
	limits    *threshold.Set
	net       *network.Network
	bogons    []network.Bogon
	strays    []stray // of the bogons
	addresses *recent.Table[address]
	macs      *recent.Table[mac]
	services  *recent.Table[service]
	found     *finding.Top
	key       []byte // reused
}

// A stray is what came from a bogon.
type stray struct {
	trace   finding.Trace
	sources distinct.Set
	example string // the smallest
}

// An address is an internal one as a source.
type address struct {
	trace finding.Trace
	hops  [4]uint64 // hop limits, a bit each
	macs  []use     // in order of the MAC address
	more  bool      // MAC addresses beyond maxUses
}

// maxUses bounds the MAC addresses of an address.
const maxUses = 4

// A use is when an address came from a MAC address.
type use struct {
	mac         string
	first, last int64
	flows       uint64
}

// A mac is a MAC address as a source.
type mac struct{ external distinct.Set }

// A service is an address and a port, with who opens connections to it.
type service struct {
	trace          finding.Trace // of those that say nothing
	silent, spoken distinct.Set
}

// New returns a Detector.
func New(limits *threshold.Set, net *network.Network) *Detector {
	d := &Detector{limits: limits, net: net, bogons: net.Bogons(), found: finding.NewTop(maxFindings)}
	d.strays = make([]stray, len(d.bogons))
	d.macs = recent.New[mac](maxMACs, nil)
	d.addresses = recent.New(maxAddresses, d.judge)
	d.services = recent.New(maxServices, d.flood)
	return d
}

// Add takes a flow.
func (d *Detector) Add(f *flow.Flow) {
	if f.Segment > 0 || !f.Src.IsValid() {
		return
	}
	d.bogon(f)
	d.link(f)
	if f.Pr == contact.TCP && contact.Opened(f) {
		d.open(f)
	}
}

// bogon looks for sources that cannot be.
func (d *Detector) bogon(f *flow.Flow) {
	if f.Src.IsUnspecified() || f.Src.IsLoopback() && f.Dst.IsLoopback() {
		return
	}
	for i := range d.bogons {
		if !d.bogons[i].Prefix.Contains(f.Src.Unmap()) {
			continue
		}
		s := &d.strays[i]
		s.trace.Add(f)
		s.sources.Add(f.SA)
		if s.example == "" || string(f.SA) < s.example {
			s.example = string(f.SA)
		}
		return
	}
}

// lowHops are hop limits that traceroute and the neighbours' protocols begin with,
// which say nothing about where a packet comes from.
const lowHops = 32

// link notes where an address comes from.
func (d *Detector) link(f *flow.Flow) {
	smac := f.Rest.Get("l2").Get("smac").Text()
	if len(smac) > 32 || f.Rest.Get("encap") != nil {
		smac = nil // no MAC address is so long, and that of a tunnel is of its end
	}
	if !d.net.Internal(f.Src) {
		if len(smac) > 0 {
			d.key = append(d.key[:0], smac...)
			d.macs.At(d.key, f.End).external.Add(f.SA)
		}
		return
	}
	d.key = append(d.key[:0], f.SA...)
	a := d.addresses.At(d.key, f.End)
	a.trace.Add(f)
	if hops := number(f.Rest.Get("ip").Get("out").Get("ttl")); hops > lowHops && hops < 256 && contact.Opened(f) {
		a.hops[hops/64] |= 1 << (hops % 64)
	}
	if len(smac) > 0 {
		a.use(string(smac), f)
	}
}

// number reads a small number.
func number(v value.Value) int {
	n, err := strconv.ParseUint(string(v), 10, 16)
	if err != nil {
		return 0
	}
	return int(n)
}

func (a *address) use(mac string, f *flow.Flow) {
	i, there := slices.BinarySearchFunc(a.macs, mac, func(u use, m string) int { return strings.Compare(u.mac, m) })
	if there {
		u := &a.macs[i]
		u.first, u.last, u.flows = min(u.first, f.Start), max(u.last, f.End), u.flows+1
		return
	}
	if len(a.macs) == maxUses {
		a.more = true
		return
	}
	a.macs = slices.Insert(a.macs, i, use{mac, f.Start, f.End, 1})
}

// open notes who opens connections to a service.
func (d *Detector) open(f *flow.Flow) {
	d.key = recent.Key(d.key, f.DA, strconv.AppendUint(nil, uint64(f.DP), 10))
	s := d.services.At(d.key, f.End)
	if f.BytesOut > 0 {
		s.spoken.Add(f.SA)
		return
	}
	s.silent.Add(f.SA)
	s.trace.Add(f)
}

// judge makes findings of an address.
func (d *Detector) judge(key string, a *address) {
	n := 0
	for _, w := range a.hops {
		n += bits.OnesCount64(w)
	}
	if least := d.limits.Get(threshold.SpoofHops); float64(n) >= least {
		f := finding.Finding{Kind: Hops, Score: finding.Strength(float64(n), least), Src: key}
		a.trace.Put(&f)
		f.Title = fmt.Sprintf("packets of %s come with %d different hop limits", key, n)
		f.Evidence = []finding.Evidence{{Name: "hop limits", Value: a.hopList()}}
		d.found.Put(f)
	}
	if a.inTurn() {
		d.conflict(key, a)
	}
}

func (a *address) hopList() (text string) {
	for i := range 256 {
		if a.hops[i/64]>>(i%64)&1 == 1 {
			text += " " + strconv.Itoa(i)
		}
	}
	return text[min(1, len(text)):]
}

// inTurn reports whether the address came from a MAC address while it also came from
// another one; one that only follows another is a new machine, or a new lease.
func (a *address) inTurn() bool {
	for i := range a.macs {
		for j := range i {
			if a.macs[i].first < a.macs[j].last && a.macs[j].first < a.macs[i].last {
				return true
			}
		}
	}
	return false
}

// isGateway is how many external addresses make a MAC address that of a gateway.
const isGateway = 2

func (d *Detector) conflict(key string, a *address) {
	f := finding.Finding{Kind: Conflict, Score: d.limits.Get(threshold.SpoofMAC), Src: key}
	a.trace.Put(&f)
	f.Title = key + " comes from several MAC addresses in turn"
	for _, u := range a.macs {
		text := fmt.Sprintf("%s, %d flows", u.mac, u.flows)
		if m := d.macs.Get([]byte(u.mac)); m != nil && m.external.Count() >= isGateway {
			text += ", as " + m.external.String() + " external addresses"
			f.Score = d.limits.Get(threshold.SpoofGateway)
			f.Title = key + " is internal, and comes through a gateway too"
		}
		f.Evidence = append(f.Evidence, finding.Evidence{Name: "MAC address", Value: text})
	}
	if a.more {
		f.Evidence = append(f.Evidence, finding.Evidence{Name: "MAC addresses", Value: "more than " + strconv.Itoa(maxUses)})
	}
	d.found.Put(f)
}

// flood makes a finding of a service.
func (d *Detector) flood(key string, s *service) {
	least, silent := d.limits.Get(threshold.SpoofFlood), s.silent.Count()
	share := silent / max(1, silent+s.spoken.Count())
	if silent < least || share < d.limits.Get(threshold.SpoofFloodShare) {
		return
	}
	port, _ := strconv.ParseUint(recent.Part(key, 1), 10, 16)
	f := finding.Finding{Kind: Flood, Score: finding.Strength(silent, least), Dst: recent.Part(key, 0), Port: uint16(port), Pr: contact.TCP}
	s.trace.Put(&f)
	f.Title = fmt.Sprintf("%s addresses open connections to %s port %d and say nothing", s.silent.String(), f.Dst, port)
	f.Evidence = []finding.Evidence{
		{Name: "sources", Value: s.silent.String()},
		{Name: "share of sources", Value: strconv.FormatFloat(share, 'f', 2, 64)},
	}
	d.found.Put(f)
}

// Findings returns what was found. The detector is at its end.
func (d *Detector) Findings() []finding.Finding {
	for i := range d.strays {
		d.stray(&d.bogons[i], &d.strays[i])
	}
	for key, a := range d.addresses.All() {
		d.judge(key, a)
	}
	for key, s := range d.services.All() {
		d.flood(key, s)
	}
	return d.found.List()
}

// stray makes a finding of what came from a bogon.
func (d *Detector) stray(b *network.Bogon, s *stray) {
	least, n := d.limits.Get(threshold.SpoofAddresses), s.sources.Count()
	if n < least {
		return
	}
	f := finding.Finding{Kind: Bogon, Score: finding.Strength(n, least), Src: b.Prefix.String()}
	if n == 1 {
		f.Src = s.example
	}
	s.trace.Put(&f)
	f.Title = fmt.Sprintf("packets come from %s: %s", f.Src, b.Why)
	f.Evidence = []finding.Evidence{{Name: "addresses", Value: s.sources.String()}, {Name: "example", Value: s.example}}
	d.found.Put(f)
}

// Bounds are the limits of the detector.
func (d *Detector) Bounds() []finding.Bound {
	return []finding.Bound{
		d.addresses.Bound("internal addresses"), d.macs.Bound("MAC addresses"), d.services.Bound("services"), d.found.Bound(),
	}
}
