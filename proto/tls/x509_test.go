package tls

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"math/big"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"joy/feature/featuretest"
	"joy/proto/tls/tlstest"
)

func parseCert(raw []byte) Certificate { return new(arena).certificate(raw, len(raw)) }

// same compares with crypto/x509.
func same(t *testing.T, raw []byte) {
	t.Helper()
	want, err := x509.ParseCertificate(raw)
	if err != nil {
		return // stricter than we are
	}
	c := parseCert(raw)
	if c.Malformed != "" || c.Truncated {
		t.Errorf("%v: malformed: %s", want.Subject, c.Malformed)
	}
	check := func(what string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, crypto/x509 has %v", what, got, want)
		}
	}
	check("length", c.Length, len(raw))
	check("version", c.Version, want.Version)
	check("serial", new(big.Int).SetBytes(c.Serial), new(big.Int).Abs(want.SerialNumber))
	check("sign of the serial", c.Negative, want.SerialNumber.Sign() < 0)
	check("signature", fmt.Sprintf("%x", []byte(c.Signature)), fmt.Sprintf("%x", want.Signature))
	const form = "Jan _2 15:04:05 2006 GMT"
	check("not before", string(c.NotBefore), want.NotBefore.UTC().Format(form))
	check("not after", string(c.NotAfter), want.NotAfter.UTC().Format(form))
	check("issuer", values(c.Issuer), rdns(want.RawIssuer))
	check("subject", values(c.Subject), rdns(want.RawSubject))
	check("extensions", len(c.Extensions), len(want.Extensions))
	switch k := want.PublicKey.(type) {
	case *rsa.PublicKey:
		check("bits", c.KeySize, k.N.BitLen())
	case *ecdsa.PublicKey:
		check("bits", c.KeySize, k.Params().BitSize)
	case ed25519.PublicKey:
		check("bits", c.KeySize, 256)
	}
	alternatives(t, &c, want)
}

func values(as []Attribute) (all []string) {
	for _, a := range as {
		all = append(all, string(a.Value))
	}
	return all
}

func rdns(raw []byte) (all []string) {
	var seq pkix.RDNSequence
	asn1.Unmarshal(raw, &seq)
	for _, set := range seq {
		for _, a := range set {
			all = append(all, fmt.Sprint(a.Value))
		}
	}
	return all
}

func text(c *Certificate, name string) string {
	for _, e := range c.Extensions {
		if string(e.Name) == name {
			return string(e.Value)
		}
	}
	return ""
}

func alternatives(t *testing.T, c *Certificate, want *x509.Certificate) {
	t.Helper()
	san := ", " + text(c, "X509v3 Subject Alternative Name") + ","
	for _, n := range want.DNSNames {
		if !strings.Contains(san, ", DNS:"+n+",") {
			t.Errorf("%s is not in %s", n, san)
		}
	}
	for _, ip := range want.IPAddresses {
		if !strings.Contains(san, ", IP Address:"+ip.String()+",") {
			t.Errorf("%s is not in %s", ip, san)
		}
	}
	if len(want.SubjectKeyId) > 0 {
		id := strings.ReplaceAll(text(c, "X509v3 Subject Key Identifier"), ":", "")
		if !strings.EqualFold(id, hex.EncodeToString(want.SubjectKeyId)) {
			t.Errorf("key id %s, crypto/x509 has %x", id, want.SubjectKeyId)
		}
	}
	if want.BasicConstraintsValid && want.IsCA != strings.HasPrefix(text(c, "X509v3 Basic Constraints"), "CA:TRUE") {
		t.Errorf("constraints %q, crypto/x509 has %v", text(c, "X509v3 Basic Constraints"), want.IsCA)
	}
	for _, u := range want.OCSPServer {
		if !strings.Contains(text(c, "Authority Information Access"), "OCSP - URI:"+u) {
			t.Errorf("no %s", u)
		}
	}
	for _, u := range want.CRLDistributionPoints {
		if !strings.Contains(text(c, "X509v3 CRL Distribution Points"), "URI:"+u) {
			t.Errorf("no %s", u)
		}
	}
}

// chain makes a certificate of each kind of key, by a template that uses what
// there is.
func chain(t testing.TB) (all [][]byte) {
	t.Helper()
	ca, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := rsa.GenerateKey(rand.Reader, 2048)
	e3, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	e5, _ := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	for i, k := range []crypto.Signer{r, ca, e3, e5, ed} {
		tmpl := &x509.Certificate{
			SerialNumber:          new(big.Int).Lsh(big.NewInt(0x80+int64(i)), 8*uint(i)),
			Subject:               pkix.Name{CommonName: "Zürich " + fmt.Sprint(i), Organization: []string{"A, \"B\"", "C/D"}, Country: []string{"CH"}, ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "a@b"}}},
			NotBefore:             time.Date(2017, 8, 7, 15, 4, 17, 0, time.UTC),
			NotAfter:              time.Date(2049+i, 12, 31, 23, 59, 59, 0, time.UTC),
			KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageDecipherOnly,
			ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageAny},
			BasicConstraintsValid: true, IsCA: i%2 == 0,
			SubjectKeyId: []byte{1, 2, 3}, AuthorityKeyId: []byte{4, 5},
			DNSNames: []string{"a.example", "*.b.example"}, IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1).To4(), net.ParseIP("2001:db8::1")},
			OCSPServer: []string{"http://ocsp.example/"}, CRLDistributionPoints: []string{"http://crl.example/1", "http://crl.example/2"},
			Policies: []x509.OID{},
		}
		raw, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, k.Public(), k)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw)
	}
	return all
}

