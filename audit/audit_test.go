package audit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"joy/audit"
	"joy/audit/facts"
	"joy/audit/policy"
	"joy/proto/tls"
)

var now = float64(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Unix())

func open(t testing.TB, name string) *policy.Policy {
	t.Helper()
	p, err := policy.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// leaf is a certificate that nothing is wrong with, and its issuer.
func leaf() facts.Certificate {
	return facts.Certificate{
		Signature: "sha256WithRSAEncryption", SignatureBits: 2048, Key: "id-ecPublicKey", KeyBits: 256, Curve: "prime256v1",
		Issuer: "CA", Subject: "a", Organization: "DigiCert Inc", HasIssuer: true, CommonName: "a.example", Names: []string{"a.example"},
		NotBefore: int64(now) - 30*86400, NotAfter: int64(now) + 60*86400 - 1, Dated: true, Version: 3, AKI: "01", SKI: "02",
	}
}

func issuer() facts.Certificate {
	return facts.Certificate{
		Signature: "sha256WithRSAEncryption", SignatureBits: 4096, Key: "rsaEncryption", KeyBits: 2048, Issuer: "Root", Subject: "CA", Organization: "DigiCert Inc",
		HasIssuer: true, NotBefore: int64(now) - 1000*86400, NotAfter: int64(now) + 1000*86400, Dated: true, Version: 3, AKI: "00", SKI: "01", CA: true,
	}
}

// flow is one of TLS 1.2 that nothing is wrong with.
func flow() *facts.Flow {
	return &facts.Flow{
		Start: now, SA: "192.0.2.1", DA: "192.0.2.2", SP: 40000, DP: 443, Pr: 6,
		TLS: &facts.TLS{
			Transport: "tls", Hello: true, ServerHello: true, Version: 5, Suite: 0xc02f, HasSuite: true, Group: "x25519", Signature: "rsa_pss_rsae_sha256",
			MasterSecret: true, Renegotiation: true, SNI: "a.example", Server: []facts.Certificate{leaf(), issuer()},
			Offer: facts.TLSOffer{Version: 5, Suites: []tls.Code{0x0a0a, 0xc02f, 0x000a, 0x00ff}, Groups: []string{"GREASE", "x25519", "sect163k1"}, Signatures: []string{"rsa_pkcs1_sha1"}},
		},
	}
}

// said are the findings in short: level rule@where.
func said(v *audit.Verdict) string {
	var list []string
	for _, f := range v.Findings {
		list = append(list, fmt.Sprintf("%s %s@%s", f.Level, f.Rule, f.Where))
	}
	slices.Sort(list)
	return strings.Join(list, "; ")
}

func TestTLS(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*facts.TLS)
		level  policy.Level
		want   string
	}{
		{"nothing wrong", func(*facts.TLS) {}, policy.Acceptable, ""},
		{"TLS 1.3", func(s *facts.TLS) { s.Version, s.Suite, s.Server, s.Signature = 6, 0x1301, nil, "" }, policy.Recommended, ""},
		{"hybrid", func(s *facts.TLS) { s.Version, s.Suite, s.Server, s.Group = 6, 0x1302, nil, "X25519MLKEM768" }, policy.Recommended, ""},
		{"TLS 1.3, pre-shared key only", func(s *facts.TLS) { s.Version, s.Suite, s.Server, s.Group, s.Resumed = 6, 0x1301, nil, "", true }, policy.Legacy, "legacy group-static@server"},
		{"SSL 3.0", func(s *facts.TLS) { s.Version, s.MasterSecret, s.Renegotiation = 2, false, false }, policy.Avoid, "avoid tls-version-broken@server"},
		{"TLS 1.1", func(s *facts.TLS) { s.Version = 4 }, policy.Avoid, "avoid tls-version-old@server"},
		{"a version of nobody", func(s *facts.TLS) { s.Version = 0 }, policy.Unknown, "unknown unknown@server"},
		{"no ServerHello", func(s *facts.TLS) { *s = facts.TLS{Transport: "tls", Hello: true} }, policy.Unknown, "unknown unknown@server"},
		{"a suite of nobody", func(s *facts.TLS) { s.Suite = 0xfafa }, policy.Unknown, "unknown unknown@server"},
		{"a signal as suite", func(s *facts.TLS) { s.Suite = 0x5600 }, policy.Unknown, "unknown unknown@server"},
		{"an unknown suite in an old version", func(s *facts.TLS) { s.Suite, s.Version = 0xfafa, 3 }, policy.Avoid, "avoid tls-version-old@server; unknown unknown@server"},
		{"a group of nobody", func(s *facts.TLS) { s.Group = "0x1234" }, policy.Unknown, "unknown unknown@server"},
		{"no group", func(s *facts.TLS) { s.Group = "" }, policy.Unknown, "unknown unknown@server"},
		{"DHE of 512 bits", func(s *facts.TLS) { s.Suite, s.Group, s.DHBits = 0x009e, "", 512 }, policy.Avoid, "avoid group-small-dh@server"},
		{"DHE of 2048 bits", func(s *facts.TLS) { s.Suite, s.Group, s.DHBits = 0x009e, "", 2048 }, policy.Acceptable, ""},
		{"RSA key transport", func(s *facts.TLS) { s.Suite, s.Group, s.Signature = 0x009c, "", "" }, policy.Legacy, "legacy group-static@server; legacy suite-static@server"},
		{"3DES", func(s *facts.TLS) { s.Suite = 0xc012 }, policy.Legacy, "legacy suite-3des@server"},
		{"RC4", func(s *facts.TLS) { s.Suite = 0xc011 }, policy.Avoid, "avoid suite-broken@server"},
		{"anonymous", func(s *facts.TLS) { s.Suite, s.Server = 0xc018, nil }, policy.Avoid, "avoid suite-anonymous@server"},
		{"SHA-1 signature", func(s *facts.TLS) { s.Signature = "rsa_pkcs1_sha1" }, policy.Avoid, "avoid signature-hash@server"},
		{"compression", func(s *facts.TLS) { s.Compression = 1 }, policy.Avoid, "avoid compression@server"},
		{"no extended master secret", func(s *facts.TLS) { s.MasterSecret = false }, policy.Legacy, "legacy extended-master-secret@server"},
		{"no renegotiation_info", func(s *facts.TLS) { s.Renegotiation = false }, policy.Legacy, "legacy renegotiation@server"},
		{"a damaged ServerHello", func(s *facts.TLS) { s.Renegotiation, s.MasterSecret, s.Damaged = false, false, true }, policy.Acceptable, ""},
		{"early data", func(s *facts.TLS) { s.Version, s.Suite, s.Server, s.EarlyData = 6, 0x1301, nil, true }, policy.Legacy, "legacy early-data@client"},
		{"no certificate", func(s *facts.TLS) { s.Server = nil }, policy.Unknown, "unknown unknown@server"},
		{"resumed", func(s *facts.TLS) { s.Server, s.Group, s.Resumed = nil, "", true }, policy.Acceptable, ""},
		{"pre-shared key", func(s *facts.TLS) { s.Suite, s.Server, s.Group = 0x00a8, nil, "" }, policy.Legacy, "legacy group-static@server; legacy suite-static@server"},
	} {
		f := flow()
		c.change(f.TLS)
		v, ok := audit.New(open(t, "ietf"), false).Flow(f)
		if !ok || v.Level != c.level || said(&v) != c.want {
			t.Errorf("%s: %s (%s), want %s (%s)", c.name, v.Level, said(&v), c.level, c.want)
		}
	}
}

