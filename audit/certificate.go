package audit

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"joy/audit/algorithm"
	"joy/audit/facts"
	"joy/audit/policy"
	"joy/audit/suite"
)

// certificates takes the chain of the server, and that of the client.
func (a *Auditor) certificates(t *facts.TLS, s *suite.Suite, f *facts.Flow) {
	for i := range t.Client {
		a.certificate(place(client, i), t.Client, i, f.Start)
	}
	switch {
	case len(t.Server) > 0:
	case t.Version == tls13:
		a.seen.unseen("certificate: encrypted in TLS 1.3")
		return
	case t.Resumed:
		a.seen.unseen("certificate: the session was resumed")
		return
	case s.Certificate():
		a.missing(server, "the certificate was not seen", policy.CertKey, policy.CertSignature, policy.CertValidity, policy.CertName)
		return
	default:
		return
	}
	for i := range t.Server {
		a.certificate(place(server, i), t.Server, i, f.Start)
	}
	a.leaf(&t.Server[0], t)
	a.chain(t.Server)
}

// place is where a certificate is.
func place(side string, i int) string { return side + " certificate " + strconv.Itoa(i) }

// certificate takes what every certificate has.
func (a *Auditor) certificate(where string, list []facts.Certificate, i int, at float64) {
	c := &list[i]
	if c.Malformed {
		a.seen.say(where, known(policy.CertForm, "malformed"), "malformed")
	}
	if c.Version > 0 && c.Version <= 3 {
		a.seen.add(where, known(policy.CertForm, fmt.Sprintf("version %d", c.Version)))
	}
	a.key(where, c)
	// Nobody relies on the signature of a root on itself.
	if root := i > 0 && c.SelfSigned(); !root {
		p, ok := algorithm.CertSignature(c.Signature)
		a.seen.add(where, policy.Thing{About: policy.CertSignature, Name: c.Signature, Known: ok, Parts: p})
	}
	a.validity(where, c, at)
}

// key takes the key of a certificate. Its size has to be known, where it is not
// fixed by the algorithm.
func (a *Auditor) key(where string, c *facts.Certificate) {
	p, ok := algorithm.Key(c.Key)
	name := c.Key
	if p.Family == "ecdsa" {
		var curve algorithm.Parts
		curve, ok = algorithm.Curve(c.Curve)
		if c.Curve != "" {
			name = c.Curve
		} else {
			ok = c.KeyBits > 0 // Joy's records have no curve
		}
		p.Bits = curve.Bits
	}
	if c.KeyBits > 0 {
		p.Bits = int(c.KeyBits)
	}
	if p.Bits == 0 && p.Family != "ml-dsa" && p.Family != "slh-dsa" && p.Family != "gost" {
		ok = false
	}
	a.seen.add(where, policy.Thing{About: policy.CertKey, Name: name, Known: ok, Parts: p})
}

func (a *Auditor) validity(where string, c *facts.Certificate, at float64) {
	if !c.Dated {
		a.missing(where, "the dates cannot be read", policy.CertValidity)
		return
	}
	var state string
	switch {
	case at > float64(c.NotAfter)+1:
		state = "expired"
	case at < float64(c.NotBefore):
		state = "not yet valid"
	default:
		a.seen.add(where, known(policy.CertValidity, "valid"))
		return
	}
	a.seen.say(where, known(policy.CertValidity, state), fmt.Sprintf("valid from %s to %s, seen on %s", day(c.NotBefore), day(c.NotAfter), day(int64(at))))
}

func day(at int64) string { return time.Unix(at, 0).UTC().Format(time.DateOnly) }

// leaf takes what only the first certificate has.
func (a *Auditor) leaf(c *facts.Certificate, t *facts.TLS) {
	where, name := place(server, 0), t.SNI
	timestamps := "no"
	if c.Timestamps || t.Timestamps {
		timestamps = "yes"
	}
	a.seen.say(where, known(policy.CertTransparency, timestamps), "signed timestamps: "+timestamps)
	if c.Dated {
		// 90 days are 90 whole ones when the last second counts.
		days := int((c.NotAfter - c.NotBefore + 1 + 24*3600 - 1) / (24 * 3600))
		a.seen.say(where, policy.Thing{About: policy.CertLifetime, Name: "days", Known: true, Parts: algorithm.Parts{Bits: max(days, 1)}}, fmt.Sprintf("valid for %d days", days))
	}
	if c.SelfSigned() {
		a.seen.say(where, known(policy.CertIssuer, "self-signed"), "issued by "+c.Title())
	} else {
		a.seen.say(where, known(policy.CertIssuer, "another"), "issued by another")
	}
	if c.CA && !c.SelfSigned() {
		a.seen.say(where, known(policy.CertForm, "leaf is a CA"), "CA:TRUE")
	}
	if name == "" {
		a.seen.unseen("name: the client did not ask for one")
		return
	}
	match := c.Has(name)
	if match == facts.Matches {
		a.seen.add(where, known(policy.CertName, "matches"))
		return
	}
	has := strings.Join(c.Names[:min(len(c.Names), maxNames)], " ")
	if len(c.Names) > maxNames {
		has += " ..."
	}
	if len(c.Names) == 0 {
		has = c.CommonName
	}
	state := "differs"
	if match == facts.CommonName {
		state = "common name only"
	}
	a.seen.say(where, known(policy.CertName, state), fmt.Sprintf("asked for %s, has %s", name, has))
}

// maxNames bounds the names in evidence.
const maxNames = 5

// chain takes the order of certificates: each is to be followed by the one that
// signed it.
func (a *Auditor) chain(list []facts.Certificate) {
	state, at := "in order", 0
	if len(list) == 1 {
		state = "leaf only"
	}
	for i := 0; i+1 < len(list); i++ {
		if list[i+1].Issued(&list[i]) {
			continue
		}
		state, at = "unrelated", i+1
		for k := range list {
			if k != i+1 && (list[i+1].Issued(&list[k]) || list[k].Issued(&list[i])) {
				state = "out of order"
			}
		}
		break
	}
	text := fmt.Sprintf("%d certificates", len(list))
	if at > 0 {
		text = fmt.Sprintf("certificate %d did not sign certificate %d", at, at-1)
	}
	a.seen.say(server, known(policy.CertChain, state), text)
}
