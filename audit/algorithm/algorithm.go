// Package algorithm tells what the algorithms are made of that TLS, X.509, SSH
// and IKE name, by their names in flow records. What has no entry here is
// unknown: neither good nor bad.
package algorithm

import "strings"

// Parts are what an algorithm is made of; what does not apply is empty.
type Parts struct {
	// Kex, Auth, Cipher, Mode and MAC are as in package suite. Mode of a MAC is etm
	// (encrypt then MAC) or mte (MAC, then encrypt; SSH: encrypt and MAC).
	Kex, Auth, Cipher, Mode, MAC string
	// Hash is MD5, SHA1, SHA224, SHA256, SHA384, SHA512 or another, in capitals.
	Hash string
	// Family is the kind of mathematics. Groups: prime (NIST's curves), montgomery
	// (x25519, x448), brainpool, koblitz, binary, ff (finite field), ml-kem, ntru,
	// frodo, hybrid (post-quantum and classical), draft (of those, before their
	// standard), sm2, gost, explicit, rsa (transport), none. Keys and signatures: rsa,
	// rsa-pss, ecdsa, eddsa, dsa, ml-dsa, slh-dsa, sm2, gost, ibs.
	Family string
	// Bits is the size: of a field or prime, of a cipher's key, of a MAC's tag.
	Bits int
}

// A table holds parts by name.
type table map[string]Parts

// Group is what a group of TLS is, by the name in records (IANA's).
func Group(name string) (Parts, bool) { p, ok := groups[name]; return p, ok }

var groups = table{
	"sect163k1": {Family: "binary", Bits: 163}, "sect163r1": {Family: "binary", Bits: 163}, "sect163r2": {Family: "binary", Bits: 163},
	"sect193r1": {Family: "binary", Bits: 193}, "sect193r2": {Family: "binary", Bits: 193},
	"sect233k1": {Family: "binary", Bits: 233}, "sect233r1": {Family: "binary", Bits: 233}, "sect239k1": {Family: "binary", Bits: 239},
	"sect283k1": {Family: "binary", Bits: 283}, "sect283r1": {Family: "binary", Bits: 283},
	"sect409k1": {Family: "binary", Bits: 409}, "sect409r1": {Family: "binary", Bits: 409},
	"sect571k1": {Family: "binary", Bits: 571}, "sect571r1": {Family: "binary", Bits: 571},
	"secp160k1": {Family: "koblitz", Bits: 160}, "secp192k1": {Family: "koblitz", Bits: 192},
	"secp224k1": {Family: "koblitz", Bits: 224}, "secp256k1": {Family: "koblitz", Bits: 256},
	"secp160r1": {Family: "prime", Bits: 160}, "secp160r2": {Family: "prime", Bits: 160}, "secp192r1": {Family: "prime", Bits: 192},
	"secp224r1": {Family: "prime", Bits: 224}, "secp256r1": {Family: "prime", Bits: 256},
	"secp384r1": {Family: "prime", Bits: 384}, "secp521r1": {Family: "prime", Bits: 521},
	"x25519": {Family: "montgomery", Bits: 255}, "x448": {Family: "montgomery", Bits: 448},
	"brainpoolP256r1": {Family: "brainpool", Bits: 256}, "brainpoolP384r1": {Family: "brainpool", Bits: 384},
	"brainpoolP512r1": {Family: "brainpool", Bits: 512}, "brainpoolP256r1tls13": {Family: "brainpool", Bits: 256},
	"brainpoolP384r1tls13": {Family: "brainpool", Bits: 384}, "brainpoolP512r1tls13": {Family: "brainpool", Bits: 512},
	"GC256A": {Family: "gost", Bits: 256}, "GC256B": {Family: "gost", Bits: 256}, "GC256C": {Family: "gost", Bits: 256},
	"GC256D": {Family: "gost", Bits: 256}, "GC512A": {Family: "gost", Bits: 512}, "GC512B": {Family: "gost", Bits: 512},
	"GC512C": {Family: "gost", Bits: 512}, "curveSM2": {Family: "sm2", Bits: 256},
	"ffdhe2048": {Family: "ff", Bits: 2048}, "ffdhe3072": {Family: "ff", Bits: 3072}, "ffdhe4096": {Family: "ff", Bits: 4096},
	"ffdhe6144": {Family: "ff", Bits: 6144}, "ffdhe8192": {Family: "ff", Bits: 8192},
	"MLKEM512": {Family: "ml-kem", Bits: 512}, "MLKEM768": {Family: "ml-kem", Bits: 768}, "MLKEM1024": {Family: "ml-kem", Bits: 1024},
	"SecP256r1MLKEM768": {Family: "hybrid", Bits: 256}, "X25519MLKEM768": {Family: "hybrid", Bits: 255},
	"SecP384r1MLKEM1024": {Family: "hybrid", Bits: 384}, "curveSM2MLKEM768": {Family: "hybrid", Bits: 256},
	"CECPQ2": {Family: "draft", Bits: 255}, "X25519Kyber768Draft00": {Family: "draft", Bits: 255},
	"SecP256r1Kyber768Draft00": {Family: "draft", Bits: 256}, "X25519Kyber512Draft00": {Family: "draft", Bits: 255},
	"X25519Kyber768Draft00Old": {Family: "draft", Bits: 255}, "P256Kyber768Draft00Old": {Family: "draft", Bits: 256},
	"arbitrary_explicit_prime_curves": {Family: "explicit"}, "arbitrary_explicit_char2_curves": {Family: "explicit"},
	// What is no group of IANA's table, but a finding like one.
	"finite field": {Family: "ff"}, "RSA key transport": {Family: "rsa"}, "pre-shared key only": {Family: "none"},
}

