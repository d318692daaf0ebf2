package suite_test

import (
	"slices"
	"strings"
	"testing"

	"joy/audit/suite"
	"joy/proto/tls"
)

// TestTable takes every name of IANA's table apart: none may be left over, and
// no part may be one that the comments do not name.
func TestTable(t *testing.T) {
	n := 0
	for code := range tls.Code(1 << 16) {
		name := code.Name()
		if !strings.HasPrefix(name, "TLS_") {
			continue
		}
		s, ok := suite.Lookup(code)
		if signal := strings.HasSuffix(name, "_SCSV"); ok == signal {
			t.Errorf("%s: is taken for a suite: %v", name, ok)
		}
		if !ok {
			continue
		}
		n++
		checkParts(t, &s)
	}
	if all := suite.All(); len(all) != n || n < 340 {
		t.Errorf("All has %d suites, the table %d", len(all), n)
	}
}

func checkParts(t *testing.T, s *suite.Suite) {
	t.Helper()
	for _, part := range []struct {
		what, is string
		allowed  string
	}{
		{"kex", s.Kex, "RSA DH DHE ECDH ECDHE PSK RSA_PSK DHE_PSK ECDHE_PSK DH_anon ECDH_anon KRB5 SRP ECCPWD NULL"},
		{"auth", s.Auth, "RSA DSS ECDSA PSK KRB5 SRP ECCPWD anon NULL"},
		{"cipher", s.Cipher, "AES CHACHA20 CAMELLIA ARIA SM4 AEGIS SEED IDEA 3DES DES RC4 RC2 NULL"},
		{"mode", s.Mode, "CBC GCM CCM CCM_8 POLY1305 AEGIS stream"},
		{"mac", s.MAC, "MD5 SHA1 SHA256 SHA384 AEAD NULL"},
		{"hash", s.Hash, "MD5SHA1 SHA256 SHA384 SHA512 SM3"},
	} {
		missing := part.is == ""
		switch part.what {
		case "kex", "auth":
			missing = missing != s.TLS13
		case "mode":
			missing = missing != (s.Cipher == "NULL")
		}
		if missing || part.is != "" && !slices.Contains(strings.Fields(part.allowed), part.is) {
			t.Errorf("%s: %s is %q", s.Name, part.what, part.is)
		}
	}
	if bits := s.Bits; (bits == 0) != (s.Cipher == "NULL") || bits > 256 || bits < 40 && bits != 0 {
		t.Errorf("%s: %d bits", s.Name, bits)
	}
}

// TestParts compares some suites of each kind with their RFC.
func TestParts(t *testing.T) {
	for _, want := range []suite.Suite{
		{Name: "TLS_NULL_WITH_NULL_NULL", Kex: "NULL", Auth: "NULL", Cipher: "NULL", MAC: "NULL", Hash: "MD5SHA1"},
		{Name: "TLS_RSA_EXPORT_WITH_RC4_40_MD5", Kex: "RSA", Auth: "RSA", Cipher: "RC4", Mode: "stream", Bits: 40, MAC: "MD5", Hash: "MD5SHA1", Export: true},
		{Name: "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5", Kex: "RSA", Auth: "RSA", Cipher: "RC2", Mode: "CBC", Bits: 40, MAC: "MD5", Hash: "MD5SHA1", Export: true},
		{Name: "TLS_RSA_WITH_3DES_EDE_CBC_SHA", Kex: "RSA", Auth: "RSA", Cipher: "3DES", Mode: "CBC", Bits: 112, MAC: "SHA1", Hash: "MD5SHA1"},
		{Name: "TLS_KRB5_EXPORT_WITH_DES_CBC_40_SHA", Kex: "KRB5", Auth: "KRB5", Cipher: "DES", Mode: "CBC", Bits: 40, MAC: "SHA1", Hash: "MD5SHA1", Export: true},
		{Name: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", Kex: "DHE", Auth: "RSA", Cipher: "AES", Mode: "CBC", Bits: 256, MAC: "SHA256", Hash: "SHA256"},
		{Name: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM", Kex: "ECDHE", Auth: "ECDSA", Cipher: "AES", Mode: "CCM", Bits: 128, MAC: "AEAD", Hash: "SHA256"},
		{Name: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8", Kex: "ECDHE", Auth: "ECDSA", Cipher: "AES", Mode: "CCM_8", Bits: 256, MAC: "AEAD", Hash: "SHA256"},
		{Name: "TLS_PSK_DHE_WITH_AES_128_CCM_8", Kex: "DHE_PSK", Auth: "PSK", Cipher: "AES", Mode: "CCM_8", Bits: 128, MAC: "AEAD", Hash: "SHA256"},
		{Name: "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256", Kex: "ECDHE_PSK", Auth: "PSK", Cipher: "AES", Mode: "CCM_8", Bits: 128, MAC: "AEAD", Hash: "SHA256"},
		{Name: "TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA", Kex: "SRP", Auth: "RSA", Cipher: "AES", Mode: "CBC", Bits: 128, MAC: "SHA1", Hash: "MD5SHA1"},
		{Name: "TLS_ECDH_anon_WITH_RC4_128_SHA", Kex: "ECDH_anon", Auth: "anon", Cipher: "RC4", Mode: "stream", Bits: 128, MAC: "SHA1", Hash: "MD5SHA1"},
		{Name: "TLS_AES_128_CCM_8_SHA256", Cipher: "AES", Mode: "CCM_8", Bits: 128, MAC: "AEAD", Hash: "SHA256", TLS13: true},
		{Name: "TLS_CHACHA20_POLY1305_SHA256", Cipher: "CHACHA20", Mode: "POLY1305", Bits: 256, MAC: "AEAD", Hash: "SHA256", TLS13: true},
		{Name: "TLS_SHA384_SHA384", Cipher: "NULL", MAC: "SHA384", Hash: "SHA384", TLS13: true},
	} {
		if got, ok := suite.Parse(want.Name); !ok || got != want {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", want.Name, got, ok, want)
		}
	}
	for _, name := range []string{"", "TLS_", "TLS_FALLBACK_SCSV", "GREASE", "0xfafa", "TLS_RSA_WITH_", "TLS_RSA_WITH_AES_SHA", "TLS_X_WITH_AES_128_CBC_SHA", "TLS_RC4_128_SHA256"} {
		if s, ok := suite.Parse(name); ok {
			t.Errorf("%q is taken for a suite: %+v", name, s)
		}
	}
}

func TestForwardSecrecy(t *testing.T) {
	for name, want := range map[string]bool{
		"TLS_RSA_WITH_AES_128_GCM_SHA256":         false,
		"TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256":    false,
		"TLS_PSK_WITH_AES_128_GCM_SHA256":         false,
		"TLS_RSA_PSK_WITH_AES_128_GCM_SHA256":     false,
		"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256":   true,
		"TLS_DHE_PSK_WITH_AES_128_GCM_SHA256":     true,
		"TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256":   true,
		"TLS_AES_128_GCM_SHA256":                  true,
		"TLS_DH_DSS_WITH_AES_128_GCM_SHA256":      false,
		"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256": true,
	} {
		s, ok := suite.Parse(name)
		if !ok || s.ForwardSecrecy() != want {
			t.Errorf("%s: %v", name, s.ForwardSecrecy())
		}
	}
}
