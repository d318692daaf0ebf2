package audit

import (
	"fmt"

	"joy/audit/algorithm"
	"joy/audit/facts"
	"joy/audit/policy"
	"joy/audit/suite"
	"joy/proto/tls"
)

// versions are the names of versions by Joy's numbers.
var versions = [...]string{"", "SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}

const (
	ssl3  = 2
	tls12 = 5
	tls13 = 6
)

// tls looks at what was negotiated.
func (a *Auditor) tls(t *facts.TLS, f *facts.Flow) {
	if a.offers {
		a.tlsOffer(&t.Offer)
	}
	if !t.ServerHello {
		a.missing(server, "the ServerHello was not seen", policy.TLSVersion, policy.TLSSuite, policy.TLSGroup)
		return
	}
	a.version(server, t.Version, t.Transport)
	if t.EarlyData {
		a.seen.say(client, known(policy.TLSEarlyData, "yes"), "the client sent early data")
	}
	if !t.HasSuite {
		a.missing(server, "the cipher suite was not seen", policy.TLSSuite)
		return
	}
	s, ok := a.suite(server, t.Suite)
	if !ok {
		return
	}
	a.group(t, &s)
	if t.Signature != "" {
		p, known := algorithm.Signature(t.Signature)
		a.seen.add(server, policy.Thing{About: policy.TLSSignature, Name: t.Signature, Known: known, Parts: p})
	}
	if t.Version < tls13 {
		a.agreements(t, &s)
	}
	a.certificates(t, &s, f)
}

// known is a thing whose name is all there is to it.
func known(about, name string) policy.Thing {
	return policy.Thing{About: about, Name: name, Known: true}
}

// version takes a version. Those of DTLS are judged as those of TLS that they are
// made of.
func (a *Auditor) version(where string, v uint8, transport string) {
	if int(v) >= len(versions) || v == 0 {
		a.seen.say(where, policy.Thing{About: policy.TLSVersion, Name: "?"}, fmt.Sprintf("version number %d", v))
		return
	}
	name := versions[v]
	if transport == "dtls" && v >= 4 {
		name = dtlsVersions[v-4]
	}
	a.seen.say(where, known(policy.TLSVersion, versions[v]), name)
}

// dtlsVersions are the versions of DTLS from Joy's number 4 on.
var dtlsVersions = [...]string{"DTLS 1.0", "DTLS 1.2", "DTLS 1.3"}

// suite looks a suite up and takes it.
func (a *Auditor) suite(where string, code tls.Code) (suite.Suite, bool) {
	s, ok := a.suites[code]
	if !ok {
		if s, ok = suite.Lookup(code); ok {
			a.suites[code] = s // as many as the table has
		}
	}
	if !ok {
		a.seen.say(where, policy.Thing{About: policy.TLSSuite, Name: "?"}, unknownSuite(code))
		return s, false
	}
	a.seen.add(where, policy.Thing{About: policy.TLSSuite, Name: s.Name, Known: true, Parts: algorithm.Parts{
		Kex: s.Kex, Auth: s.Auth, Cipher: s.Cipher, Mode: s.Mode, MAC: s.MAC, Hash: s.Hash, Bits: s.Bits,
	}})
	return s, true
}

func unknownSuite(code tls.Code) string {
	if code > 0xffff {
		return fmt.Sprintf("%06x, a cipher of SSL 2", uint32(code))
	}
	return fmt.Sprintf("%04x, %s", uint32(code), code.Name())
}

// group takes the group that was selected, or what is in its place.
func (a *Auditor) group(t *facts.TLS, s *suite.Suite) {
	switch {
	case t.Group != "":
		p, ok := algorithm.Group(t.Group)
		a.seen.add(server, policy.Thing{About: policy.TLSGroup, Name: t.Group, Known: ok, Parts: p})
	case s.FiniteField() && t.DHBits > 0:
		a.seen.add(server, policy.Thing{About: policy.TLSGroup, Name: "finite field", Known: true, Parts: algorithm.Parts{Family: "ff", Bits: int(t.DHBits)}})
	case t.Resumed && t.Version == tls13, s.Kex == "PSK":
		a.groupless("pre-shared key only")
	case t.Resumed:
		a.seen.unseen("group: the session was resumed")
	case s.Kex == "RSA", s.Kex == "RSA_PSK":
		a.groupless("RSA key transport")
	case s.TLS13 || s.ForwardSecrecy() && s.Kex != "SRP" && s.Kex != "ECCPWD":
		a.missing(server, "the group was not seen", policy.TLSGroup)
	}
}

func (a *Auditor) groupless(name string) {
	p, _ := algorithm.Group(name)
	a.seen.add(server, policy.Thing{About: policy.TLSGroup, Name: name, Known: true, Parts: p})
}

// agreements takes what a ServerHello up to TLS 1.2 agrees to.
func (a *Auditor) agreements(t *facts.TLS, s *suite.Suite) {
	method := "none"
	switch t.Compression {
	case 0:
	case 1:
		method = "deflate"
	case 64:
		method = "lzs"
	default:
		method = "?"
	}
	a.seen.add(server, policy.Thing{About: policy.TLSCompression, Name: method, Known: method != "?"})
	if t.Damaged || t.Version <= ssl3 {
		return // the extensions may be missing, or there are none
	}
	a.yes(policy.TLSMaster, t.MasterSecret)
	a.yes(policy.TLSRenegotiate, t.Renegotiation)
	if s.Mode == "CBC" {
		a.yes(policy.TLSEncryptMAC, t.EncryptThenMAC)
	}
}

func (a *Auditor) yes(about string, is bool) {
	if is {
		a.seen.say(server, known(about, "yes"), "in the ServerHello")
	} else {
		a.seen.say(server, known(about, "no"), "not in the ServerHello")
	}
}

// tlsOffer takes what a client offers. Signals and GREASE are no suites.
func (a *Auditor) tlsOffer(o *facts.TLSOffer) {
	if len(o.Versions) == 0 && o.Version > 0 {
		a.version(offer, o.Version, "")
	}
	for _, v := range o.Versions {
		for _, name := range versions[1:] {
			if v == name || v == "D"+name {
				a.seen.add(offer, known(policy.TLSVersion, name))
			}
		}
	}
	for _, code := range o.Suites {
		if _, ok := suite.Lookup(code); ok {
			a.suite(offer, code)
		}
	}
	for _, g := range o.Groups {
		if p, ok := algorithm.Group(g); ok {
			a.seen.add(offer, policy.Thing{About: policy.TLSGroup, Name: g, Known: true, Parts: p})
		}
	}
	for _, s := range o.Signatures {
		if p, ok := algorithm.Signature(s); ok {
			a.seen.add(offer, policy.Thing{About: policy.TLSSignature, Name: s, Known: true, Parts: p})
		}
	}
}
