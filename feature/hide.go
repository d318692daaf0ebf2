package feature

import "bytes"

// A Hider takes the addresses that must not be told out of a record. Package
// record walks all fields of protocols and calls it for each Addr, Text and
// Hex. A type that writes itself, and may hold an address, has a method
//
//	Hide(h Hider)
//
// that does this for what it holds. It must not write to bytes or lists that
// outlive the Info, as those of a parser or a cache do: it replaces them.
type Hider interface {
	// Addr replaces an address that must not be told.
	Addr(*Addr)
	// Text returns t with its hidden addresses replaced, or t itself. It does not
	// write to the bytes of t.
	Text(t Text) Text
	// Hex returns nil if the bytes hold a hidden address, or else them.
	Hex(b Hex) Hex
}

// HideInRandom is h.Hex for bytes that are random or a hash by protocol, unless
// their sender put something else there. Any four of them may happen to be a
// hidden address, so only one that is written as text counts.
func HideInRandom(h Hider, b Hex) Hex {
	if !bytes.Equal(h.Text(Text(b)), b) {
		return nil
	}
	return b
}
