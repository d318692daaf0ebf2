package policy

import (
	"slices"

	"joy/audit/algorithm"
	"joy/audit/suite"
)

// The kinds of things that rules can be about.
const (
	TLSVersion       = "tls.version"
	TLSSuite         = "tls.suite"
	TLSGroup         = "tls.group"
	TLSSignature     = "tls.signature"
	TLSCompression   = "tls.compression"
	TLSMaster        = "tls.extended_master_secret"
	TLSRenegotiate   = "tls.secure_renegotiation"
	TLSEncryptMAC    = "tls.encrypt_then_mac"
	TLSEarlyData     = "tls.early_data"
	CertKey          = "cert.key"
	CertSignature    = "cert.signature"
	CertValidity     = "cert.validity"
	CertLifetime     = "cert.lifetime"
	CertName         = "cert.name"
	CertIssuer       = "cert.issuer"
	CertChain        = "cert.chain"
	CertForm         = "cert.form"
	CertTransparency = "cert.transparency"
	SSHVersion       = "ssh.version"
	SSHKex           = "ssh.kex"
	SSHHostKey       = "ssh.hostkey"
	SSHCipher        = "ssh.cipher"
	SSHMAC           = "ssh.mac"
	SSHCompression   = "ssh.compression"
	SSHTerrapin      = "ssh.terrapin"
	IKEVersion       = "ike.version"
	IKEExchange      = "ike.exchange"
	IKEEncryption    = "ike.encryption"
	IKEPRF           = "ike.prf"
	IKEIntegrity     = "ike.integrity"
	IKEGroup         = "ike.group"
	IKEAuth          = "ike.authentication"

	JoyHash = "joy.hash"
	JoyEnc  = "joy.enc"
	JoySig  = "joy.sig"
	JoyAuth = "joy.auth"
	JoyKex  = "joy.kex"
	JoyCert = "joy.cert_sig_alg"
)

// KindNames are the names of the kinds in the order of the manual.
func KindNames() []string { return slices.Clone(kindOrder) }

// Names are the names that things of a kind can have, of suites none: package
// suite has them.
func Names(about string) []string {
	k := kinds[about]
	if k.list != nil {
		return k.list()
	}
	return slices.Clone(k.names)
}

// Parts are the parts of a thing by its name.
func Parts(about, name string) (algorithm.Parts, bool) {
	k := kinds[about]
	if k.table != nil {
		return k.table(name)
	}
	return algorithm.Parts{}, slices.Contains(k.names, name)
}

// A kind is what the reader knows of a kind of things.
type kind struct {
	// Doc is for people.
	doc string
	// Names are the names that a thing can have, where they are few.
	names []string
	// Table has the parts of things by name, and list the names in it.
	table func(name string) (algorithm.Parts, bool)
	list  func() []string
}

// has reports whether there is a thing of a name.
func (k *kind) has(about, name string) bool {
	if about == TLSSuite {
		return isSuite(name)
	}
	if k.table != nil {
		_, ok := k.table(name)
		return ok
	}
	return slices.Contains(k.names, name) || k.names == nil
}

// Kinds are the kinds of things, with a line of explanation each.
func Kinds() []string {
	var list []string
	for _, k := range kindOrder {
		list = append(list, k+": "+kinds[k].doc)
	}
	return list
}

var kindOrder = []string{
	TLSVersion, TLSSuite, TLSGroup, TLSSignature, TLSCompression, TLSMaster, TLSRenegotiate, TLSEncryptMAC, TLSEarlyData,
	CertKey, CertSignature, CertValidity, CertLifetime, CertName, CertIssuer, CertChain, CertForm, CertTransparency,
	SSHVersion, SSHKex, SSHHostKey, SSHCipher, SSHMAC, SSHCompression, SSHTerrapin,
	IKEVersion, IKEExchange, IKEEncryption, IKEPRF, IKEIntegrity, IKEGroup, IKEAuth,
}

