package audit

import (
	"strings"

	"joy/audit/algorithm"
	"joy/audit/facts"
	"joy/audit/policy"
)

// ssh looks at what was negotiated.
func (a *Auditor) ssh(s *facts.SSH) {
	if a.offers {
		a.sshOffer(&s.Offer)
	}
	if s.Version != "" {
		v := known(policy.SSHVersion, s.Version)
		v.Known = s.Version == "2.0" || s.Version == "1.99" || s.Version == "1.5" || s.Version == "1.3"
		a.seen.add(server, v)
		if s.Version == "1.5" || s.Version == "1.3" {
			return
		}
	}
	if !s.Negotiated {
		a.missing(server, "not both offers were seen", policy.SSHKex, policy.SSHCipher, policy.SSHMAC, policy.SSHHostKey)
		return
	}
	if s.Kex == "" || s.HostKey == "" || s.Ciphers[0] == "" || s.Ciphers[1] == "" {
		a.missing(server, "the sides have nothing in common", policy.SSHKex, policy.SSHCipher, policy.SSHMAC, policy.SSHHostKey)
		return
	}
	a.sshKex(s)
	a.sshHostKey(s)
	for i, where := range directions(s.Ciphers) {
		p, ok := algorithm.SSHCipher(s.Ciphers[i])
		a.seen.add(where, policy.Thing{About: policy.SSHCipher, Name: s.Ciphers[i], Known: ok, Parts: p})
	}
	for i, where := range directions(s.MACs) {
		if s.MACs[i] != "" {
			p, ok := algorithm.SSHMAC(s.MACs[i])
			a.seen.add(where, policy.Thing{About: policy.SSHMAC, Name: s.MACs[i], Known: ok, Parts: p})
		}
	}
	for i, where := range directions(s.Compressions) {
		c := known(policy.SSHCompression, s.Compressions[i])
		c.Known = c.Name == "none" || c.Name == "zlib" || c.Name == "zlib@openssh.com"
		if c.Name != "" {
			a.seen.add(where, c)
		}
	}
	a.terrapin(s)
}

// directions are the places of what both directions have: one when it is equal.
func directions(names [2]string) []string {
	if names[0] == names[1] {
		return []string{server}
	}
	return []string{"from the client", "from the server"}
}

func (a *Auditor) sshKex(s *facts.SSH) {
	p, ok := algorithm.SSHKex(s.Kex)
	if ok && p.Bits == 0 { // a group exchange
		p.Bits = int(s.GexBits)
		ok = p.Bits > 0
	}
	a.seen.add(server, policy.Thing{About: policy.SSHKex, Name: s.Kex, Known: ok, Parts: p})
}

func (a *Auditor) sshHostKey(s *facts.SSH) {
	p, ok := algorithm.SSHHostKey(s.HostKey)
	if ok && p.Bits == 0 && p.Family != "none" {
		p.Bits = int(s.KeyBits)
		ok = p.Bits > 0
	}
	a.seen.add(server, policy.Thing{About: policy.SSHHostKey, Name: s.HostKey, Known: ok, Parts: p})
}

// terrapin takes whether messages could be taken out of the beginning: possible
// with ChaCha20-Poly1305, and with CBC and a MAC over the ciphertext.
func (a *Auditor) terrapin(s *facts.SSH) {
	state, text := "not affected", "neither ChaCha20-Poly1305 nor CBC with encrypt-then-MAC"
	for i, name := range s.Ciphers {
		c, _ := algorithm.SSHCipher(name)
		m, _ := algorithm.SSHMAC(s.MACs[i])
		if c.Mode == "POLY1305" || c.Mode == "CBC" && s.MACs[i] != "" && m.Mode == "etm" {
			state, text = "open", name+" without strict key exchange"
		}
	}
	if s.StrictKex {
		state, text = "strict", "strict key exchange"
	}
	a.seen.say(server, known(policy.SSHTerrapin, state), text)
}

// sshOffer takes what a client offers. Sizes of keys and groups are not in it.
func (a *Auditor) sshOffer(o *facts.SSHOffer) {
	for _, list := range []struct {
		about, names string
		table        func(string) (algorithm.Parts, bool)
	}{
		{policy.SSHKex, o.Kex, algorithm.SSHKex},
		{policy.SSHHostKey, o.HostKey, algorithm.SSHHostKey},
		{policy.SSHCipher, o.Ciphers, algorithm.SSHCipher},
		{policy.SSHMAC, o.MACs, algorithm.SSHMAC},
	} {
		for name := range strings.SplitSeq(list.names, ",") {
			if p, ok := list.table(name); ok {
				a.seen.add(offer, policy.Thing{About: list.about, Name: name, Known: true, Parts: p})
			}
		}
	}
}
