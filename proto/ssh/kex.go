package ssh

import (
	"encoding/binary"
	"math/bits"
	"strings"

	"joy/wire"
)

// A role is who sends a message.
type role uint8

const (
	isEither role = iota
	isClient
	isServer
)

// The messages 30 to 49 mean different things in different methods, but they
// differ in who sends them and in what they are made of:
//
//	30 client  e                    Diffie-Hellman, elliptic curves, hybrids
//	           n (4 bytes)          group exchange, old form
//	           token, e             GSS-API
//	   server  host key, RSA key    RSA
//	31 server  host key, f, signature
//	           p, g                 group exchange
//	           token                GSS-API
//	   client  secret               RSA
//	32 client  e                    group exchange
//	   server  signature            RSA
//	           f, MIC, bool, ...    GSS-API
//	33 server  host key, f, signature  group exchange
//	           host key             GSS-API
//	34 client  min, n, max          group exchange
//	40, 41     as 34 and 31         group exchange of GSS-API (RFC 8732)

// strs reads a body that is nothing but n strings, of which there are at most 3;
// n is 0 when it is not.
func strs(body []byte) (v [3][]byte, n int) {
	r := wire.NewReader(body)
	for n < len(v) && r.Len() > 0 {
		v[n] = str(&r)
		n++
	}
	if r.Bad() || r.Len() > 0 {
		return v, 0
	}
	return v, n
}

// roleOf tells who sends such a message, where that is certain.
func roleOf(kind uint8, body []byte) role {
	_, n := strs(body)
	switch {
	case kind == 34 && len(body) == 12, kind == 30 && (n == 1 || len(body) == 4):
		return isClient
	case kind == 31 && n >= 2, kind == 33 && n >= 1:
		return isServer
	}
	return isEither
}

// setKex takes from a message of the key exchange what is not known yet.
func (s *Side) setKex(kind uint8, body []byte, client bool) {
	var ok bool
	if client {
		ok = s.setClientKex(kind, body)
	} else {
		ok = s.setServerKex(kind, body)
	}
	s.Malformed = s.Malformed || !ok
}

func (s *Side) setClientKex(kind uint8, body []byte) bool {
	v, n := strs(body)
	switch {
	case (kind == 34 || kind == 40) && len(body) == 12:
		s.GexMin, s.GexN, s.GexMax = binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:]), binary.BigEndian.Uint32(body[8:])
	case kind == 30 && len(body) == 4:
		s.GexN = binary.BigEndian.Uint32(body)
	case kind >= 30 && kind <= 32 && (n == 1 || n == 2 && kind == 30):
		if s.CKex == nil {
			s.CKex = v[n-1]
		}
	default:
		return kind > 34 // of a method that is not known here
	}
	return true
}

func (s *Side) setServerKex(kind uint8, body []byte) bool {
	v, n := strs(body)
	switch {
	case (kind == 31 || kind == 33) && n == 3:
		s.setHostKey(v[0])
		s.SKex = v[1]
		s.setSignature(v[2])
	case (kind == 31 || kind == 41) && n == 2:
		s.GexP, s.GexG, s.GexBits = v[0], v[1], bitLen(v[0])
	case kind == 30 && n == 2:
		s.setHostKey(v[0])
		s.SKex = v[1]
	case kind == 33 && n == 1:
		s.setHostKey(v[0])
	case kind == 32 && n == 1:
		s.setSignature(v[0])
	case kind == 31 && n == 1: // a token
	case kind == 32:
		r := wire.NewReader(body)
		f := str(&r)
		str(&r)
		if r.Uint8(); r.Bad() {
			return false
		}
		s.SKex = f
	default:
		return kind > 33
	}
	return true
}

// setSignature takes a signature: a type, and bytes (RFC 4253 section 6.6).
func (s *Side) setSignature(blob []byte) {
	r := wire.NewReader(blob)
	s.Signature, s.SignatureType = blob, str(&r)
}

// setHostKey takes a key or a certificate: a type, and values that depend on
// it.
func (s *Side) setHostKey(blob []byte) {
	if len(blob) == 0 {
		return
	}
	r := wire.NewReader(blob)
	s.HostKey, s.HostKeyType = blob, str(&r)
	key := plainKey(blob)
	s.Fingerprint = fingerprint(key)
	r = wire.NewReader(key)
	switch kind := strings.TrimSuffix(string(str(&r)), "@openssh.com"); kind {
	case "ssh-rsa":
		str(&r) // e
		s.HostKeyBits = bitLen(str(&r))
	case "ssh-dss":
		s.HostKeyBits = bitLen(str(&r))
	case "ssh-ed25519", "sk-ssh-ed25519", "ecdsa-sha2-nistp256", "sk-ecdsa-sha2-nistp256":
		s.HostKeyBits = 256
	case "ecdsa-sha2-nistp384":
		s.HostKeyBits = 384
	case "ecdsa-sha2-nistp521":
		s.HostKeyBits = 521
	case "ssh-ed448":
		s.HostKeyBits = 448
	}
}

// plainKey is the key in a certificate (OpenSSH's PROTOCOL.certkeys): there a
// nonce is before its values, and much behind them. What is no certificate is
// returned as it is.
func plainKey(blob []byte) []byte {
	r := wire.NewReader(blob)
	kind, certificate := strings.CutSuffix(string(str(&r)), "-cert-v01@openssh.com")
	if !certificate {
		return blob
	}
	str(&r)
	values := 1
	switch kind {
	case "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "sk-ssh-ed25519":
		values = 2
	case "sk-ecdsa-sha2-nistp256":
		values = 3
	case "ssh-dss":
		values = 4
	}
	if strings.HasPrefix(kind, "sk-") {
		kind += "@openssh.com"
	}
	start := r.Offset()
	for range values {
		str(&r)
	}
	if r.Bad() {
		return blob
	}
	key := binary.BigEndian.AppendUint32(nil, uint32(len(kind)))
	key = append(key, kind...)
	return append(key, blob[start:r.Offset()]...)
}

// bitLen is the number of bits of a positive number.
func bitLen(b []byte) uint32 {
	for len(b) > 0 && b[0] == 0 {
		b = b[1:]
	}
	if len(b) == 0 {
		return 0
	}
	return uint32(8*(len(b)-1) + bits.Len8(b[0]))
}