var kinds = map[string]kind{
	TLSVersion:       {doc: "the version that the server selected", names: []string{"SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}},
	TLSSuite:         {doc: "the cipher suite that the server selected; below= and from= are bits of the key"},
	TLSGroup:         {doc: "the group of the key exchange; the size is that of field or prime", table: algorithm.Group, list: algorithm.GroupNames},
	TLSSignature:     {doc: "the signature in the ServerKeyExchange", table: algorithm.Signature, list: algorithm.SignatureNames},
	TLSCompression:   {doc: "the compression method, up to TLS 1.2", names: []string{"none", "deflate", "lzs"}},
	TLSMaster:        {doc: "extended_master_secret (RFC 7627), up to TLS 1.2", names: yesNo},
	TLSRenegotiate:   {doc: "renegotiation_info (RFC 5746), up to TLS 1.2", names: yesNo},
	TLSEncryptMAC:    {doc: "encrypt_then_mac (RFC 7366), with a CBC suite", names: yesNo},
	TLSEarlyData:     {doc: "data in the first flight (0-RTT), as far as the client sends it", names: []string{"yes"}},
	CertKey:          {doc: "the key of a certificate, by algorithm or curve; family and size", table: certKey, list: certKeyNames},
	CertSignature:    {doc: "the signature on a certificate; roots are left out", table: algorithm.CertSignature, list: algorithm.CertSignatureNames},
	CertValidity:     {doc: "whether the certificate is valid at the time of the flow", names: []string{"valid", "expired", "not yet valid"}},
	CertLifetime:     {doc: "the days between first and last day of the leaf", names: []string{"days"}},
	CertName:         {doc: "whether the leaf has the name that the client asked for", names: []string{"matches", "common name only", "differs"}},
	CertIssuer:       {doc: "who made the leaf", names: []string{"another", "self-signed"}},
	CertChain:        {doc: "whether each certificate was made by the next one", names: []string{"in order", "leaf only", "out of order", "unrelated"}},
	CertForm:         {doc: "the form of the certificate", names: []string{"version 1", "version 2", "version 3", "leaf is a CA", "malformed"}},
	CertTransparency: {doc: "whether signed timestamps (RFC 6962) came with the leaf; stapled ones are not seen", names: yesNo},
	SSHVersion:       {doc: "the protocol version of the server", names: []string{"1.3", "1.5", "1.99", "2.0"}},
	SSHKex:           {doc: "the key exchange; of a group exchange the size of the chosen prime", table: algorithm.SSHKex, list: algorithm.SSHKexNames},
	SSHHostKey:       {doc: "the algorithm of the host key, and the size of the key", table: algorithm.SSHHostKey, list: algorithm.SSHHostKeyNames},
	SSHCipher:        {doc: "the cipher of a direction", table: algorithm.SSHCipher, list: algorithm.SSHCipherNames},
	SSHMAC:           {doc: "the MAC of a direction, when the cipher needs one", table: algorithm.SSHMAC, list: algorithm.SSHMACNames},
	SSHCompression:   {doc: "the compression of a direction", names: []string{"none", "zlib", "zlib@openssh.com"}},
	SSHTerrapin:      {doc: "whether ciphers are of those that Terrapin (CVE-2023-48795) attacks, and strict key exchange is in use", names: []string{"not affected", "strict", "open"}},
	IKEVersion:       {doc: "the major version", names: []string{"1", "2"}},
	IKEExchange:      {doc: "the exchange of IKEv1, or ike_sa_init", names: []string{"identity_protection", "aggressive", "base", "ike_sa_init"}},
	IKEEncryption:    {doc: "the cipher that the responder chose, and the size of its key", table: algorithm.IKEEncryption, list: algorithm.IKEEncryptionNames},
	IKEPRF:           {doc: "the pseudorandom function; of IKEv1 the hash", table: algorithm.IKEHash, list: algorithm.IKEHashNames},
	IKEIntegrity:     {doc: "the integrity algorithm, when the cipher needs one", table: algorithm.IKEHash, list: algorithm.IKEHashNames},
	IKEGroup:         {doc: "the group; hybrid when ML-KEM or FrodoKEM follows it (RFC 9370)", table: algorithm.IKEGroup, list: algorithm.IKEGroupNames},
	IKEAuth:          {doc: "the authentication method of IKEv1", names: ikeAuthNames},

	JoyHash: {doc: "hash of Joy's table"}, JoyEnc: {doc: "enc of Joy's table"},
	JoySig: {doc: "sig of Joy's table"}, JoyAuth: {doc: "auth of Joy's table"},
	JoyKex: {doc: "kex of Joy's table"}, JoyCert: {doc: "cert_sig_alg of Joy's table"},
}

var yesNo = []string{"yes", "no"}

// ikeAuthNames are the authentication methods of IKEv1, as records name them.
var ikeAuthNames = []string{
	"pre_shared_key", "dss_signatures", "rsa_signatures", "encryption_with_rsa", "revised_encryption_with_rsa",
	"ecdsa_sha256_p256_curve", "ecdsa_sha384_p384_curve", "ecdsa_sha512_p521_curve",
	"hybrid_init_rsa", "hybrid_resp_rsa", "hybrid_init_dss", "hybrid_resp_dss", "xauth_init_pre_shared", "xauth_resp_pre_shared",
	"xauth_init_dss", "xauth_resp_dss", "xauth_init_rsa", "xauth_resp_rsa", "xauth_init_rsa_encryption", "xauth_resp_rsa_encryption",
	"xauth_init_rsa_revised_encryption", "xauth_resp_rsa_revised_encryption",
}

// certKey is what a key is by its algorithm or curve.
func certKey(name string) (algorithm.Parts, bool) {
	if p, ok := algorithm.Key(name); ok {
		return p, true
	}
	p, ok := algorithm.Curve(name)
	p.Family = "ecdsa"
	return p, ok
}

func certKeyNames() []string { return append(algorithm.KeyNames(), algorithm.CurveNames()...) }

func isSuite(name string) bool {
	if _, ok := suite.Parse(name); !ok {
		return false
	}
	for _, s := range suite.All() {
		if s.Name == name {
			return true
		}
	}
	return false
}

// parts are the values that parts of things can have: a misspelt one in a rule
// would never match.
var parts = map[string][]string{
	"kex":    {"RSA", "DH", "DHE", "ECDH", "ECDHE", "PSK", "RSA_PSK", "DHE_PSK", "ECDHE_PSK", "DH_anon", "ECDH_anon", "KRB5", "SRP", "ECCPWD", "NULL", ""},
	"auth":   {"RSA", "DSS", "ECDSA", "PSK", "KRB5", "SRP", "ECCPWD", "anon", "NULL", ""},
	"cipher": {"AES", "CHACHA20", "CAMELLIA", "ARIA", "SM4", "AEGIS", "SEED", "IDEA", "3DES", "DES", "RC4", "RC2", "RC5", "BLOWFISH", "CAST128", "TWOFISH", "SERPENT", "KUZNYECHIK", "MAGMA", "NULL"},
	"mode":   {"CBC", "CTR", "GCM", "GCM_8", "CCM", "CCM_8", "POLY1305", "AEGIS", "GMAC", "MGM", "stream", "etm", "mte", ""},
	"mac":    {"MD5", "SHA1", "SHA256", "SHA384", "AEAD", "NULL"},
	"hash":   {"MD2", "MD4", "MD5", "MD5SHA1", "SHA", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHAKE256", "SM3", "RIPEMD160", "UMAC", "TIGER", "STREEBOG", "AES", "DES", "AEAD", "NULL", ""},
	"family": {"prime", "montgomery", "brainpool", "koblitz", "binary", "ff", "ff-subgroup", "ml-kem", "frodo", "hybrid", "draft", "sm2", "gost", "explicit", "rsa", "rsa-pss", "ecdsa", "eddsa", "dsa", "dh", "ml-dsa", "slh-dsa", "ibs", "none"},
}