func TestCertificates(t *testing.T) {
	const c0, c1 = "@server certificate 0", "@server certificate 1"
	for _, c := range []struct {
		name   string
		change func(list []facts.Certificate) []facts.Certificate
		want   string
	}{
		{"expired", func(l []facts.Certificate) []facts.Certificate { l[0].NotAfter = int64(now) - 2; return l }, "avoid cert-expired" + c0},
		{"in its last second", func(l []facts.Certificate) []facts.Certificate { l[0].NotAfter = int64(now); return l }, ""},
		{"not yet valid", func(l []facts.Certificate) []facts.Certificate { l[0].NotBefore = int64(now) + 1; return l }, "avoid cert-early" + c0},
		{"issuer expired", func(l []facts.Certificate) []facts.Certificate { l[1].NotAfter = int64(now) - 2; return l }, "avoid cert-expired" + c1},
		{"without dates", func(l []facts.Certificate) []facts.Certificate { l[0].Dated = false; return l }, "unknown unknown" + c0},
		{"of another name", func(l []facts.Certificate) []facts.Certificate { l[0].Names = []string{"*.a.example"}; return l }, "avoid cert-name-differs" + c0},
		{"by common name", func(l []facts.Certificate) []facts.Certificate { l[0].Names = nil; return l }, "legacy cert-name-common" + c0},
		{"RSA of 1024 bits", func(l []facts.Certificate) []facts.Certificate {
			l[0].Key, l[0].KeyBits, l[0].Curve = "rsaEncryption", 1024, ""
			return l
		}, "avoid cert-key-rsa" + c0},
		{"RSA of unknown size", func(l []facts.Certificate) []facts.Certificate {
			l[0].Key, l[0].KeyBits, l[0].Curve = "rsaEncryption", 0, ""
			return l
		}, "unknown unknown" + c0},
		{"a key of nobody", func(l []facts.Certificate) []facts.Certificate { l[0].Key = "1.2.3"; return l }, "unknown unknown" + c0},
		{"a curve of nobody", func(l []facts.Certificate) []facts.Certificate { l[0].Curve = "1.2.3"; return l }, "unknown unknown" + c0},
		{"Joy's record without a curve", func(l []facts.Certificate) []facts.Certificate { l[0].Curve = ""; return l }, ""},
		{"Ed25519", func(l []facts.Certificate) []facts.Certificate {
			l[0].Key, l[0].KeyBits, l[0].Curve, l[0].Signature = "ED25519", 256, "", "ED25519"
			return l
		}, ""},
		{"SHA-1", func(l []facts.Certificate) []facts.Certificate { l[0].Signature = "sha1WithRSAEncryption"; return l }, "avoid cert-signature-hash" + c0},
		{"a signature of nobody", func(l []facts.Certificate) []facts.Certificate { l[0].Signature = "1.2.3.4"; return l }, "unknown unknown" + c0},
		{"version 1", func(l []facts.Certificate) []facts.Certificate { l[0].Version = 1; return l }, "avoid cert-version" + c0},
		{"malformed", func(l []facts.Certificate) []facts.Certificate { l[1].Malformed = true; return l }, "avoid cert-malformed" + c1},
		{"a CA as leaf", func(l []facts.Certificate) []facts.Certificate { l[0].CA = true; return l }, "legacy cert-leaf-ca" + c0},
		{"leaf only", func(l []facts.Certificate) []facts.Certificate { return l[:1] }, ""},
		{"self-signed", func(l []facts.Certificate) []facts.Certificate { l[0].Issuer, l[0].AKI = "a", "02"; return l[:1] }, "legacy cert-self-signed" + c0},
		{"same names, other keys", func(l []facts.Certificate) []facts.Certificate { l[0].Issuer = "a"; return l[:1] }, ""},
		{"unrelated", func(l []facts.Certificate) []facts.Certificate { l[1].Subject = "Other"; return l }, "legacy cert-chain-unrelated@server"},
		{"the wrong key", func(l []facts.Certificate) []facts.Certificate { l[1].SKI = "99"; return l }, "legacy cert-chain-unrelated@server"},
		{"out of order", func(l []facts.Certificate) []facts.Certificate {
			root := issuer()
			root.Subject, root.Issuer, root.SKI, root.AKI, root.Signature = "Root", "Root", "00", "00", "sha1WithRSAEncryption"
			return []facts.Certificate{l[0], root, l[1]}
		}, "legacy cert-chain-order@server"},
		{"a root signed with SHA-1", func(l []facts.Certificate) []facts.Certificate {
			root := issuer()
			root.Subject, root.Issuer, root.SKI, root.AKI, root.Signature = "Root", "Root", "00", "00", "sha1WithRSAEncryption"
			return append(l, root)
		}, ""},
	} {
		f := flow()
		f.TLS.Server = c.change(f.TLS.Server)
		v, _ := audit.New(open(t, "ietf"), false).Flow(f)
		if said(&v) != c.want {
			t.Errorf("%s: %s, want %s", c.name, said(&v), c.want)
		}
	}
}

// TestLifetime: 90 days of a certificate are 90 days, and 91 are too many for
// Mozilla's modern configuration only from 92 on, as its last second counts.
func TestLifetime(t *testing.T) {
	for days, want := range map[int64]string{90: "", 91: "", 92: "legacy cert-lifetime@server certificate 0"} {
		f := flow()
		f.TLS.Version, f.TLS.Suite = 6, 0x1301
		c := &f.TLS.Server[0]
		c.Signature = "ecdsa-with-SHA256"
		c.NotAfter = c.NotBefore + days*86400 - 1
		f.TLS.Server = f.TLS.Server[:1]
		v, _ := audit.New(open(t, "mozilla-modern"), false).Flow(f)
		if said(&v) != want {
			t.Errorf("%d days: %s", days, said(&v))
		}
	}
}

// TestTransparency: a policy may want signed timestamps, in the certificate or
// beside it.
func TestTransparency(t *testing.T) {
	p, err := policy.Parse([]byte(`format = 1
name = "ct"
title = "Signed timestamps"
version = "1"
date = "2026"
source = "own"
[[rule]]
id = "ct"
about = "cert.transparency"
names = ["no"]
level = "avoid"
text = "Browsers want them."
[[rule]]
id = "ct-yes"
about = "cert.transparency"
level = "recommended"
text = "They are there."
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change func(*facts.TLS)
		want   policy.Level
	}{
		{func(*facts.TLS) {}, policy.Avoid},
		{func(s *facts.TLS) { s.Timestamps = true }, policy.Recommended},
		{func(s *facts.TLS) { s.Server[0].Timestamps = true }, policy.Recommended},
		{func(s *facts.TLS) { s.Server[1].Timestamps = true }, policy.Avoid},
		{func(s *facts.TLS) { s.Version, s.Suite, s.Server = 6, 0x1301, nil }, policy.NotJudged},
	} {
		f := flow()
		c.change(f.TLS)
		if v, _ := audit.New(p, false).Flow(f); v.Level != c.want {
			t.Errorf("%s, want %s", v.Level, c.want)
		}
	}
}

func TestNotSeen(t *testing.T) {
	f := flow()
	f.TLS.Version, f.TLS.Suite, f.TLS.Server = 6, 0x1301, nil
	v, _ := audit.New(open(t, "ietf"), false).Flow(f)
	if len(v.NotSeen) != 1 || v.NotSeen[0] != "certificate: encrypted in TLS 1.3" {
		t.Errorf("%q", v.NotSeen)
	}
	if _, ok := audit.New(open(t, "ietf"), false).Flow(&facts.Flow{TLS: &facts.TLS{}}); ok {
		t.Error("a flow that shows nothing was judged")
	}
	v, ok := audit.New(open(t, "mozilla-modern"), false).Flow(&facts.Flow{SSH: sshFacts()})
	if !ok || v.Level != policy.NotJudged || v.Findings != nil {
		t.Errorf("a policy without SSH: %s %s", v.Level, said(&v))
	}
}

// TestOffer keeps what a client offers apart from what was negotiated.
func TestOffer(t *testing.T) {
	v, _ := audit.New(open(t, "ietf"), true).Flow(flow())
	const want = "avoid group-small-curve@offer; avoid signature-hash@offer; legacy suite-3des@offer"
	if v.Level != policy.Acceptable || v.Offer != policy.Avoid || said(&v) != want {
		t.Errorf("%s, offer %s: %s", v.Level, v.Offer, said(&v))
	}
	f := flow()
	f.TLS.Offer.Suites = nil
	for range 100 {
		f.TLS.Offer.Suites = append(f.TLS.Offer.Suites, 0x0004, 0x0005)
	}
	v, _ = audit.New(open(t, "ietf"), true).Flow(f)
	for _, g := range v.Findings {
		if len(g.Evidence) > 500 {
			t.Errorf("evidence of %d bytes", len(g.Evidence))
		}
	}
}

func sshFacts() *facts.SSH {
	return &facts.SSH{
		Version: "2.0", Negotiated: true, Kex: "curve25519-sha256", HostKey: "ssh-ed25519", KeyType: "ssh-ed25519", KeyBits: 256,
		Ciphers: [2]string{"aes128-gcm@openssh.com", "aes128-gcm@openssh.com"}, Compressions: [2]string{"none", "none"},
		Offer: facts.SSHOffer{Kex: "curve25519-sha256,diffie-hellman-group1-sha1,ext-info-c", Ciphers: "aes128-gcm@openssh.com,arcfour"},
	}
}

func TestSSH(t *testing.T) {
	both := func(s string) [2]string { return [2]string{s, s} }
	for _, c := range []struct {
		name   string
		change func(*facts.SSH)
		level  policy.Level
		want   string
	}{
		{"nothing wrong", func(*facts.SSH) {}, policy.Acceptable, ""},
		{"post-quantum", func(s *facts.SSH) { s.Kex = "mlkem768x25519-sha256" }, policy.Acceptable, ""},
		{"group 1", func(s *facts.SSH) { s.Kex = "diffie-hellman-group1-sha1" }, policy.Avoid, "avoid ssh-kex-small@server"},
		{"group 14 with SHA-1", func(s *facts.SSH) { s.Kex = "diffie-hellman-group14-sha1" }, policy.Legacy, "legacy ssh-kex-sha1@server"},
		{"a group of 1024 bits", func(s *facts.SSH) { s.Kex, s.GexBits = "diffie-hellman-group-exchange-sha256", 1024 }, policy.Avoid, "avoid ssh-kex-small@server"},
		{"a group of 3072 bits", func(s *facts.SSH) { s.Kex, s.GexBits = "diffie-hellman-group-exchange-sha256", 3072 }, policy.Acceptable, ""},
		{"a group that was not seen", func(s *facts.SSH) { s.Kex = "diffie-hellman-group-exchange-sha256" }, policy.Unknown, "unknown unknown@server"},
		{"a method of nobody", func(s *facts.SSH) { s.Kex = "x@example.com" }, policy.Unknown, "unknown unknown@server"},
		{"ssh-rsa", func(s *facts.SSH) { s.HostKey, s.KeyBits = "ssh-rsa", 3072 }, policy.Legacy, "legacy ssh-hostkey-sha1@server"},
		{"RSA of 1024 bits", func(s *facts.SSH) { s.HostKey, s.KeyBits = "rsa-sha2-512", 1024 }, policy.Avoid, "avoid ssh-hostkey-small@server"},
		{"RSA of unknown size", func(s *facts.SSH) { s.HostKey, s.KeyBits = "rsa-sha2-512", 0 }, policy.Unknown, "unknown unknown@server"},
		{"DSA", func(s *facts.SSH) { s.HostKey, s.KeyBits = "ssh-dss", 1024 }, policy.Avoid, "avoid ssh-hostkey-dsa@server"},
		{"CBC one way", func(s *facts.SSH) { s.Ciphers[1], s.MACs[1] = "aes128-cbc", "hmac-sha2-256" }, policy.Legacy, "legacy ssh-cipher-cbc@from the server"},
		{"RC4", func(s *facts.SSH) { s.Ciphers, s.MACs = both("arcfour"), both("hmac-md5") }, policy.Avoid, "avoid ssh-cipher-rc4@server; avoid ssh-mac-none@server"},
		{"Terrapin with ChaCha20", func(s *facts.SSH) { s.Ciphers = both("chacha20-poly1305@openssh.com") }, policy.Legacy, "legacy ssh-terrapin@server"},
		{"ChaCha20 and strict", func(s *facts.SSH) { s.Ciphers, s.StrictKex = both("chacha20-poly1305@openssh.com"), true }, policy.Acceptable, ""},
		{"Terrapin with CBC", func(s *facts.SSH) { s.Ciphers, s.MACs = both("aes128-cbc"), both("hmac-sha2-256-etm@openssh.com") }, policy.Legacy, "legacy ssh-cipher-cbc@server; legacy ssh-terrapin@server"},
		{"CBC, encrypt and MAC", func(s *facts.SSH) { s.Ciphers, s.MACs = both("aes128-cbc"), both("hmac-sha2-256") }, policy.Legacy, "legacy ssh-cipher-cbc@server"},
		{"zlib", func(s *facts.SSH) { s.Compressions = both("zlib") }, policy.Legacy, "legacy ssh-compression-early@server"},
		{"version 1", func(s *facts.SSH) { *s = facts.SSH{Version: "1.5"} }, policy.Avoid, "avoid ssh-version@server"},
		{"both versions", func(s *facts.SSH) { s.Version = "1.99" }, policy.Legacy, "legacy ssh-version-both@server"},
		{"one offer only", func(s *facts.SSH) { s.Negotiated = false }, policy.Unknown, "unknown unknown@server"},
		{"nothing in common", func(s *facts.SSH) { s.Ciphers = [2]string{} }, policy.Unknown, "unknown unknown@server"},
	} {
		s := sshFacts()
		c.change(s)
		v, ok := audit.New(open(t, "ietf"), false).Flow(&facts.Flow{Start: now, SSH: s})
		if !ok || v.Protocol != "ssh" || v.Level != c.level || said(&v) != c.want {
			t.Errorf("%s: %s (%s), want %s (%s)", c.name, v.Level, said(&v), c.level, c.want)
		}
	}
	v, _ := audit.New(open(t, "ietf"), true).Flow(&facts.Flow{Start: now, SSH: sshFacts()})
	if v.Level != policy.Acceptable || said(&v) != "avoid ssh-cipher-rc4@offer; avoid ssh-kex-small@offer" {
		t.Errorf("offer: %s", said(&v))
	}
}

func TestIKE(t *testing.T) {
	chosen := func() *facts.Proposal {
		return &facts.Proposal{Encryption: "encr_aes_gcm", KeyBits: 256, PRF: "prf_hmac_sha2_256", Groups: []string{"dh_curve25519"}}
	}
	for _, c := range []struct {
		name   string
		policy string
		change func(*facts.IKE)
		level  policy.Level
		want   string
	}{
		{"nothing wrong", "ietf", func(*facts.IKE) {}, policy.Acceptable, ""},
		{"IKEv1", "ietf", func(i *facts.IKE) { i.Version, i.Exchange = 1, "identity_protection" }, policy.Avoid, "avoid ike-version-1@server"},
		{"aggressive", "ietf", func(i *facts.IKE) { i.Version, i.Exchange = 1, "aggressive" }, policy.Avoid, "avoid ike-aggressive@server; avoid ike-version-1@server"},
		{"3DES, SHA-1 and 1024 bits", "ietf", func(i *facts.IKE) {
			*i.Chosen = facts.Proposal{Encryption: "encr_3des", PRF: "prf_hmac_sha1", Integrity: "auth_hmac_sha1_96", Groups: []string{"dh_modp1024"}}
		}, policy.Avoid, "avoid ike-group-small@server; legacy ike-encryption-3des@server; legacy ike-integrity-sha1@server; legacy ike-prf-sha1@server"},
		{"hybrid", "post-quantum", func(i *facts.IKE) { i.Chosen.Groups = append(i.Chosen.Groups, "ml_kem_768") }, policy.Recommended, ""},
		{"classical", "post-quantum", func(*facts.IKE) {}, policy.Avoid, "avoid ike-group-classical@server"},
		{"two classical groups", "post-quantum", func(i *facts.IKE) { i.Chosen.Groups = append(i.Chosen.Groups, "dh_p256") }, policy.Avoid, "avoid ike-group-classical@server"},
		{"no choice", "ietf", func(i *facts.IKE) { i.Chosen = nil }, policy.Unknown, "unknown unknown@server"},
		{"not the first exchange", "ietf", func(i *facts.IKE) { i.Exchange, i.Chosen, i.Offered = "ike_auth", nil, nil }, policy.Unknown, "unknown unknown@server"},
		{"a cipher of nobody", "ietf", func(i *facts.IKE) { i.Chosen.Encryption = "004d" }, policy.Unknown, "unknown unknown@server"},
	} {
		i := &facts.IKE{Version: 2, Exchange: "ike_sa_init", Chosen: chosen(), Offered: []facts.Proposal{*chosen()}}
		c.change(i)
		v, ok := audit.New(open(t, c.policy), false).Flow(&facts.Flow{Start: now, IKE: i})
		if !ok || v.Protocol != "ike" || v.Level != c.level || said(&v) != c.want {
			t.Errorf("%s: %s (%s), want %s (%s)", c.name, v.Level, said(&v), c.level, c.want)
		}
	}
}

func TestSummary(t *testing.T) {
	var s audit.Summary
	a := audit.New(open(t, "ietf"), false)
	add := func(change func(*facts.Flow)) {
		f := flow()
		change(f)
		v, _ := a.Flow(f)
		s.Add(f, &v)
	}
	add(func(*facts.Flow) {})
	add(func(f *facts.Flow) { f.TLS.Version = 3; f.Start -= 10 })
	add(func(f *facts.Flow) { f.TLS.SNI, f.TLS.Server[0].Names = "b.example", []string{"b.example"} })
	add(func(f *facts.Flow) { f.DA, f.TLS.Suite = "192.0.2.3", 0xc012 })
	add(func(f *facts.Flow) { // the server's half of a flow
		f.SA, f.DA, f.SP, f.DP, f.TLS.Hello = f.DA, f.SA, f.DP, f.SP, false
		f.TLS.Version = 6
		f.TLS.Suite, f.TLS.Server = 0x1301, nil
	})
	servers := s.Servers()
	if len(servers) != 3 || servers[0].Name != "a.example" || servers[0].Flows != 3 || servers[0].Worst != policy.Avoid || servers[0].First != now-10 ||
		servers[1].Addr != "192.0.2.3" || servers[1].Worst != policy.Legacy || servers[2].Name != "b.example" || servers[2].Worst != policy.Acceptable {
		t.Fatalf("%+v", servers)
	}
	if n := s.Network; n.Flows != 5 || n.Levels[policy.Avoid] != 1 || n.Levels[policy.Legacy] != 1 || n.Levels[policy.Acceptable] != 2 || len(n.Sorted()) != 2 {
		t.Errorf("%+v", n)
	}
	if !s.Reaches(policy.Avoid) || (&audit.Summary{}).Reaches(policy.Acceptable) {
		t.Error("Reaches")
	}
}

// TestSummaryIsBounded: a scan touches more servers than are kept.
func TestSummaryIsBounded(t *testing.T) {
	var s audit.Summary
	f := flow()
	f.TLS.SNI = strings.Repeat("n", 1000)
	v := audit.Verdict{Level: policy.Avoid, Findings: []audit.Finding{{Rule: "x", Evidence: strings.Repeat("e", 1000)}}}
	for i := range audit.MaxServers + 5 {
		f.DA = fmt.Sprint(i)
		s.Add(f, &v)
	}
	if len(s.Servers()) != audit.MaxServers || s.NotKept != 5 || s.Network.Flows != audit.MaxServers+5 {
		t.Errorf("%d servers, %d not kept", len(s.Servers()), s.NotKept)
	}
	one := s.Servers()[0]
	if len(one.Name) != 255 || len(one.Sorted()[0].Finding.Evidence) != 200 {
		t.Errorf("%d bytes of name, %d of evidence", len(one.Name), len(one.Sorted()[0].Finding.Evidence))
	}
}
