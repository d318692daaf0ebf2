package algorithm

import (
	"slices"
	"strings"
)

// Signature is what a signature of TLS is, by IANA's name.
func Signature(name string) (Parts, bool) {
	for _, prefix := range []struct{ prefix, family string }{
		{"rsa_pkcs1_", "rsa"},
		{"rsa_pss_rsae_", "rsa-pss"},
		{"rsa_pss_pss_", "rsa-pss"},
		{"ecdsa_secp256r1_", "ecdsa"},
		{"ecdsa_secp384r1_", "ecdsa"},
		{"ecdsa_secp521r1_", "ecdsa"},
		{"ecdsa_brainpoolP256r1tls13_", "ecdsa"},
		{"ecdsa_brainpoolP384r1tls13_", "ecdsa"},
		{"ecdsa_brainpoolP512r1tls13_", "ecdsa"},
		{"ecdsa_", "ecdsa"},
		{"dsa_", "dsa"},
	} {
		hash, ok := strings.CutPrefix(name, prefix.prefix)
		if !ok {
			continue
		}
		hash = strings.ToUpper(strings.TrimSuffix(hash, "_legacy"))
		return Parts{Family: prefix.family, Hash: hash}, slices.Contains(signatureHashes, hash)
	}
	switch name {
	case "ed25519":
		return Parts{Family: "eddsa", Hash: "SHA512"}, true
	case "ed448":
		return Parts{Family: "eddsa", Hash: "SHAKE256"}, true
	case "mldsa44", "mldsa65", "mldsa87":
		return Parts{Family: "ml-dsa"}, true
	case "sm2sig_sm3":
		return Parts{Family: "sm2", Hash: "SM3"}, true
	case "eccsi_sha256", "iso_ibs1", "iso_ibs2", "iso_chinese_ibs":
		return Parts{Family: "ibs"}, true
	}
	switch {
	case strings.HasPrefix(name, "slhdsa_"):
		return Parts{Family: "slh-dsa"}, true
	case strings.HasPrefix(name, "gostr341020"):
		return Parts{Family: "gost"}, true
	}
	return Parts{}, false
}

var signatureHashes = []string{"MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"}
