// Package certificate finds servers whose certificate is out of its time, or that
// nobody but they have signed.
package certificate

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"joy/audit/facts"
	"joy/detect/finding"
	"joy/detect/network"
	"joy/detect/recent"
	"joy/detect/threshold"
	"joy/query/flow"
)

// The kinds of findings.
const (
	Dates      = "expired-certificate"
	SelfSigned = "self-signed-certificate"
)

// How many certificates are remembered, and what is found.
const (
	maxCertificates = 1 << 14
	maxFindings     = 1000
)

// A Detector looks at the certificates of servers.
type Detector struct {
	limits       *threshold.Set
	net          *network.Network
	certificates *recent.Table[certificate]
	found        *finding.Top
	key          []byte // reused
}

// A certificate is one fault of one certificate at one server.
type certificate struct {
	trace    finding.Trace
	client   string  // the smallest
	name     string  // the smallest that clients asked for
	hours    float64 // the most that it was out of its time
	from, to int64
	issuer   string
	external bool
}

// New returns a Detector.
func New(limits *threshold.Set, net *network.Network) *Detector {
	d := &Detector{limits: limits, net: net, found: finding.NewTop(maxFindings)}
	d.certificates = recent.New(maxCertificates, d.judge)
	return d
}

// mail is the port between mail servers, which take any certificate (RFC 3207,
// section 4.1).
const mail = 25

// Add takes a flow.
func (d *Detector) Add(f *flow.Flow) error {
	if f.DP == mail {
		return nil
	}
	c, ok, err := facts.ServerCertificate(f)
	if err != nil {
		return fmt.Errorf("certificates: %w", err)
	}
	if !ok {
		return nil
	}
	if hours := outOfTime(&c, float64(f.Start)/1e9); hours >= d.limits.Get(threshold.CertificateHours) {
		d.add(Dates, f, &c, hours)
	}
	if c.SelfSigned() && f.Rest.Get("tls").Get("dtls") == nil { // calls tell each other theirs (RFC 5763)
		d.add(SelfSigned, f, &c, 0)
	}
	return nil
}

// outOfTime is how many hours a certificate is too old, or too young.
func outOfTime(c *facts.Certificate, now float64) float64 {
	if !c.Dated {
		return 0
	}
	return max(now-float64(c.NotAfter), float64(c.NotBefore)-now, 0) / 3600
}

// maxName bounds names that are kept.
const maxName = 255

func cut(s string) string { return s[:min(len(s), maxName)] }

func (d *Detector) add(kind string, f *flow.Flow, c *facts.Certificate, hours float64) {
	d.key = recent.Key(d.key, f.DA, strconv.AppendUint(nil, uint64(f.DP), 10), []byte(kind), []byte(cut(c.Title())))
	x := d.certificates.At(d.key, f.End)
	x.trace.Add(f)
	if x.client == "" || string(f.SA) < x.client {
		x.client = string(f.SA)
	}
	if name := string(f.ServerName()); name != "" && (x.name == "" || name < x.name) {
		x.name = name
	}
	if hours >= x.hours {
		x.hours, x.from, x.to, x.issuer = hours, c.NotBefore, c.NotAfter, cut(c.Organization)
	}
	x.external = f.Dst.IsValid() && !d.net.Internal(f.Dst)
}

// judge makes a finding of a certificate.
func (d *Detector) judge(key string, x *certificate) {
	port, _ := strconv.ParseUint(recent.Part(key, 1), 10, 16)
	f := finding.Finding{Kind: recent.Part(key, 2), Src: x.client, Dst: recent.Part(key, 0), Port: uint16(port)}
	title := recent.Part(key, 3)
	x.trace.Put(&f)
	switch {
	case f.Kind == Dates:
		f.Score = finding.Strength(x.hours, d.limits.Get(threshold.CertificateHours))
		f.Title = fmt.Sprintf("the certificate of %s port %d (%s) is %s", f.Dst, port, title, late(x, f.First))
	case x.external:
		f.Score = d.limits.Get(threshold.CertificateExternal)
		f.Title = fmt.Sprintf("%s port %d, outside, has signed its certificate itself (%s)", f.Dst, port, title)
	default:
		f.Score = d.limits.Get(threshold.CertificateInternal)
		f.Title = fmt.Sprintf("%s port %d has signed its certificate itself (%s)", f.Dst, port, title)
	}
	f.Evidence = []finding.Evidence{
		{Name: "subject", Value: title},
		{Name: "issuer", Value: x.issuer},
		{Name: "valid from", Value: day(x.from)},
		{Name: "valid until", Value: day(x.to)},
		{Name: "asked for", Value: x.name},
	}
	d.found.Put(f)
}

func late(x *certificate, seen int64) string {
	if float64(x.to) < float64(seen)/1e9 {
		return fmt.Sprintf("%.0f hours too old", math.Floor(x.hours))
	}
	return fmt.Sprintf("not valid for another %.0f hours", math.Floor(x.hours))
}

func day(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04") }

// Findings returns what was found. The detector is at its end.
func (d *Detector) Findings() []finding.Finding {
	for key, x := range d.certificates.All() {
		d.judge(key, x)
	}
	return d.found.List()
}

// Bounds are the limits of the detector.
func (d *Detector) Bounds() []finding.Bound {
	return []finding.Bound{d.certificates.Bound("certificates"), d.found.Bound()}
}
