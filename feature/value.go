package feature

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"slices"
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
	b = AppendHex(b, h)
	return append(b, '"')
}

// AppendHex is hex.AppendEncode in three quarters of the time (BenchmarkHex): four
// bytes become eight digits at once.
func AppendHex(b, h []byte) []byte {
	n := len(b)
	b = slices.Grow(b, 2*len(h))[:n+2*len(h)]
	out := b[n:]
	for ; len(h) >= 4 && len(out) >= 8; h, out = h[4:], out[8:] {
		binary.LittleEndian.PutUint64(out, hexWord(binary.LittleEndian.Uint32(h)))
	}
	hex.Encode(out, h)
	return b
}

// hexWord returns the digits of the four bytes of v, lowest byte first.
func hexWord(v uint32) uint64 {
	const ones = 0x0101010101010101
	x := uint64(v)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x>>4 | x<<8) & (0x0f * ones)
	letters := (x + 6*ones) >> 4 & ones // 1 for a digit above 9
	return x + '0'*ones + letters*('a'-'0'-10)
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
