package audit_test

import (
	"slices"
	"testing"

	"joy/audit"
	"joy/audit/facts"
	"joy/proto/tls"
)

// judgeJoy judges by the policy of Joy's form that is shipped.
func judgeJoy(t *testing.T, o audit.TLSSecOptions, s *facts.TLS) *audit.TLSSec {
	t.Helper()
	j, err := audit.NewTLSSecurity(o)
	if err != nil {
		t.Fatal(err)
	}
	return j.Judge(s)
}

// cert is what Joy's --tls_sec looks at of a certificate.
func cert(algorithm string, bits uint32, org string) facts.Certificate {
	return facts.Certificate{Signature: algorithm, SignatureBits: bits, HasIssuer: true, Organization: org}
}

// negotiated is TLS with a suite, the length of the client's key exchange and a
// chain.
func negotiated(suite tls.Code, key uint32, chain ...facts.Certificate) *facts.TLS {
	return &facts.TLS{Hello: true, ServerHello: true, Version: 5, Suite: suite, HasSuite: true, ClientKey: key, Server: chain}
}

// TestJoySamples are the samples in which sleuth is right.
func TestJoySamples(t *testing.T) {
	digicert := cert("sha256WithRSAEncryption", 2048, "DigiCert Inc")
	for _, c := range []struct {
		name     string
		o        audit.TLSSecOptions
		tls      *facts.TLS
		want     string
		concerns []string
	}{
		{"c02f", audit.TLSSecOptions{}, negotiated(0xc02f, 528, digicert), "acceptable", nil},
		{"c02f, threshold 4", audit.TLSSecOptions{Threshold: 4}, negotiated(0xc02f, 528, digicert), "acceptable", []string{
			"cert_sig_alg - sha256WithRSAEncryption sig_key_size 2048 in cert 0",
			"enc - AES_128_GCM", "hash - SHA256", "auth - AES_128_GCM", "sig - RSA", "kex - ECDHE client_key_length 512",
		}},
		{"000a", audit.TLSSecOptions{}, negotiated(0x000a, 1040), "legacy", []string{
			"no certs data", "enc - 3DES_EDE_CBC", "hash - SHA", "kex - RSA client_key_length 1024",
		}},
		{"1301", audit.TLSSecOptions{}, negotiated(0x1301, 0), "acceptable", []string{"no certs data"}},
		{"1302", audit.TLSSecOptions{}, negotiated(0x1302, 0), "recommended", []string{"no certs data"}},
		{"c02c", audit.TLSSecOptions{}, negotiated(0xc02c, 528, cert("sha384WithRSAEncryption", 4096, "DigiCert Inc")), "recommended", nil},
		{"c030, as E24", audit.TLSSecOptions{}, negotiated(0xc030, 528, cert("sha256WithRSAEncryption", 2048, "Internet Widgits Pty Ltd")), "acceptable", []string{
			"CA not trusted: Internet Widgits Pty Ltd",
		}},
		{"no organization", audit.TLSSecOptions{}, negotiated(0xc030, 528, cert("sha256WithRSAEncryption", 2048, "")), "acceptable", []string{"CA is none"}},
		{"no issuer", audit.TLSSecOptions{}, negotiated(0xc030, 528, facts.Certificate{Signature: "sha256WithRSAEncryption", SignatureBits: 2048}), "acceptable", nil},
		{"no suite", audit.TLSSecOptions{}, &facts.TLS{}, "unknown", []string{"no certs data"}},
	} {
		sec := judgeJoy(t, c.o, c.tls)
		if sec.Classification != c.want || !slices.Equal(sec.Concerns, c.concerns) {
			t.Errorf("%s: %s %q, want %s %q", c.name, sec.Classification, sec.Concerns, c.want, c.concerns)
		}
	}
}