// Key is what the key of a certificate is, by OpenSSL's name of its algorithm.
func Key(name string) (Parts, bool) {
	if strings.HasPrefix(name, slhDSA) {
		return Parts{Family: "slh-dsa"}, true
	}
	p, ok := keys[name]
	return p, ok
}

// slhDSA begins the names of a dozen variants.
const slhDSA = "SLH-DSA-"

var keys = table{
	"rsaEncryption": {Family: "rsa"}, "rsassaPss": {Family: "rsa-pss"}, "id-ecPublicKey": {Family: "ecdsa"},
	"dsaEncryption": {Family: "dsa"}, "dsaEncryption-old": {Family: "dsa"}, "dhKeyAgreement": {Family: "dh"},
	"ED25519": {Family: "eddsa", Bits: 256}, "ED448": {Family: "eddsa", Bits: 456},
	"1.3.101.112": {Family: "eddsa", Bits: 256}, "1.3.101.113": {Family: "eddsa", Bits: 456},
	"ML-DSA-44": {Family: "ml-dsa"}, "ML-DSA-65": {Family: "ml-dsa"}, "ML-DSA-87": {Family: "ml-dsa"},
	"2.16.840.1.101.3.4.3.17": {Family: "ml-dsa"}, "2.16.840.1.101.3.4.3.18": {Family: "ml-dsa"}, "2.16.840.1.101.3.4.3.19": {Family: "ml-dsa"},
	"sm2": {Family: "sm2"}, "GOST R 34.10-2012 with 256 bit modulus": {Family: "gost"}, "GOST R 34.10-2012 with 512 bit modulus": {Family: "gost"},
	"GOST R 34.10-2001": {Family: "gost"},
}

// CertSignature is what the signature of a certificate is, by OpenSSL's name.
func CertSignature(name string) (Parts, bool) {
	if strings.HasPrefix(name, slhDSA) {
		return Parts{Family: "slh-dsa"}, true
	}
	p, ok := certSignatures[name]
	return p, ok
}

var certSignatures = table{
	"md2WithRSAEncryption": {Family: "rsa", Hash: "MD2"}, "md4WithRSAEncryption": {Family: "rsa", Hash: "MD4"},
	"md5WithRSAEncryption": {Family: "rsa", Hash: "MD5"}, "md5WithRSA": {Family: "rsa", Hash: "MD5"},
	"sha1WithRSAEncryption": {Family: "rsa", Hash: "SHA1"}, "sha1WithRSA": {Family: "rsa", Hash: "SHA1"},
	"ripemd160WithRSA":        {Family: "rsa", Hash: "RIPEMD160"},
	"sha224WithRSAEncryption": {Family: "rsa", Hash: "SHA224"}, "sha256WithRSAEncryption": {Family: "rsa", Hash: "SHA256"},
	"sha384WithRSAEncryption": {Family: "rsa", Hash: "SHA384"}, "sha512WithRSAEncryption": {Family: "rsa", Hash: "SHA512"},
	"rsassaPss":       {Family: "rsa-pss"}, // the hash is among its parameters, which records do not have
	"ecdsa-with-SHA1": {Family: "ecdsa", Hash: "SHA1"}, "ecdsa-with-SHA224": {Family: "ecdsa", Hash: "SHA224"},
	"ecdsa-with-SHA256": {Family: "ecdsa", Hash: "SHA256"}, "ecdsa-with-SHA384": {Family: "ecdsa", Hash: "SHA384"},
	"ecdsa-with-SHA512": {Family: "ecdsa", Hash: "SHA512"},
	"dsaWithSHA1":       {Family: "dsa", Hash: "SHA1"}, "dsaWithSHA1-old": {Family: "dsa", Hash: "SHA1"}, "dsaWithSHA": {Family: "dsa", Hash: "SHA"},
	"dsa_with_SHA224": {Family: "dsa", Hash: "SHA224"}, "dsa_with_SHA256": {Family: "dsa", Hash: "SHA256"},
	"id-dsa-with-sha224": {Family: "dsa", Hash: "SHA224"}, "id-dsa-with-sha256": {Family: "dsa", Hash: "SHA256"},
	"ED25519": {Family: "eddsa", Hash: "SHA512"}, "ED448": {Family: "eddsa", Hash: "SHAKE256"},
	"1.3.101.112": {Family: "eddsa", Hash: "SHA512"}, "1.3.101.113": {Family: "eddsa", Hash: "SHAKE256"},
	"ML-DSA-44": {Family: "ml-dsa"}, "ML-DSA-65": {Family: "ml-dsa"}, "ML-DSA-87": {Family: "ml-dsa"},
	"2.16.840.1.101.3.4.3.17": {Family: "ml-dsa"}, "2.16.840.1.101.3.4.3.18": {Family: "ml-dsa"}, "2.16.840.1.101.3.4.3.19": {Family: "ml-dsa"},
	"SM2-with-SM3": {Family: "sm2", Hash: "SM3"},
}

// Curve is what a curve of a certificate's key is, by OpenSSL's name.
func Curve(name string) (Parts, bool) { p, ok := curves[name]; return p, ok }

var curves = table{
	"prime256v1": {Family: "prime", Bits: 256}, "secp256r1": {Family: "prime", Bits: 256}, "secp384r1": {Family: "prime", Bits: 384},
	"secp521r1": {Family: "prime", Bits: 521}, "secp224r1": {Family: "prime", Bits: 224}, "prime192v1": {Family: "prime", Bits: 192},
	"secp256k1": {Family: "koblitz", Bits: 256}, "brainpoolP256r1": {Family: "brainpool", Bits: 256},
	"brainpoolP384r1": {Family: "brainpool", Bits: 384}, "brainpoolP512r1": {Family: "brainpool", Bits: 512},
	"SM2": {Family: "sm2", Bits: 256},
}
