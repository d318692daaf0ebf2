package featuretest

import (
	"bytes"
	"net/netip"

	"joy/feature"
)

// Hider is a feature.Hider that hides 10.1.2.3, as text and as bytes. A hyphen
// stands for it.
type Hider struct{}

const (
	hiddenText  = "10.1.2.3"
	hiddenBytes = "\x0a\x01\x02\x03"
)

// Addr implements feature.Hider.
func (Hider) Addr(a *feature.Addr) {
	if a.IP == netip.MustParseAddr(hiddenText) {
		*a = feature.Addr{Token: "-"}
	}
}

// Text implements feature.Hider.
func (Hider) Text(t feature.Text) feature.Text {
	return bytes.ReplaceAll(t, []byte(hiddenText), []byte("-"))
}

// Hex implements feature.Hider.
func (Hider) Hex(b feature.Hex) feature.Hex {
	if bytes.Contains(b, []byte(hiddenText)) || bytes.Contains(b, []byte(hiddenBytes)) {
		return nil
	}
	return b
}
