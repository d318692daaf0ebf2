// Package audit judges the cryptography of flows by a policy: each thing that a
// flow shows gets a level and, where it is a concern, a finding with the rule and
// the evidence. What was not seen, or what no table knows, is neither good nor
// bad: it is told as such.
package audit

import (
	"fmt"
	"strings"

	"joy/audit/facts"
	"joy/audit/policy"
	"joy/audit/suite"
	"joy/proto/tls"
)

// A Finding is a thing that is a concern.
type Finding struct {
	// Rule names the rule that decided; "unknown" for what no table or rule knows.
	Rule string
	// About is the kind of the thing, Level what the rule gives.
	About string
	Level policy.Level
	// Where is server, client or offer (of the client), with the number of a
	// certificate, or the direction behind it.
	Where string
	// Evidence is what was seen.
	Evidence string
	// Text says why, and Source where the policy has it from.
	Text, Source string
}

// Unknown is the rule of what no table and no rule knows.
const Unknown = "unknown"

// A Verdict is what a policy says of a flow.
type Verdict struct {
	// Level is the worst of what was negotiated; NotJudged when the policy is about
	// nothing of it.
	Level policy.Level
	// Offer is the worst of what the client offered, when that was asked for.
	Offer policy.Level
	// Findings are the concerns: what is legacy, to be avoided or unknown.
	Findings []Finding
	// NotSeen is what a flow does not show by its nature, such as the certificate in
	// TLS 1.3. It does not count.
	NotSeen []string
	// Protocol is tls, dtls, quic, ssh or ike.
	Protocol string
}

// An Auditor judges flows, one at a time.
type Auditor struct {
	policy *policy.Policy
	offers bool
	suites map[tls.Code]suite.Suite
	seen   sightings
}

// New is an Auditor for a policy; with offers it judges too what clients offer.
func New(p *policy.Policy, offers bool) *Auditor {
	return &Auditor{policy: p, offers: offers, suites: make(map[tls.Code]suite.Suite)}
}

// Flow judges a flow; false when it shows no cryptography.
func (a *Auditor) Flow(f *facts.Flow) (Verdict, bool) {
	a.seen.reset()
	var v Verdict
	switch {
	case f.TLS != nil && (f.TLS.Hello || f.TLS.ServerHello || f.TLS.Server != nil):
		v.Protocol = f.TLS.Transport
		a.tls(f.TLS, f)
	case f.SSH != nil:
		v.Protocol = "ssh"
		a.ssh(f.SSH)
	case f.IKE != nil && f.IKE.Version != 0:
		v.Protocol = "ike"
		a.ike(f.IKE)
	default:
		return v, false
	}
	v.NotSeen = a.seen.not
	for i := range a.seen.list {
		a.judge(&v, &a.seen.list[i], f.Start)
	}
	return v, true
}

// judge adds a thing to a verdict.
func (a *Auditor) judge(v *Verdict, s *sighting, at float64) {
	level, rule := a.policy.Judge(&s.Thing, at)
	if level == policy.NotJudged {
		return
	}
	if s.offered {
		v.Offer = policy.Worse(v.Offer, level)
	} else {
		v.Level = policy.Worse(v.Level, level)
	}
	if level > policy.Unknown {
		return
	}
	f := Finding{Rule: Unknown, About: s.About, Level: level, Where: s.where, Evidence: s.evidence, Text: s.why(a.policy)}
	if f.Evidence == "" {
		f.Evidence = evidence(&s.Thing)
	}
	if rule != nil {
		f.Rule, f.Text, f.Source = rule.ID, rule.Text, rule.Section
	}
	if s.offered && merge(v.Findings, &f) {
		return
	}
	v.Findings = append(v.Findings, f)
}

// why says why a thing is unknown.
func (s *sighting) why(p *policy.Policy) string {
	switch {
	case s.Name == "":
		return "This was not seen."
	case !s.Known:
		return "No table knows this, or not its size."
	}
	return "The policy " + p.Name + " has no rule for this."
}

// maxEvidence bounds the evidence of what a client offers, in bytes.
const maxEvidence = 400

// merge adds the evidence of an offer to the finding of the same rule.
func merge(list []Finding, f *Finding) bool {
	for i := range list {
		o := &list[i]
		if o.Rule != f.Rule || o.About != f.About || o.Where != f.Where {
			continue
		}
		if len(o.Evidence) < maxEvidence {
			o.Evidence += ", " + f.Evidence
		} else if !strings.HasSuffix(o.Evidence, ", ...") {
			o.Evidence += ", ..."
		}
		return true
	}
	return false
}

// sightings are the things that a flow shows.
type sightings struct {
	list []sighting
	not  []string
}

type sighting struct {
	policy.Thing
	where, evidence string
	offered         bool
}

func (s *sightings) reset() { s.list, s.not = s.list[:0], nil }

// add takes a thing whose evidence is its name.
func (s *sightings) add(where string, t policy.Thing) {
	s.list = append(s.list, sighting{Thing: t, where: where, offered: where == offer})
}

// say takes a thing with other evidence.
func (s *sightings) say(where string, t policy.Thing, evidence string) {
	s.list = append(s.list, sighting{Thing: t, where: where, evidence: evidence, offered: where == offer})
}

// missing takes a thing that should have been seen, as the first of its kinds
// that the policy is about.
func (a *Auditor) missing(where, what string, about ...string) {
	kind := about[0]
	for _, k := range about {
		if a.policy.Covers(k) {
			kind = k
			break
		}
	}
	a.seen.list = append(a.seen.list, sighting{Thing: policy.Thing{About: kind}, where: where, evidence: what})
}

// unseen takes what a flow does not show by its nature.
func (s *sightings) unseen(what string) { s.not = append(s.not, what) }

// evidence is the name of a thing, with its size where the name does not say it.
func evidence(t *policy.Thing) string {
	if t.Name == "" {
		return "not in the record"
	}
	switch t.About {
	case policy.CertKey, policy.SSHKex, policy.SSHHostKey, policy.TLSGroup, policy.IKEEncryption:
		if t.Bits > 0 {
			return fmt.Sprintf("%s (%d bits)", t.Name, t.Bits)
		}
	}
	return t.Name
}

// Where things are.
const (
	server = "server"
	client = "client"
	offer  = "offer"
)
