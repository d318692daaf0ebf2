package algorithm_test

import (
	"strings"
	"testing"

	"joy/audit/algorithm"
	"joy/proto/tls"
)

// TestTLSTables wants everything that records name to be known here.
func TestTLSTables(t *testing.T) {
	groups, signatures := 0, 0
	for code := range 1 << 16 {
		if name := tls.Group(code).Name(); name != "GREASE" && !strings.HasPrefix(name, "0x") {
			groups++
			if p, ok := algorithm.Group(name); !ok || p.Family == "" || p.Bits == 0 && p.Family != "explicit" {
				t.Errorf("group %s: %+v, %v", name, p, ok)
			}
		}
		if name := tls.SigAlg(code).Name(); name != "GREASE" && !strings.HasPrefix(name, "0x") {
			signatures++
			if p, ok := algorithm.Signature(name); !ok || p.Family == "" {
				t.Errorf("signature %s: %+v, %v", name, p, ok)
			}
		}
	}
	if groups < 50 || signatures < 50 {
		t.Errorf("only %d groups and %d signatures", groups, signatures)
	}
}

func TestNamesAreInTheirTables(t *testing.T) {
	for _, c := range []struct {
		what  string
		names []string
		table func(string) (algorithm.Parts, bool)
	}{
		{"group", algorithm.GroupNames(), algorithm.Group},
		{"signature", algorithm.SignatureNames(), algorithm.Signature},
		{"key", algorithm.KeyNames(), algorithm.Key},
		{"curve", algorithm.CurveNames(), algorithm.Curve},
		{"certificate signature", algorithm.CertSignatureNames(), algorithm.CertSignature},
		{"SSH key exchange", algorithm.SSHKexNames(), algorithm.SSHKex},
		{"SSH cipher", algorithm.SSHCipherNames(), algorithm.SSHCipher},
		{"SSH MAC", algorithm.SSHMACNames(), algorithm.SSHMAC},
		{"SSH host key", algorithm.SSHHostKeyNames(), algorithm.SSHHostKey},
		{"IKE cipher", algorithm.IKEEncryptionNames(), algorithm.IKEEncryption},
		{"IKE hash", algorithm.IKEHashNames(), algorithm.IKEHash},
		{"IKE group", algorithm.IKEGroupNames(), algorithm.IKEGroup},
	} {
		for _, name := range c.names {
			if p, ok := c.table(name); !ok || p == (algorithm.Parts{}) {
				t.Errorf("%s %s: %+v, %v", c.what, name, p, ok)
			}
		}
		for _, name := range []string{"", "x", "GREASE", "0xfafa", "gss-", "rsa_pkcs1_", "rsa_pss_rsae_sha3", "-etm@openssh.com", "sk-", "mldsa"} {
			if p, ok := c.table(name); ok {
				t.Errorf("%s %q is known: %+v", c.what, name, p)
			}
		}
	}
}

func TestParts(t *testing.T) {
	for _, c := range []struct {
		name  string
		table func(string) (algorithm.Parts, bool)
		want  algorithm.Parts
	}{
		{"X25519MLKEM768", algorithm.Group, algorithm.Parts{Family: "hybrid", Bits: 255}},
		{"ffdhe2048", algorithm.Group, algorithm.Parts{Family: "ff", Bits: 2048}},
		{"ecdsa_secp384r1_sha384", algorithm.Signature, algorithm.Parts{Family: "ecdsa", Hash: "SHA384"}},
		{"rsa_pkcs1_sha1", algorithm.Signature, algorithm.Parts{Family: "rsa", Hash: "SHA1"}},
		{"rsa_pss_rsae_sha256", algorithm.Signature, algorithm.Parts{Family: "rsa-pss", Hash: "SHA256"}},
		{"hmac-sha2-256-etm@openssh.com", algorithm.SSHMAC, algorithm.Parts{Hash: "SHA256", Mode: "etm", Bits: 256}},
		{"hmac-md5-96", algorithm.SSHMAC, algorithm.Parts{Hash: "MD5", Mode: "mte", Bits: 96}},
		{"umac-64@openssh.com", algorithm.SSHMAC, algorithm.Parts{Hash: "UMAC", Mode: "mte", Bits: 64}},
		{"ssh-rsa-cert-v01@openssh.com", algorithm.SSHHostKey, algorithm.Parts{Family: "rsa", Hash: "SHA1"}},
		{"sk-ssh-ed25519-cert-v01@openssh.com", algorithm.SSHHostKey, algorithm.Parts{Family: "eddsa", Hash: "SHA512", Bits: 256}},
		{"sk-ecdsa-sha2-nistp256@openssh.com", algorithm.SSHHostKey, algorithm.Parts{Family: "ecdsa", Hash: "SHA256", Bits: 256}},
		{"gss-group1-sha1-toWM5Slw5Ew8Mqkay+al2g==", algorithm.SSHKex, algorithm.Parts{Family: "ff", Hash: "SHA1", Bits: 1024}},
		{"gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==", algorithm.SSHKex, algorithm.Parts{Family: "ff", Hash: "SHA256", Bits: 2048}},
		{"dh_modp1024", algorithm.IKEGroup, algorithm.Parts{Family: "ff", Bits: 1024}},
	} {
		if got, ok := c.table(c.name); !ok || got != c.want {
			t.Errorf("%s: %+v, %v", c.name, got, ok)
		}
	}
}
