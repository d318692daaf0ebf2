package feature

import (
	"encoding/hex"
	"net/netip"
)

// The types of values that Info structs of protocols are made of, beside
// numbers, bools and Go strings from our own tables. All append themselves as
// JSON; what they hold belongs to the parser and is valid until its Reset.

// Text is bytes from the wire that are shown as a string. Any bytes are fine:
// AppendString says how those that are not UTF-8 are written.
type Text []byte

// AppendJSON appends the text as a JSON string.
func (t Text) AppendJSON(b []byte) []byte { return AppendString(b, t) }

// Hex is bytes that are written in hexadecimal.
type Hex []byte

const hexDigits = "0123456789abcdef"

// AppendJSON appends the bytes as a JSON string of hexadecimal digits.
func (h Hex) AppendJSON(b []byte) []byte {
	b = append(b, '"')
	b = hex.AppendEncode(b, h)
	return append(b, '"')
}

// An Addr is an IP address, or the token that stands for it.
type Addr struct {
	IP    netip.Addr
	Token string // printed instead when not empty
}

// AppendJSON appends the address as a JSON string, in the form of RFC 5952 and
// without a zone; an address that is not valid is an empty string.
func (a Addr) AppendJSON(b []byte) []byte {
	if a.Token != "" {
		return AppendString(b, a.Token)
	}
	b = append(b, '"')
	b = a.IP.WithZone("").AppendTo(b)
	return append(b, '"')
}

// IsZero reports whether there is no address, for omitempty.
func (a Addr) IsZero() bool { return a.Token == "" && !a.IP.IsValid() }
