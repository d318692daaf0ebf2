// Package login finds who tries to guess passwords: many connections to one server
// that end as failed logins do.
package login

import (
	"fmt"
	"strconv"
	"time"

	"joy/detect/finding"
	"joy/detect/recent"
	"joy/detect/secret"
	"joy/detect/threshold"
	"joy/query/flow"
)

// The kinds of findings.
const (
	SSH   = "ssh-brute-force"
	Clear = "login-brute-force"
)

// How many clients and servers are remembered, and what is found.
const (
	maxPairs    = 1 << 15
	maxFindings = 1000
)

// A Detector counts logins that failed, or look like it.
type Detector struct {
	limits *threshold.Set
	pairs  *recent.Table[pair]
	found  *finding.Top
	key    []byte // reused
}

// A pair is a client and a server, and a protocol.
type pair struct {
	failed finding.Trace
	other  uint64 // connections that went on, or succeeded
}

// New returns a Detector.
func New(limits *threshold.Set) *Detector {
	d := &Detector{limits: limits, found: finding.NewTop(maxFindings)}
	d.pairs = recent.New(maxPairs, d.judge)
	return d
}

// Add takes a flow.
func (d *Detector) Add(f *flow.Flow) {
	if f.Segment > 0 {
		return
	}
	if string(f.App()) == "ssh" {
		if f.Rest.Get("ssh").Get("negotiated") != nil {
			d.add(f, "ssh", d.short(f))
		}
		return
	}
	refused := ""
	app := ""
	for l := range secret.Logins(f) {
		app = l.App
		if l.Fate == "refused" {
			refused = l.App
		}
	}
	if app != "" {
		d.add(f, app, refused != "")
	}
}

func (d *Detector) add(f *flow.Flow, app string, failed bool) {
	d.key = recent.Key(d.key, f.SA, f.DA, strconv.AppendUint(nil, uint64(f.DP), 10), []byte(app))
	p := d.pairs.At(d.key, f.End)
	if failed {
		p.failed.Add(f)
	} else {
		p.other++
	}
}

// short reports whether an SSH connection ended as a login does that fails.
func (d *Detector) short(f *flow.Flow) bool {
	if time.Duration(f.End-f.Start).Seconds() > d.limits.Get(threshold.LoginSSHSeconds) {
		return false
	}
	return float64(afterKex(f)) <= d.limits.Get(threshold.LoginSSHBytes)
}

// judge makes a finding of a pair, if it is one.
func (d *Detector) judge(key string, p *pair) {
	app := recent.Part(key, 3)
	kind, least := Clear, d.limits.Get(threshold.LoginRefused)
	if app == "ssh" {
		kind, least = SSH, d.limits.Get(threshold.LoginSSH)
	}
	n := float64(p.failed.Count)
	if n < least {
		return
	}
	port, _ := strconv.ParseUint(recent.Part(key, 2), 10, 16)
	f := finding.Finding{Kind: kind, Score: finding.Strength(n, least), Src: recent.Part(key, 0), Dst: recent.Part(key, 1), Port: uint16(port)}
	p.failed.Put(&f)
	f.Title = fmt.Sprintf("%s tries to log in to %s of %s %d times", f.Src, app, f.Dst, p.failed.Count)
	seconds := time.Duration(f.Last - f.First).Seconds()
	f.Evidence = []finding.Evidence{
		{Name: "failed", Value: strconv.FormatUint(p.failed.Count, 10)},
		{Name: "others", Value: strconv.FormatUint(p.other, 10)},
		{Name: "a minute", Value: strconv.FormatFloat(n/max(seconds, 1)*60, 'f', 1, 64)},
	}
	d.found.Put(f)
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
	return []finding.Bound{d.pairs.Bound("clients and servers with logins"), d.found.Bound()}
}
