// Package suite tells what a TLS cipher suite is made of, from its name in
// IANA's registry.
package suite

import (
	"strconv"
	"strings"

	"joy/proto/tls"
)

// A Suite is what a cipher suite is made of. TLS 1.3 chooses key exchange and
// authentication outside of the suite: both are empty then.
type Suite struct {
	Name string
	// Kex is the key exchange: RSA, DH, DHE, ECDH, ECDHE, PSK, RSA_PSK, DHE_PSK,
	// ECDHE_PSK, DH_anon, ECDH_anon, KRB5, SRP, ECCPWD or NULL.
	Kex string
	// Auth is what the server proves itself with: RSA, DSS, ECDSA, PSK, KRB5, SRP,
	// ECCPWD, anon (nothing) or NULL.
	Auth string
	// Cipher is AES, CHACHA20, CAMELLIA, ARIA, SM4, AEGIS, SEED, IDEA, 3DES, DES,
	// RC4, RC2 or NULL.
	Cipher string
	// Mode is CBC, GCM, CCM, CCM_8, POLY1305, AEGIS or stream; empty for NULL.
	Mode string
	// Bits is the strength of the cipher's key: 112 for 3DES, 40 for export.
	Bits int
	// MAC is the hash of the HMAC: MD5, SHA1, SHA256, SHA384; AEAD when the mode
	// authenticates; NULL for none.
	MAC string
	// Hash is that of the key derivation: MD5SHA1 where the suite leaves it to the
	// version (SHA256 since TLS 1.2), else SHA256, SHA384, SHA512 or SM3.
	Hash string
	// TLS13 says that the suite is one of TLS 1.3, Export that it was weakened for
	// the export law of the USA.
	TLS13, Export bool
}

// ForwardSecrecy reports whether the keys of a connection stay secret when the
// long-term key becomes known later. TLS 1.3 answers yes: without a group, as
// psk_ke, it is no matter of the suite.
func (s *Suite) ForwardSecrecy() bool {
	switch s.Kex {
	case "RSA", "DH", "ECDH", "PSK", "RSA_PSK", "KRB5", "NULL":
		return false
	}
	return true
}

// FiniteField reports whether the key exchange is Diffie-Hellman over a prime.
func (s *Suite) FiniteField() bool {
	return s.Kex == "DH" || s.Kex == "DHE" || s.Kex == "DHE_PSK" || s.Kex == "DH_anon"
}

// Certificate reports whether the server has to send a certificate; of TLS 1.3
// suites that cannot be told.
func (s *Suite) Certificate() bool {
	switch s.Auth {
	case "RSA", "DSS", "ECDSA":
		return true
	}
	return false
}

// Lookup is the suite of a number that IANA's table has. Signals (SCSV) and
// GREASE are no suites.
func Lookup(code tls.Code) (Suite, bool) {
	if code > 0xffff {
		return Suite{}, false // of SSL 2
	}
	return Parse(code.Name())
}

// All are the suites of IANA's table, in the order of their numbers.
func All() []Suite {
	var all []Suite
	for code := range tls.Code(1 << 16) {
		switch code >> 8 { // where the table has any; a test looks at all
		case 0x00, 0x13, 0xc0, 0xc1, 0xcc, 0xd0, 0xfe:
			if s, ok := Lookup(code); ok {
				all = append(all, s)
			}
		}
	}
	return all
}

// Parse takes a name of IANA's registry apart, with no regard to whether the
// registry has it.
func Parse(name string) (Suite, bool) {
	s := Suite{Name: name}
	rest, ok := strings.CutPrefix(name, "TLS_")
	if !ok || strings.HasSuffix(name, "_SCSV") {
		return s, false
	}
	exchange, cipher, old := strings.Cut(rest, "_WITH_")
	if !old {
		return s, s.tls13(rest)
	}
	return s, s.exchange(exchange) && s.cipher(cipher)
}

// tls13 takes a name such as AES_128_GCM_SHA256 apart.
func (s *Suite) tls13(name string) bool {
	s.TLS13, s.MAC = true, "AEAD"
	body, hash, _ := cutLast(name)
	s.Hash = hash
	switch body {
	case "SHA256", "SHA384": // RFC 9150: integrity only
		s.Cipher, s.MAC = "NULL", body
		return body == hash
	case "AEGIS_128L", "AEGIS_256":
		s.Cipher, s.Mode, s.Bits = "AEGIS", "AEGIS", 128
		if body == "AEGIS_256" {
			s.Bits = 256
		}
		return isHash(hash)
	}
	return isHash(hash) && s.block(body) && s.Mode != "CBC" && s.Mode != "stream"
}