func TestCertificatesAsCryptoX509(t *testing.T) {
	for _, raw := range chain(t) {
		same(t, raw)
	}
	c := parseCert(chain(t)[0])
	for name, want := range map[string]string{
		"X509v3 Key Usage":          "Digital Signature, Decipher Only",
		"X509v3 Extended Key Usage": "TLS Web Server Authentication, Any Extended Key Usage",
		"X509v3 Basic Constraints":  "CA:TRUE",
	} {
		if got := text(&c, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// certsOf are the certificates that a Parser has kept.
func certsOf(p *Parser) (all [][]byte) {
	for d := range p.hs.sides {
		for w := p.hs.sides[d].walk(); w.next(); {
			if w.typ != typeCertificate || len(w.body) < 3 {
				continue
			}
			for b := w.body[3:]; len(b) > 3; {
				n := int(b[0])<<16 | int(b[1])<<8 | int(b[2])
				if n > len(b)-3 {
					break
				}
				all, b = append(all, bytes.Clone(b[3:3+n])), b[3+n:]
			}
		}
	}
	return all
}

// corpusCerts are the certificates of all captures.
func corpusCerts(t testing.TB) (all [][]byte) {
	for _, s := range tlstest.Captures(t) {
		p := new(Parser)
		feed(p, s)
		all = append(all, certsOf(p)...)
	}
	return all
}

func TestCertificatesOfTheCorpus(t *testing.T) {
	all := corpusCerts(t)
	if len(all) < 50 {
		t.Errorf("only %d certificates", len(all))
	}
	for _, raw := range all {
		same(t, raw)
	}
}

// TestTextsAreOpenSSLs compares the texts of extensions with those of an
// installed openssl, but for white space.
func TestTextsAreOpenSSLs(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("there is no openssl here")
	}
	p := new(Parser)
	for _, s := range sessions(t) {
		if s.Name == "openssl-tls12-client-cert" {
			feed(p, s)
		}
	}
	var raw []byte
	for w := p.hs.sides[0].walk(); w.next(); {
		if w.typ == typeCertificate {
			raw = w.body[6 : 6+int(w.body[3])<<16+int(w.body[4])<<8+int(w.body[5])]
		}
	}
	cmd := exec.Command("openssl", "x509", "-inform", "DER", "-noout", "-text")
	cmd.Stdin = bytes.NewReader(raw)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	squeeze := func(s string) string { return strings.NewReplacer(" ", "", "\n", "", ",", "").Replace(s) }
	all := squeeze(string(out))
	c := parseCert(raw)
	checked := 0
	for _, e := range c.Extensions {
		switch name := string(e.Name); name {
		case "X509v3 Subject Alternative Name", "X509v3 CRL Distribution Points", "X509v3 Authority Key Identifier":
			// OpenSSL writes IPv6 addresses without ::, headings before each point,
			// and short names in directory names
		default:
			checked++
			if want := squeeze(name + ": " + string(e.Value)); !strings.Contains(strings.ReplaceAll(all, "critical", ""), want) {
				t.Errorf("openssl does not write %s", want)
			}
		}
	}
	if checked < 8 {
		t.Errorf("only %d extensions", checked)
	}
}

// What is wrong is named, and what stands before it is read.
func TestMalformedCertificate(t *testing.T) {
	raw := chain(t)[0]
	good := parseCert(raw)
	at := func(what []byte) int { return bytes.Index(raw, what) }
	for _, c := range []struct {
		name, want string
		change     func(b []byte) []byte
	}{
		{"empty", "certificate", func(b []byte) []byte { return nil }},
		{"no sequence", "certificate", func(b []byte) []byte { b[0] = 0x31; return b }},
		{"indefinite length", "certificate", func(b []byte) []byte { b[1] = 0x80; return b }},
		{"more behind it", "bytes behind the certificate", func(b []byte) []byte { return append(b, 0) }},
		{"longer than there is", "length of the certificate", func(b []byte) []byte { b[3]++; return b }},
		{"serial number is a string", "serialNumber", func(b []byte) []byte { b[at(good.Serial)-2-1] = derUTF8; return b }},
		{"bad month", "validity", func(b []byte) []byte { copy(b[at([]byte("170807150417Z"))+2:], "99"); return b }},
		{"no signature", "signature", func(b []byte) []byte { b[len(b)-len(good.Signature)-5] = 0x04; return b }},
	} {
		b := c.change(bytes.Clone(raw))
		got := parseCert(b)
		if got.Malformed != c.want {
			t.Errorf("%s: malformed %q, want %q", c.name, got.Malformed, c.want)
		}
	}
	b := bytes.Clone(raw)
	copy(b[at([]byte("170807150417Z"))+2:], "99")
	if c := parseCert(b); len(c.Subject) == 0 || len(c.Issuer) == 0 || c.KeySize != 2048 || len(c.Extensions) == 0 {
		t.Error("a bad time hides the rest")
	}
}

// However a certificate is cut or changed, reading it ends, and it is JSON.
func TestBrokenCertificates(t *testing.T) {
	for _, raw := range chain(t) {
		for n := range raw {
			b := new(arena)
			c := b.certificate(raw[:n], len(raw))
			if !c.Truncated || c.Malformed != "" || c.SHA1 != nil {
				t.Fatalf("cut at %d: %+v", n, c)
			}
			for _, x := range []byte{0x01, 0x80, 0xff} {
				m := slices.Clone(raw)
				m[n] ^= x
				featuretest.JSON(t, parseCert(m))
			}
		}
	}
}

// FuzzCertificate gets on only with -fuzzminimizetime 1x: what crypto/x509 runs
// through differs from time to time.
func FuzzCertificate(f *testing.F) {
	for _, raw := range chain(f) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c := parseCert(raw)
		if c.Malformed != "tbsCertificate" { // crypto/x509 passes over bytes behind the extensions, OpenSSL does not
			same(t, raw)
		}
		featuretest.JSON(t, c)
	})
}
