// Package detect finds what somebody should look at in flows: scans, beacons,
// tunnels, passwords in clear, and so on. It takes flows one by one, in about the
// order of their ends, and holds what its bounds allow, however many there are.
package detect

import (
	"errors"
	"net/netip"
	"slices"

	"joy/detect/beacon"
	"joy/detect/certificate"
	"joy/detect/contact"
	"joy/detect/finding"
	"joy/detect/generated"
	"joy/detect/login"
	"joy/detect/lookup"
	"joy/detect/network"
	"joy/detect/rarity"
	"joy/detect/scan"
	"joy/detect/secret"
	"joy/detect/service"
	"joy/detect/spoof"
	"joy/detect/threshold"
	"joy/detect/transfer"
	"joy/detect/tunnel"
	"joy/query/flow"
)

// A Finding is one thing that somebody should look at, with its Evidence.
type (
	Finding  = finding.Finding
	Evidence = finding.Evidence
	Bound    = finding.Bound
)

// Config says how to look.
type Config struct {
	// Internal are the subnets of one's own network, the private ones for none.
	Internal []netip.Prefix
	// Thresholds are what detectors decide by, those of the table for nil.
	Thresholds *threshold.Set
	// Kinds are what findings are wanted, all for none.
	Kinds []string
	// MinScore is the least score of a finding.
	MinScore float64
}

// A detector looks for some kinds.
type detector interface {
	Findings() []finding.Finding
	Bounds() []finding.Bound
}

// A Detector has seen flows.
type Detector struct {
	cfg  Config
	all  []detector
	list []Finding // made at the end
	done bool

	oneWay uint64

	scan         *scan.Detector
	beacon       *beacon.Detector
	tunnel       *tunnel.Detector
	generated    *generated.Detector
	transfer     *transfer.Detector
	service      *service.Detector
	secret       *secret.Detector
	certificates *certificate.Detector
	rarity       *rarity.Detector
	spoof        *spoof.Detector
	login        *login.Detector

	lookups []lookup.Lookup // reused
}

// New returns a Detector that has seen nothing.
func New(cfg Config) *Detector {
	limits, net := cfg.Thresholds, network.New(cfg.Internal)
	if limits == nil {
		limits = threshold.Default()
	}
	d := &Detector{
		cfg:  cfg,
		scan: scan.New(limits, net), beacon: beacon.New(limits, net),
		tunnel: tunnel.New(limits), generated: generated.New(limits),
		transfer: transfer.New(limits, net), service: service.New(limits),
		secret: secret.New(limits), certificates: certificate.New(limits, net),
		rarity: rarity.New(limits, net), spoof: spoof.New(limits, net), login: login.New(limits),
	}
	d.all = []detector{
		d.scan, d.beacon, d.tunnel, d.generated, d.transfer, d.service, d.secret, d.certificates, d.rarity, d.spoof, d.login,
	}
	return d
}

// maxAddress bounds what stands for an address; anonymization makes at most 64
// characters of one.
const maxAddress = 256

// ErrAddress is given for a flow whose addresses are longer than any can be.
var ErrAddress = errors.New("an address of more than 256 characters")

// errDone is given for flows after Findings.
var errDone = errors.New("detect: a flow behind the end")

// Add takes a record. It keeps nothing of f.
func (d *Detector) Add(f *flow.Flow) error {
	switch {
	case d.done:
		return errDone
	case max(len(f.SA), len(f.DA)) > maxAddress:
		return ErrAddress
	}
	if contact.Answers(f) {
		d.oneWay++
		return nil
	}
	d.lookups = lookup.Append(d.lookups[:0], f)
	if len(d.lookups) > 0 {
		d.tunnel.Add(f, d.lookups)
		d.generated.Add(f, d.lookups)
	}
	d.scan.Add(f)
	d.beacon.Add(f)
	d.transfer.Add(f)
	d.service.Add(f)
	d.secret.Add(f)
	d.rarity.Add(f)
	d.spoof.Add(f)
	d.login.Add(f)
	return d.certificates.Add(f)
}

// Findings returns what was found, the strongest first. No flows can be added
// behind it.
func (d *Detector) Findings() []Finding {
	if d.done {
		return d.list
	}
	d.done = true
	for _, x := range d.all {
		d.list = append(d.list, x.Findings()...)
	}
	d.list = slices.DeleteFunc(d.list, func(f Finding) bool {
		return f.Score < d.cfg.MinScore || len(d.cfg.Kinds) > 0 && !slices.Contains(d.cfg.Kinds, f.Kind)
	})
	slices.SortStableFunc(d.list, func(a, b Finding) int { return finding.Compare(&a, &b) })
	return d.list
}

// Bounds returns the limits that were reached, with what was given up for them.
func (d *Detector) Bounds() (reached []Bound) {
	for _, x := range d.all {
		for _, b := range x.Bounds() {
			if b.Left > 0 {
				reached = append(reached, b)
			}
		}
	}
	return reached
}

// OneWay is how many records were passed over since they have one direction, that
// of the answers.
func (d *Detector) OneWay() uint64 { return d.oneWay }
