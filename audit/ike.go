package audit

import (
	"strconv"
	"strings"

	"joy/audit/algorithm"
	"joy/audit/facts"
	"joy/audit/policy"
)

// ike looks at what the responder chose.
func (a *Auditor) ike(i *facts.IKE) {
	a.seen.add(server, policy.Thing{About: policy.IKEVersion, Name: strconv.Itoa(int(i.Version)), Known: i.Version == 1 || i.Version == 2})
	if a.offers {
		for k := range i.Offered {
			a.proposal(offer, &i.Offered[k], i.Version)
		}
	}
	if i.Offered == nil && i.Chosen == nil { // behind NAT another flow has it
		a.missing(server, "the flow does not have the first exchange", policy.IKEEncryption, policy.IKEGroup)
		return
	}
	switch i.Exchange {
	case "identity_protection", "aggressive", "base", "ike_sa_init":
		a.seen.add(server, known(policy.IKEExchange, i.Exchange))
	}
	if i.Chosen == nil {
		a.missing(server, "the choice of the responder was not seen", policy.IKEEncryption, policy.IKEGroup)
		return
	}
	a.proposal(server, i.Chosen, i.Version)
}

// proposal takes the parts of one; what it has not is the business of another
// part, as with authenticated encryption.
func (a *Auditor) proposal(where string, p *facts.Proposal, version uint8) {
	cipher, ok := algorithm.IKEEncryption(p.Encryption)
	if cipher.Bits == 0 {
		cipher.Bits = int(p.KeyBits)
	}
	a.seen.add(where, policy.Thing{About: policy.IKEEncryption, Name: p.Encryption, Known: ok, Parts: cipher})
	for _, h := range []struct{ about, name string }{{policy.IKEPRF, p.PRF}, {policy.IKEIntegrity, p.Integrity}} {
		if h.name != "" {
			parts, ok := algorithm.IKEHash(h.name)
			a.seen.add(where, policy.Thing{About: h.about, Name: h.name, Known: ok, Parts: parts})
		}
	}
	if version == 1 && p.Auth != "" {
		a.seen.add(where, known(policy.IKEAuth, p.Auth))
	}
	a.ikeGroup(where, p)
}

// ikeGroup takes the key exchanges: a classical one that a post-quantum one
// follows is hybrid.
func (a *Auditor) ikeGroup(where string, p *facts.Proposal) {
	if len(p.Groups) == 0 {
		if where != offer {
			a.missing(where, "the group was not seen", policy.IKEGroup)
		}
		return
	}
	first, ok := algorithm.IKEGroup(p.Groups[0])
	for _, name := range p.Groups[1:] {
		next, also := algorithm.IKEGroup(name)
		if ok && also && (next.Family == "ml-kem" || next.Family == "frodo") && first.Family != "none" && where != offer {
			hybrid, _ := algorithm.IKEGroup("hybrid")
			a.seen.say(where, policy.Thing{About: policy.IKEGroup, Name: "hybrid", Known: true, Parts: hybrid}, strings.Join(p.Groups, " + "))
			return
		}
	}
	if where != offer {
		a.seen.add(where, policy.Thing{About: policy.IKEGroup, Name: p.Groups[0], Known: ok, Parts: first})
		return
	}
	for _, name := range p.Groups {
		if parts, ok := algorithm.IKEGroup(name); ok && parts.Family != "none" {
			a.seen.add(where, policy.Thing{About: policy.IKEGroup, Name: name, Known: true, Parts: parts})
		}
	}
}