// exchange takes what is before _WITH_ apart.
func (s *Suite) exchange(name string) bool {
	for _, export := range []string{"_EXPORT1024", "_EXPORT"} {
		if before, ok := strings.CutSuffix(name, export); ok {
			name, s.Export = before, true
		}
	}
	switch name {
	case "RSA", "PSK", "KRB5", "ECCPWD", "NULL":
		s.Kex, s.Auth = name, name
	case "RSA_PSK":
		s.Kex, s.Auth = name, "RSA"
	case "DHE_PSK", "PSK_DHE":
		s.Kex, s.Auth = "DHE_PSK", "PSK"
	case "ECDHE_PSK":
		s.Kex, s.Auth = name, "PSK"
	case "DH_anon", "ECDH_anon":
		s.Kex, s.Auth = name, "anon"
	case "SRP_SHA":
		s.Kex, s.Auth = "SRP", "SRP"
	case "SRP_SHA_RSA", "SRP_SHA_DSS":
		s.Kex, s.Auth = "SRP", name[len("SRP_SHA_"):]
	case "DH_RSA", "DH_DSS", "DHE_RSA", "DHE_DSS", "ECDH_RSA", "ECDH_ECDSA", "ECDHE_RSA", "ECDHE_ECDSA":
		s.Kex, s.Auth, _ = strings.Cut(name, "_")
	default:
		return false
	}
	return true
}

// cipher takes what is behind _WITH_ apart: a cipher and, but for some of CCM, a
// hash.
func (s *Suite) cipher(name string) bool {
	body, hash, ok := cutLast(name)
	if !isHash(hash) {
		body, hash, ok = name, "SHA256", true // CCM of RFC 6655 and 7251
	}
	if name == "NULL_NULL" {
		body, hash = "NULL", "NULL"
	}
	if !ok || !s.block(body) {
		return false
	}
	switch s.Mode {
	case "CBC", "stream", "":
		s.MAC, s.Hash = hash, "MD5SHA1"
		if hash == "SHA256" || hash == "SHA384" {
			s.Hash = hash
		}
	default:
		s.MAC, s.Hash = "AEAD", hash
	}
	return true
}

// block takes a cipher with its key and mode apart.
func (s *Suite) block(name string) bool {
	switch name {
	case "NULL":
		s.Cipher = "NULL"
		return true
	case "CHACHA20_POLY1305":
		s.Cipher, s.Mode, s.Bits = "CHACHA20", "POLY1305", 256
		return true
	case "3DES_EDE_CBC":
		s.Cipher, s.Mode, s.Bits = "3DES", "CBC", 112
		return true
	case "DES_CBC", "DES40_CBC", "DES_CBC_40":
		s.Cipher, s.Mode, s.Bits = "DES", "CBC", 56
		if name != "DES_CBC" {
			s.Bits = 40
		}
		return true
	case "IDEA_CBC", "SEED_CBC":
		s.Cipher, s.Mode, s.Bits = name[:4], "CBC", 128
		return true
	case "SM4_GCM", "SM4_CCM":
		s.Cipher, s.Mode, s.Bits = "SM4", name[4:], 128
		return true
	}
	cipher, rest, _ := strings.Cut(name, "_")
	switch cipher {
	case "RC2": // RC2_CBC_40
		s.Mode = "CBC"
		rest = strings.TrimPrefix(rest, "CBC_")
	case "RC4":
		s.Mode = "stream"
	case "AES", "CAMELLIA", "ARIA":
		rest, s.Mode, _ = strings.Cut(rest, "_")
	default:
		return false
	}
	bits, err := strconv.Atoi(rest)
	s.Cipher, s.Bits = cipher, bits
	return err == nil && s.Mode != ""
}

// cutLast cuts at the last underscore; a hash alone is its own body.
func cutLast(name string) (before, last string, ok bool) {
	i := strings.LastIndexByte(name, '_')
	if i < 0 {
		return "", name, false
	}
	last = name[i+1:]
	if last == "SHA" {
		last = "SHA1"
	}
	return name[:i], last, true
}

func isHash(name string) bool {
	switch name {
	case "MD5", "SHA1", "SHA256", "SHA384", "SHA512", "SM3":
		return true
	}
	return false
}
