package policy

import (
	"joy/audit/algorithm"
	"joy/audit/suite"
)

// The kinds of things that rules can be about.
const (
	TLSVersion     = "tls.version"
	TLSSuite       = "tls.suite"
	TLSGroup       = "tls.group"
	TLSSignature   = "tls.signature"
	TLSCompression = "tls.compression"
	TLSMaster      = "tls.extended_master_secret"
	TLSRenegotiate = "tls.secure_renegotiation"
	TLSEncryptMAC  = "tls.encrypt_then_mac"
	TLSEarlyData   = "tls.early_data"
	CertKey        = "cert.key"
	CertSignature  = "cert.signature"
	CertValidity   = "cert.validity"
	CertLifetime   = "cert.lifetime"
	CertName       = "cert.name"
	CertIssuer     = "cert.issuer"
	CertChain      = "cert.chain"
	CertForm       = "cert.form"
	SSHVersion     = "ssh.version"
	SSHKex         = "ssh.kex"
	SSHHostKey     = "ssh.hostkey"
	SSHCipher      = "ssh.cipher"
	SSHMAC         = "ssh.mac"
	SSHCompression = "ssh.compression"
	SSHTerrapin    = "ssh.terrapin"
	IKEVersion     = "ike.version"
	IKEExchange    = "ike.exchange"
	IKEEncryption  = "ike.encryption"
	IKEPRF         = "ike.prf"
	IKEIntegrity   = "ike.integrity"
	IKEGroup       = "ike.group"
	IKEAuth        = "ike.authentication"

	JoyHash = "joy.hash"
	JoyEnc  = "joy.enc"
	JoySig  = "joy.sig"
	JoyAuth = "joy.auth"
	JoyKex  = "joy.kex"
	JoyCert = "joy.cert_sig_alg"
)

// A kind is what the reader knows of a kind of things.
type kind struct {
	// Doc is for people.
	doc string
	// Names are the names that a thing can have, where they are few.
	names []string
	// Known reports whether there is a thing of a name.
	known func(name string) bool
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
	CertKey, CertSignature, CertValidity, CertLifetime, CertName, CertIssuer, CertChain, CertForm,
	SSHVersion, SSHKex, SSHHostKey, SSHCipher, SSHMAC, SSHCompression, SSHTerrapin,
	IKEVersion, IKEExchange, IKEEncryption, IKEPRF, IKEIntegrity, IKEGroup, IKEAuth,
}

// in makes a test for names of a table of package algorithm.
func in(table func(string) (algorithm.Parts, bool)) func(string) bool {
	return func(name string) bool { _, ok := table(name); return ok }
}

var kinds = map[string]kind{
	TLSVersion:     {doc: "the version that the server selected", names: []string{"SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}},
	TLSSuite:       {doc: "the cipher suite that the server selected; below= and from= are bits of the key", known: isSuite},
	TLSGroup:       {doc: "the group of the key exchange; the size is that of field or prime", known: in(algorithm.Group)},
	TLSSignature:   {doc: "the signature in the ServerKeyExchange", known: in(algorithm.Signature)},
	TLSCompression: {doc: "the compression method, up to TLS 1.2", names: []string{"none", "deflate", "lzs"}},
	TLSMaster:      {doc: "extended_master_secret (RFC 7627), up to TLS 1.2", names: yesNo},
	TLSRenegotiate: {doc: "renegotiation_info (RFC 5746), up to TLS 1.2", names: yesNo},
	TLSEncryptMAC:  {doc: "encrypt_then_mac (RFC 7366), with a CBC suite", names: yesNo},
	TLSEarlyData:   {doc: "data in the first flight (0-RTT), as far as the client sends it", names: []string{"yes"}},
	CertKey:        {doc: "the key of a certificate, by algorithm or curve; family and size", known: isKey},
	CertSignature:  {doc: "the signature on a certificate; roots are left out", known: in(algorithm.CertSignature)},
	CertValidity:   {doc: "whether the certificate is valid at the time of the flow", names: []string{"valid", "expired", "not yet valid"}},
	CertLifetime:   {doc: "the days between first and last day of the leaf", names: []string{"days"}},
	CertName:       {doc: "whether the leaf has the name that the client asked for", names: []string{"matches", "common name only", "differs"}},
	CertIssuer:     {doc: "who made the leaf", names: []string{"another", "self-signed"}},
	CertChain:      {doc: "whether each certificate was made by the next one", names: []string{"in order", "leaf only", "out of order", "unrelated"}},
	CertForm:       {doc: "the form of the certificate", names: []string{"version 1", "version 2", "version 3", "leaf is a CA", "malformed"}},
	SSHVersion:     {doc: "the protocol version of the server", names: []string{"1.3", "1.5", "1.99", "2.0"}},
	SSHKex:         {doc: "the key exchange; of a group exchange the size of the chosen prime", known: in(algorithm.SSHKex)},
	SSHHostKey:     {doc: "the algorithm of the host key, and the size of the key", known: in(algorithm.SSHHostKey)},
	SSHCipher:      {doc: "the cipher of a direction", known: in(algorithm.SSHCipher)},
	SSHMAC:         {doc: "the MAC of a direction, when the cipher needs one", known: in(algorithm.SSHMAC)},
	SSHCompression: {doc: "the compression of a direction", names: []string{"none", "zlib", "zlib@openssh.com"}},
	SSHTerrapin:    {doc: "whether ciphers are of those that Terrapin (CVE-2023-48795) attacks, and strict key exchange is in use", names: []string{"not affected", "strict", "open"}},
	IKEVersion:     {doc: "the major version", names: []string{"1", "2"}},
	IKEExchange:    {doc: "the exchange of IKEv1, or ike_sa_init", names: []string{"identity_protection", "aggressive", "base", "ike_sa_init"}},
	IKEEncryption:  {doc: "the cipher that the responder chose, and the size of its key", known: in(algorithm.IKEEncryption)},
	IKEPRF:         {doc: "the pseudorandom function; of IKEv1 the hash", known: in(algorithm.IKEHash)},
	IKEIntegrity:   {doc: "the integrity algorithm, when the cipher needs one", known: in(algorithm.IKEHash)},
	IKEGroup:       {doc: "the group; hybrid when ML-KEM or FrodoKEM follows it (RFC 9370)", known: in(algorithm.IKEGroup)},
	IKEAuth:        {doc: "the authentication method of IKEv1", known: func(string) bool { return true }},

	JoyHash: {doc: "hash of Joy's table", known: any1}, JoyEnc: {doc: "enc of Joy's table", known: any1},
	JoySig: {doc: "sig of Joy's table", known: any1}, JoyAuth: {doc: "auth of Joy's table", known: any1},
	JoyKex: {doc: "kex of Joy's table", known: any1}, JoyCert: {doc: "cert_sig_alg of Joy's table", known: any1},
}

var yesNo = []string{"yes", "no"}

func any1(string) bool { return true }

func isKey(name string) bool {
	if _, ok := algorithm.Key(name); ok {
		return true
	}
	_, ok := algorithm.Curve(name)
	return ok
}

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