// TestJoyWrongAnswers are the cases in which sleuth is wrong.
func TestJoyWrongAnswers(t *testing.T) {
	good := cert("sha256WithRSAEncryption", 2048, "DigiCert Inc")
	dhe := negotiated(0x009e, 528, good)
	dhe.DHBits = 512
	ecdsa := func(algorithm string, signature, key uint32) *facts.TLS {
		c := cert(algorithm, signature, "DigiCert Inc")
		c.Key, c.KeyBits = "id-ecPublicKey", key
		return negotiated(0xc02c, 528, c)
	}
	small := cert("sha256WithRSAEncryption", 2048, "DigiCert Inc")
	small.Key, small.KeyBits = "rsaEncryption", 512
	x25519 := negotiated(0xc02c, 264, good)
	x25519.Group = "x25519"
	for _, c := range []struct {
		name     string
		o        audit.TLSSecOptions
		tls      *facts.TLS
		want     string
		concerns []string
	}{
		{"SHA-1 and a signature of 512 bits", audit.TLSSecOptions{}, negotiated(0xc02f, 528, cert("sha1WithRSAEncryption", 512, "DigiCert Inc")), "avoid", []string{
			"cert_sig_alg - sha1WithRSAEncryption sig_key_size 512 in cert 0",
		}},
		{"DHE of 512 bits", audit.TLSSecOptions{}, dhe, "avoid", []string{"kex - DHE client_key_length 512"}},
		{"ECDSA, as sleuth's samples have it", audit.TLSSecOptions{}, ecdsa("ecdsa-with-SHA256", 256, 256), "acceptable", nil},
		{"ECDSA on P-256", audit.TLSSecOptions{}, ecdsa("ecdsa-with-SHA256", 568, 256), "acceptable", nil},
		{"ECDSA with SHA-384", audit.TLSSecOptions{}, ecdsa("ecdsa-with-SHA384", 824, 384), "recommended", nil},
		{"Ed25519", audit.TLSSecOptions{}, negotiated(0xc02c, 528, cert("ED25519", 512, "DigiCert Inc")), "recommended", nil},
		{"PSS", audit.TLSSecOptions{}, negotiated(0xc02c, 528, cert("rsassaPss", 2048, "DigiCert Inc")), "acceptable", nil},
		{"MD5", audit.TLSSecOptions{}, negotiated(0xc02c, 528, cert("md5WithRSAEncryption", 2048, "DigiCert Inc")), "avoid", []string{
			"cert_sig_alg - md5WithRSAEncryption sig_key_size 2048 in cert 0",
		}},
		{"a small key under a large signature", audit.TLSSecOptions{}, negotiated(0xc02c, 528, small), "avoid", []string{
			"cert_sig_alg - sha256WithRSAEncryption sig_key_size 512 in cert 0",
		}},
		{"AES-CCM", audit.TLSSecOptions{}, negotiated(0xc0ac, 528, good), "acceptable", nil},
		{"a suite of nobody", audit.TLSSecOptions{}, negotiated(0xfafa, 528, good), "unknown", []string{"suite - fafa, GREASE"}},
		{"unknowns ignored", audit.TLSSecOptions{IgnoreUnknowns: true}, negotiated(0xfafa, 528, good), "acceptable", nil},
		{"only unknowns, ignored", audit.TLSSecOptions{IgnoreUnknowns: true}, negotiated(0xfafa, 528), "unknown", []string{"no certs data"}},
		{"an unknown signature, ignored", audit.TLSSecOptions{IgnoreUnknowns: true}, negotiated(0xc02f, 528, cert("1.2.3", 2048, "DigiCert Inc")), "acceptable", nil},
		{"an unknown signature beside RC4", audit.TLSSecOptions{}, negotiated(0xc011, 528, cert("1.2.3", 2048, "DigiCert Inc")), "avoid", []string{
			"cert_sig_alg - 1.2.3 sig_key_size 2048 in cert 0", "enc - RC4_128", "hash - SHA",
		}},
		{"a signal as suite", audit.TLSSecOptions{}, negotiated(0x5600, 528, good), "unknown", []string{"suite - 5600, TLS_FALLBACK_SCSV"}},
		{"another signal", audit.TLSSecOptions{}, negotiated(0x00ff, 528, good), "unknown", []string{"suite - 00ff, TLS_EMPTY_RENEGOTIATION_INFO_SCSV"}},
		{"Let's Encrypt", audit.TLSSecOptions{}, negotiated(0xc02c, 528, cert("sha384WithRSAEncryption", 4096, "Let's Encrypt")), "recommended", nil},
		{"x25519 is as good as P-256", audit.TLSSecOptions{Threshold: 3}, x25519, "acceptable", []string{
			"cert_sig_alg - sha256WithRSAEncryption sig_key_size 2048 in cert 0",
		}},
	} {
		sec := judgeJoy(t, c.o, c.tls)
		if sec.Classification != c.want || !slices.Equal(sec.Concerns, c.concerns) {
			t.Errorf("%s: %s %q, want %s %q", c.name, sec.Classification, sec.Concerns, c.want, c.concerns)
		}
	}
	if sec := judgeJoy(t, audit.TLSSecOptions{}, nil); sec != nil {
		t.Errorf("a flow without TLS: %+v", sec)
	}
}

func TestJoyCompliance(t *testing.T) {
	o := audit.TLSSecOptions{
		Compliance: []string{"fips_140", "own", "x.json"},
		Lists:      map[string][]string{"own": {"TLS_CHACHA20_POLY1305_SHA256"}},
	}
	for suite, want := range map[tls.Code][2]string{
		0xc0ac: {"yes", "no"},
		0x00a8: {"yes", "no"},
		0xc02f: {"yes", "no"},
		0x1301: {"yes", "no"},
		0x1303: {"no", "yes"},
		0x000a: {"no", "no"},
		0xc02b: {"yes", "no"},
		0xfafa: {"unknown", "unknown"},
	} {
		got := judgeJoy(t, o, negotiated(suite, 528)).Compliant
		if got[0].Answer != want[0] || got[1].Answer != want[1] || got[2].Answer != "unknown - undefined policy" {
			t.Errorf("%04x: %v", suite, got)
		}
	}
	if got := judgeJoy(t, o, &facts.TLS{}).Compliant; got[0].Answer != "unknown" || got[2].Answer != "unknown - undefined policy" {
		t.Errorf("without a suite: %v", got)
	}
}

func TestJoyJSON(t *testing.T) {
	o := audit.TLSSecOptions{Compliance: []string{"fips_140"}}
	clean := negotiated(0xc02f, 528, cert("sha256WithRSAEncryption", 2048, "DigiCert Inc"))
	for _, c := range []struct {
		tls   *facts.TLS
		short bool
		want  string
	}{
		{clean, false, `{"seclevel":{"classification":"acceptable"},"fips_140_compliant":"yes"}`},
		{clean, true, `{"seclevel":"acceptable","fips_140_compliant":"yes"}`},
		{negotiated(0x000a, 1040), true, `{"seclevel":{"classification":"legacy","concerns":["no certs data","enc - 3DES_EDE_CBC","hash - SHA","kex - RSA client_key_length 1024"]},"fips_140_compliant":"no"}`},
	} {
		if got := string(judgeJoy(t, o, c.tls).AppendJSON(nil, c.short)); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}
