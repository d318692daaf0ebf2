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
	failed  finding.Trace // connections that ended refused
	refused uint64        // tries
	other   uint64        // connections that went on
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
			d.add(f, "ssh", refusals(f))
		}
		return
	}
	app, refused := "", 0
	for l := range secret.Logins(f) {
		app = l.App
		if l.Fate == "refused" {
			refused++
		}
	}
	if app != "" {
		d.add(f, app, refused*tries(f, app))
	}
}

// tries is how often a client that was refused has tried, at least: records tell
// what became of the last try, and a try takes two commands or more.
func tries(f *flow.Flow, app string) int {
	switch app {
	case "ftp", "pop3", "imap", "smtp":
		n, _ := strconv.Atoi(string(f.Rest.Get(app).Get("cli").Get("commands")))
		return max(1, min(n, maxCommands)/2)
	}
	return 1
}

// maxCommands bounds what is believed of a connection.
const maxCommands = 1000

func (d *Detector) add(f *flow.Flow, app string, refused int) {
	d.key = recent.Key(d.key, f.SA, f.DA, strconv.AppendUint(nil, uint64(f.DP), 10), []byte(app))
	p := d.pairs.At(d.key, f.End)
	if refused == 0 {
		p.other++
		return
	}
	p.refused += uint64(refused)
	p.failed.Add(f)
}

// judge makes a finding of a pair, if it is one.
func (d *Detector) judge(key string, p *pair) {
	app := recent.Part(key, 3)
	kind, least := Clear, d.limits.Get(threshold.LoginRefused)
	if app == "ssh" {
		kind, least = SSH, d.limits.Get(threshold.LoginSSH)
	}
	n := float64(p.refused)
	if n < least {
		return
	}
	port, _ := strconv.ParseUint(recent.Part(key, 2), 10, 16)
	f := finding.Finding{Kind: kind, Score: finding.Strength(n, least), Src: recent.Part(key, 0), Dst: recent.Part(key, 1), Port: uint16(port)}
	p.failed.Put(&f)
	f.Title = fmt.Sprintf("%s tries to log in to %s of %s %d times", f.Src, app, f.Dst, p.refused)
	seconds := time.Duration(f.Last - f.First).Seconds()
	f.Evidence = []finding.Evidence{
		{Name: "refused", Value: strconv.FormatUint(p.refused, 10)},
		{Name: "connections that were not refused", Value: strconv.FormatUint(p.other, 10)},
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
