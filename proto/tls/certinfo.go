package tls

import "joy/feature"

// Certificate is an X.509 certificate (RFC 5280). One that is malformed holds
// what could be read.
type Certificate struct {
	// Length is the length of the certificate in bytes.
	Length uint32 `json:"length"`
	// Version is the version of the form, 1 to 3.
	Version uint8 `json:"version,omitempty"`
	// Serial is the serial number without leading zeros; of a negative one without its sign.
	Serial feature.Hex `json:"serial_number,omitempty" anon:"keep"`
	// Negative says that the serial number is.
	Negative bool `json:"serial_negative,omitempty"`
	// Signature is the signature of the issuer.
	Signature feature.Hex `json:"signature,omitempty" anon:"keep"`
	// SigAlg is its algorithm: OpenSSL's long name, or the object identifier.
	SigAlg feature.Text `json:"signature_algo,omitempty"`
	// SigKeySize is the length of the signature in bits, which for RSA is that of the issuer's key.
	SigKeySize uint32 `json:"signature_key_size,omitempty"`
	// Issuer is the attributes of the issuer's name, in order: {"OpenSSL's long name or object identifier":"value"}.
	Issuer []Attribute `json:"issuer,omitempty" anon:"copy"`
	// Subject is the attributes of the subject's name.
	Subject []Attribute `json:"subject,omitempty" anon:"copy"`
	// Extensions is the extensions, in order: {"OpenSSL's long name or object identifier":"text"}. The text is OpenSSL's on one line, with commas between the parts, for basic constraints, key usage, extended key usage, alternative names, key identifiers, distribution points, information access, policies, TLS feature, and Netscape's types and texts; hexadecimal for others.
	Extensions []Attribute `json:"extensions,omitempty" anon:"copy"`
	// NotBefore is the first second in which the certificate is valid, as "Aug  7 15:04:17 2017 GMT".
	NotBefore feature.Text `json:"validity_not_before,omitempty"`
	// NotAfter is the last one.
	NotAfter feature.Text `json:"validity_not_after,omitempty"`
	// KeyAlgo is the algorithm of the subject's key: OpenSSL's long name, or the object identifier.
	KeyAlgo feature.Text `json:"subject_public_key_algo,omitempty"`
	// KeySize is the size of the key in bits: of the modulus for RSA, of the prime for DSA, of the field for curves.
	KeySize uint32 `json:"subject_public_key_size,omitempty"`
	// Curve is the curve of the key: OpenSSL's name, or the object identifier.
	Curve feature.Text `json:"subject_public_key_curve,omitempty"`
	// SHA1 is the SHA-1 hash of the certificate, when all of it is there.
	SHA1 feature.Hex `json:"sha1,omitempty" anon:"keep"`
	// SHA256 is the SHA-256 hash of it.
	SHA256 feature.Hex `json:"sha256,omitempty" anon:"keep"`
	// Malformed is the first thing that is wrong with the form of the certificate.
	Malformed string `json:"malformed,omitempty"`
	// Truncated says that the end of the certificate is missing.
	Truncated bool `json:"truncated,omitempty"`
}
