// Package secret finds logins whose password anybody on the way can read.
package secret

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"joy/detect/contact"
	"joy/detect/finding"
	"joy/detect/recent"
	"joy/detect/threshold"
	"joy/query/flow"
)

// Kind is the kind of findings.
const Kind = "cleartext-login"

// How many clients and servers are remembered, what is found, and how many users
// of a server are named.
const (
	maxLogins   = 1 << 15
	maxFindings = 1000
	maxUsers    = 4
)

// A Detector collects logins in clear.
type Detector struct {
	limits *threshold.Set
	logins *recent.Table[logins]
	found  *finding.Top
	key    []byte // reused
}

// logins are those of a client at a server.
type logins struct {
	trace                  finding.Trace
	worst                  threshold.Name
	accepted, refused, all uint64
	users                  []string // the smallest
	by                     string   // how the worst of them goes, the smallest word of them
}

// A Login is one, as a flow shows it.
type Login struct {
	// App is the protocol, By the mechanism in words.
	App, By string
	// User borrows the flow; empty when it is not told.
	User []byte
	// Hashed says that the password itself is not sent.
	Hashed bool
	// Fate is "accepted", "refused", or "" when it was not seen.
	Fate string
}

// New returns a Detector.
func New(limits *threshold.Set) *Detector {
	d := &Detector{limits: limits, found: finding.NewTop(maxFindings)}
	d.logins = recent.New(maxLogins, d.judge)
	return d
}

// Add takes a flow.
func (d *Detector) Add(f *flow.Flow) {
	for l := range Logins(f) {
		if l.anonymous() {
			continue
		}
		d.key = recent.Key(d.key, f.SA, f.DA, strconv.AppendUint(nil, uint64(f.DP), 10), []byte(l.App), strconv.AppendUint(nil, uint64(f.Pr), 10))
		d.logins.At(d.key, f.End).add(d.limits, f, &l)
	}
}

// anonymous reports whether the name says that there is no secret.
func (l *Login) anonymous() bool {
	name := strings.ToLower(string(l.User))
	return l.App == "ftp" && (name == "anonymous" || name == "ftp")
}

// weight is the row that scores a login.
func (l *Login) weight() threshold.Name {
	switch {
	case l.Hashed:
		return threshold.SecretHashed
	case l.Fate == "accepted":
		return threshold.SecretAccepted
	case l.Fate == "refused":
		return threshold.SecretRefused
	}
	return threshold.SecretSent
}

func (x *logins) add(limits *threshold.Set, f *flow.Flow, l *Login) {
	x.trace.Add(f)
	switch w := l.weight(); {
	case x.all == 0, limits.Get(w) > limits.Get(x.worst):
		x.worst, x.by = w, l.By
	case limits.Get(w) == limits.Get(x.worst):
		x.by = min(x.by, l.By)
	}
	x.all++
	switch l.Fate {
	case "accepted":
		x.accepted++
	case "refused":
		x.refused++
	}
	x.user(l.User)
}

// maxUser bounds a name that is kept.
const maxUser = 100

func (x *logins) user(name []byte) {
	i, there := slices.BinarySearchFunc(x.users, name, func(s string, b []byte) int { return strings.Compare(s, string(b)) })
	if there || i == maxUsers || len(name) == 0 || len(name) > maxUser {
		return
	}
	if len(x.users) == maxUsers {
		x.users = x.users[:maxUsers-1]
	}
	x.users = slices.Insert(x.users, i, string(name))
}

// judge makes a finding of logins.
func (d *Detector) judge(key string, x *logins) {
	f := finding.Finding{Kind: Kind, Score: d.limits.Get(x.worst), Src: recent.Part(key, 0), Dst: recent.Part(key, 1)}
	port, _ := strconv.ParseUint(recent.Part(key, 2), 10, 16)
	pr, _ := strconv.ParseUint(recent.Part(key, 4), 10, 8)
	f.Port, f.Pr = uint16(port), uint8(pr)
	app := recent.Part(key, 3)
	x.trace.Put(&f)
	f.Title = fmt.Sprintf("%s logs in to %s of %s port %d in clear, by %s", f.Src, app, f.Dst, port, x.by)
	f.Evidence = []finding.Evidence{
		{Name: "protocol", Value: app},
		{Name: "logins", Value: strconv.FormatUint(x.all, 10)},
		{Name: "accepted", Value: strconv.FormatUint(x.accepted, 10)},
		{Name: "refused", Value: strconv.FormatUint(x.refused, 10)},
	}
	if len(x.users) > 0 {
		f.Evidence = append(f.Evidence, finding.Evidence{Name: "users", Value: strings.Join(x.users, " ")})
	}
	d.found.Put(f)
}

// Findings returns what was found. The detector is at its end.
func (d *Detector) Findings() []finding.Finding {
	for key, x := range d.logins.All() {
		d.judge(key, x)
	}
	return d.found.List()
}

// Bounds are the limits of the detector.
func (d *Detector) Bounds() []finding.Bound {
	return []finding.Bound{d.logins.Bound("logins"), d.found.Bound()}
}

// telnet is the port of a protocol that joy does not take apart.
const telnet = 23

// isTelnet reports whether a flow is a session of telnet.
func isTelnet(f *flow.Flow) bool {
	return f.Pr == contact.TCP && f.DP == telnet && f.BytesOut > 0 && f.BytesIn > 0 && f.App() == nil && f.Segment == 0
}
