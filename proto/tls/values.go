package tls

import (
	"cmp"
	"fmt"
	"strconv"

	"joy/feature"
)

// A Code is a cipher suite; it is written as four hexadecimal digits, one of
// SSL 2 as six.
type Code uint32

// AppendJSON appends the code as a JSON string.
func (c Code) AppendJSON(b []byte) []byte {
	if c > 0xffff {
		return feature.Hex{byte(c >> 16), byte(c >> 8), byte(c)}.AppendJSON(b)
	}
	return feature.Hex{byte(c >> 8), byte(c)}.AppendJSON(b)
}

// An Extension is one of a hello.
type Extension struct {
	Type uint16
	Data feature.Hex
}

// AppendJSON appends the extension as a JSON object, {"name":"hex"} or
// {"kind":n,"data":"hex"} as Joy does.
func (e Extension) AppendJSON(b []byte) []byte {
	if name := extensionName(e.Type); name != "" {
		b = append(b, `{"`...)
		b = append(b, name...)
		b = append(b, `":`...)
	} else {
		b = append(b, `{"kind":`...)
		b = strconv.AppendUint(b, uint64(e.Type), 10)
		b = append(b, `,"data":`...)
	}
	return append(e.Data.AppendJSON(b), '}')
}

// An Attribute is a value of a certificate under the name of its object
// identifier.
type Attribute struct {
	Name, Value feature.Text
}

// AppendJSON appends the attribute as a JSON object, {"name":"value"}.
func (a Attribute) AppendJSON(b []byte) []byte {
	b = a.Name.AppendJSON(append(b, '{'))
	b = a.Value.AppendJSON(append(b, ':'))
	return append(b, '}')
}

// The following are numbers that are written as IANA's name where there is one,
// as "GREASE" (RFC 8701), or else in hexadecimal.
type (
	Version uint16 // of the protocol
	Group   uint16 // for a key exchange
	SigAlg  uint16 // for signatures
	KDF     uint16 // of ECH
	AEAD    uint16 // of ECH

	CertCompression uint16 // of certificates
	PSKMode         uint16 // for pre-shared keys
)

// Name of the version: IANA's, "GREASE" or hexadecimal digits.
func (v Version) Name() string {
	if v>>8 == 0x7f {
		return "TLS 1.3 draft " + strconv.Itoa(int(v&0xff))
	}
	return nameOf(versionName(uint16(v)), uint16(v))
}

// Name of the group, like that of a Version.
func (g Group) Name() string { return nameOf(groupName(uint16(g)), uint16(g)) }

// Name of the signature algorithm, like that of a Version.
func (s SigAlg) Name() string { return nameOf(sigalgName(uint16(s)), uint16(s)) }

// Name of the algorithm, like that of a Version.
func (c CertCompression) Name() string { return nameOf(compressionName(uint16(c)), uint16(c)) }

// Name of the suite, like that of a Version.
func (c Code) Name() string { return nameOf(suiteName(uint16(c)), uint16(c)) }

// Name of the extension as Joy spells it, like that of a Version.
func (e Extension) Name() string { return nameOf(extensionName(e.Type), e.Type) }

// AppendJSON appends the name of the version as a JSON string.
func (v Version) AppendJSON(b []byte) []byte {
	if v>>8 == 0x7f {
		b = append(b, `"TLS 1.3 draft `...)
		return append(strconv.AppendUint(b, uint64(v&0xff), 10), '"')
	}
	return appendName(b, versionName(uint16(v)), uint16(v))
}

// AppendJSON appends the name of the group as a JSON string.
func (g Group) AppendJSON(b []byte) []byte { return appendName(b, groupName(uint16(g)), uint16(g)) }

// AppendJSON appends the name of the signature algorithm as a JSON string.
func (s SigAlg) AppendJSON(b []byte) []byte { return appendName(b, sigalgName(uint16(s)), uint16(s)) }

// AppendJSON appends the name of the key derivation function as a JSON string.
func (k KDF) AppendJSON(b []byte) []byte { return appendName(b, kdfName(uint16(k)), uint16(k)) }

// AppendJSON appends the name of the cipher as a JSON string.
func (a AEAD) AppendJSON(b []byte) []byte { return appendName(b, aeadName(uint16(a)), uint16(a)) }

// AppendJSON appends the name of the algorithm as a JSON string.
func (c CertCompression) AppendJSON(b []byte) []byte {
	return appendName(b, compressionName(uint16(c)), uint16(c))
}

// AppendJSON appends the name of the mode as a JSON string.
func (m PSKMode) AppendJSON(b []byte) []byte { return appendName(b, pskmodeName(uint16(m)), uint16(m)) }

func appendName(b []byte, name string, code uint16) []byte {
	b = append(b, '"')
	if name == "" && !isGREASE(code) {
		b = appendHex4(append(b, "0x"...), code)
	} else {
		b = append(b, cmp.Or(name, grease)...)
	}
	return append(b, '"')
}

// grease is the name of the numbers of RFC 8701.
const grease = "GREASE"

func nameOf(name string, code uint16) string {
	if name == "" && isGREASE(code) {
		name = grease
	}
	return cmp.Or(name, fmt.Sprintf("0x%04x", code))
}
