package record

import (
	"encoding/binary"
	"strconv"

	"joy/feature"
	"joy/measure"
)

// A Port is a port number, or negative for none.
type Port int32

// AppendJSON appends the port as a JSON number or null.
func (p Port) AppendJSON(b []byte) []byte {
	if p < 0 {
		return append(b, "null"...)
	}
	return appendUint(b, uint64(p))
}

// A Time is nanoseconds since 1970.
type Time int64

// AppendJSON appends seconds as a JSON number with 6 decimals, cut and not
// rounded.
func (t Time) AppendJSON(b []byte) []byte {
	us := int64(t) / 1000
	if us < 0 {
		b = append(b, '-')
		us = -us
	}
	return appendDecimal(b, uint64(us), 6)
}

// MarshalJSON is for the encoder of the library.
func (t Time) MarshalJSON() ([]byte, error) { return t.AppendJSON(nil), nil }

// A Dir is '>' or '<'.
type Dir byte

// AppendJSON appends the direction as a JSON string; what is not '>' counts as
// '<'.
func (d Dir) AppendJSON(b []byte) []byte {
	if d == '>' {
		return append(b, `">"`...)
	}
	return append(b, `"<"`...)
}

// Values that the records of protocols have too.
type (
	Addr = feature.Addr
	Hex  = feature.Hex
	Text = feature.Text
)

// AppendString appends s as a JSON string, as feature.AppendString says.
func AppendString(b []byte, s string) []byte { return feature.AppendString(b, s) }

const hexDigits = "0123456789abcdef"

// A FlowID identifies a flow.
type FlowID uint64

// AppendJSON appends 16 hexadecimal digits as a JSON string.
func (f FlowID) AppendJSON(b []byte) []byte {
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], uint64(f))
	return feature.Hex(id[:]).AppendJSON(b)
}

// An EndReason says why a record ended (IPFIX 136 flowEndReason).
type EndReason uint8

// The values of flowEndReason in IANA's registry of IPFIX elements.
const (
	IdleTimeout     EndReason = 1
	ActiveTimeout   EndReason = 2
	EndOfFlow       EndReason = 3
	ForcedEnd       EndReason = 4
	LackOfResources EndReason = 5
)

var endReasons = [...]string{"", "idle", "active", "end of flow", "forced", "lack of resources"}

func (e EndReason) String() string {
	if int(e) < len(endReasons) {
		return endReasons[e]
	}
	return "end reason " + strconv.Itoa(int(e))
}

// AppendJSON appends the name of the reason as a JSON string.
func (e EndReason) AppendJSON(b []byte) []byte {
	b = append(b, '"')
	b = append(b, e.String()...)
	return append(b, '"')
}

// FlagCounts counts packets by TCP flag, in the order of the bits.
type FlagCounts [8]uint64

// IsZero reports whether no flag was ever set.
func (f FlagCounts) IsZero() bool { return f == FlagCounts{} }

// AppendJSON appends the counts as a JSON object. Its keys are the letters of
// the flags that occurred (F S R P A U E C), in this order.
func (f FlagCounts) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	sep := false
	for i, n := range f {
		if n == 0 {
			continue
		}
		if sep {
			b = append(b, ',')
		}
		sep = true
		b = append(b, '"')
		b = append(b, measure.FlagString(1<<i)...)
		b = append(b, '"', ':')
		b = appendUint(b, n)
	}
	return append(b, '}')
}
