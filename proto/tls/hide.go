package tls

import (
	"encoding/hex"

	"joy/feature"
)

// Hide leaves the data out if it holds a hidden address.
func (e *Extension) Hide(h feature.Hider) {
	if chance(e.Type) {
		e.Data = feature.HideInRandom(h, e.Data)
	} else {
		e.Data = h.Hex(e.Data)
	}
}

// chance reports whether an extension is a list of codes or random by protocol,
// so that four bytes of it are an address by chance only. (The address in
// transport parameters of QUIC is one of the server's, which are encrypted.)
func chance(typ uint16) bool {
	const sct, delegatedCredential, renegotiation = 18, 34, 65281
	switch typ {
	case extSupportedGroups, extPointFormats, extSignatureAlgorithms, extSignatureCert, extCompressCertificate,
		extSupportedVersions, extPSKModes, delegatedCredential:
		return true
	case extKeyShare, extKeyShareDraft, extSessionTicket, extPreSharedKey, extESNI, extEncryptedClientHello,
		extQUICParameters, extQUICParametersDraft, sct, renegotiation:
		return true
	}
	return false
}

// Hide replaces hidden addresses in the value, and leaves bytes out that are
// written in hexadecimal and hold one.
func (a *Attribute) Hide(h feature.Hider) {
	random := string(a.Name) == "CT Precertificate SCTs" // logs' ids and signatures
	a.Name = h.Text(a.Name)
	a.Value = h.Text(a.Value)
	if !random {
		a.Value = hideDigits(h, a.Value)
	}
}

// hideDigits looks at bytes in hexadecimal: all of a text, or in it behind #
// (RFC 4514 section 2.4).
func hideDigits(h feature.Hider, t feature.Text) feature.Text {
	for i := 0; i < len(t); i++ {
		if i > 0 && t[i-1] != '#' {
			continue
		}
		end := i
		for end < len(t) && isDigit(t[end]) {
			end++
		}
		b, err := hex.AppendDecode(nil, t[i:end])
		if err != nil || len(b) == 0 || i == 0 && end < len(t) || h.Hex(b) != nil {
			continue
		}
		t = append(t[:i:i], t[end:]...)
	}
	return t
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }
