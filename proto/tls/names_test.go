package tls

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// TestNamesAreOpenSSLs compares the table of object identifiers with an
// installed openssl. A name that it does not know yet is no fault.
func TestNamesAreOpenSSLs(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("there is no openssl here")
	}
	known := 0
	for _, oid := range []string{
		"2.5.4.3", "2.5.4.97", "0.9.2342.19200300.100.1.25", "1.2.840.113549.1.9.1", "1.3.6.1.4.1.311.60.2.1.3", "1.2.840.113549.1.1.11",
		"1.2.840.113549.1.1.10", "1.2.840.10045.2.1", "1.2.840.10045.4.3.2", "1.3.101.112", "1.2.840.10045.3.1.7", "1.3.132.0.34",
		"2.5.29.14", "2.5.29.17", "2.5.29.31", "2.5.29.37", "1.3.6.1.5.5.7.1.1", "1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.5.5.7.3.1",
		"1.3.6.1.5.5.7.48.1", "2.16.840.1.113730.1.13", "2.16.840.1.101.3.4.3.18", "1.3.6.1.5.5.7.1.24", "1.2.643.7.1.1.3.2",
	} {
		der, err := exec.Command("openssl", "asn1parse", "-genstr", "OID:"+oid, "-noout", "-out", "/dev/stdout").Output()
		if err != nil || len(der) < 3 {
			t.Fatalf("%s: %v", oid, err)
		}
		out, err := exec.Command("openssl", "asn1parse", "-genstr", "OID:"+oid).Output()
		if err != nil {
			t.Fatal(err)
		}
		_, name, _ := strings.Cut(strings.TrimSpace(string(out)), "OBJECT            :")
		if name == oid {
			continue
		}
		known++
		if got := oidName(der[2:]); got != name {
			t.Errorf("%s is %q, openssl says %q", oid, got, name)
		}
	}
	if known < 20 {
		t.Errorf("openssl knows only %d of them", known)
	}
}

// TestNamesAreTsharks compares the tables of groups, signature algorithms and
// alerts with an installed tshark, without regard to how words are joined.
func TestNamesAreTsharks(t *testing.T) {
	out, err := exec.Command("tshark", "-G", "values").Output()
	if err != nil {
		t.Skip("there is no tshark here")
	}
	plain := func(s string) string {
		s, _, _ = strings.Cut(s, " (")
		return strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(s))
	}
	tables := map[string]func(uint16) string{
		"tls.handshake.extensions_supported_group":      groupName,
		"tls.alert_message.desc":                        alertName,
		"tls.compress_certificate.algorithm":            compressionName,
		"tls.handshake.extensions.psk_ke_modes":         nil,
		"tls.handshake.sig_hash_alg":                    sigalgName,
		"tls.handshake.extensions.supported_version":    nil,
		"tls.handshake.extensions_key_share_group_none": nil,
	}
	same := 0
	for _, l := range strings.Split(string(out), "\n") {
		f := strings.Split(l, "\t")
		if len(f) < 4 || tables[f[1]] == nil {
			continue
		}
		var n uint16
		if _, err := fmt.Sscan(f[2], &n); err != nil {
			continue
		}
		ours := tables[f[1]](n)
		if ours == "" {
			continue
		}
		if plain(ours) == plain(f[3]) {
			same++
		} else {
			t.Logf("%s %d: %q, tshark says %q", f[1], n, ours, f[3])
		}
	}
	if same < 80 {
		t.Errorf("only %d names are the same", same)
	}
}

func TestNamesOfNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{string(Group(0x11ec).AppendJSON(nil)), `"X25519MLKEM768"`},
		{string(Group(0x1a1a).AppendJSON(nil)), `"GREASE"`},
		{string(Group(0x1a2a).AppendJSON(nil)), `"0x1a2a"`},
		{string(Version(0x7f1c).AppendJSON(nil)), `"TLS 1.3 draft 28"`},
		{string(Version(0xfefc).AppendJSON(nil)), `"DTLS 1.3"`},
		{string(SigAlg(0x0905).AppendJSON(nil)), `"mldsa65"`},
		{string(Code(0xc02b).AppendJSON(nil)), `"c02b"`},
		{string(Code(0x010080).AppendJSON(nil)), `"010080"`},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func TestNameMethods(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Code(0x1301).Name(), "TLS_AES_128_GCM_SHA256"},
		{Code(0xc02b).Name(), "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
		{Code(0x00ff).Name(), "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"},
		{Code(0x5600).Name(), "TLS_FALLBACK_SCSV"},
		{Code(0x8a8a).Name(), "GREASE"},
		{Code(0xeeee).Name(), "0xeeee"},
		{Version(0x7f1c).Name(), "TLS 1.3 draft 28"},
		{Version(0x0304).Name(), "TLS 1.3"},
		{Group(0x11ec).Name(), "X25519MLKEM768"},
		{SigAlg(0x0403).Name(), "ecdsa_secp256r1_sha256"},
		{Extension{Type: 0}.Name(), "server_name"},
		{Extension{Type: 0x1234}.Name(), "0x1234"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
