package algorithm

import (
	"maps"
	"slices"
)

// names are the names of a table, sorted.
func (t table) names() []string { return slices.Sorted(maps.Keys(t)) }

// The following are the names that tables have. Of what is taken apart by its
// name they are examples of each kind.

// GroupNames are those of Group.
func GroupNames() []string { return groups.names() }

// KeyNames are those of Key.
func KeyNames() []string { return append(keys.names(), slhDSA+"SHA2-128s") }

// CurveNames are those of Curve.
func CurveNames() []string { return curves.names() }

// CertSignatureNames are those of CertSignature.
func CertSignatureNames() []string { return append(certSignatures.names(), slhDSA+"SHA2-128s") }

// SignatureNames are those of Signature.
func SignatureNames() []string {
	return []string{
		"rsa_pkcs1_md5", "rsa_pkcs1_sha1", "rsa_pkcs1_sha224", "rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512",
		"rsa_pss_rsae_sha256", "rsa_pss_pss_sha512", "ecdsa_md5", "ecdsa_sha1", "ecdsa_sha224", "ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384",
		"ecdsa_secp521r1_sha512", "ecdsa_brainpoolP256r1tls13_sha256", "dsa_md5", "dsa_sha1", "dsa_sha224", "dsa_sha256", "dsa_sha384", "dsa_sha512",
		"ed25519", "ed448", "mldsa44", "mldsa65", "mldsa87", "slhdsa_sha2_128s", "sm2sig_sm3", "gostr34102012_256a", "eccsi_sha256", "iso_ibs1",
	}
}

// SSHKexNames are those of SSHKex.
func SSHKexNames() []string {
	list := sshKex.names()
	for _, prefix := range gss.names() {
		list = append(list, "gss-"+prefix+"toWM5Slw5Ew8Mqkay+al2g==")
	}
	return list
}

// SSHCipherNames are those of SSHCipher.
func SSHCipherNames() []string { return sshCiphers.names() }

// SSHMACNames are those of SSHMAC.
func SSHMACNames() []string {
	list := sshMACs.names()
	for _, name := range []string{"hmac-md5", "hmac-sha1", "hmac-sha2-256", "hmac-sha2-512", "umac-64", "umac-128"} {
		list = append(list, name+"-etm@openssh.com")
	}
	return list
}

// SSHHostKeyNames are those of SSHHostKey.
func SSHHostKeyNames() []string { return sshHostKeys.names() }

// IKEEncryptionNames are those of IKEEncryption.
func IKEEncryptionNames() []string { return ikeCiphers.names() }

// IKEHashNames are those of IKEHash.
func IKEHashNames() []string { return ikeHashes.names() }

// IKEGroupNames are those of IKEGroup.
func IKEGroupNames() []string { return ikeGroups.names() }
