package measure

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
)

// Kinds of TCP options (IANA) that are decoded.
const (
	optEnd           = 0
	optNoOperation   = 1
	optMSS           = 2
	optWindowScale   = 3
	optSACKPermitted = 4
	optTimestamps    = 8
)

// maxOptions is the most bytes of options that fit a TCP header (RFC 9293,
// section 3.1).
const maxOptions = 40

// An Option is one TCP option. It owns its bytes.
type Option struct {
	Kind uint8
	// Broken says that Len, the length byte of the option, is less than 2 or
	// more than what is left of the options (0 when there is no length byte).
	Broken bool
	Len    uint8

	n    uint8
	data [maxOptions - 2]byte
}

// Data is what follows kind and length.
func (o *Option) Data() []byte { return o.data[:o.n] }

// Hide empties the option but for its kind.
func (o *Option) Hide() { o.n, o.data = 0, [maxOptions - 2]byte{} }

// Decoded reports whether AppendJSON shows the option by its meaning, and not
// by its bytes.
func (o *Option) Decoded() bool {
	switch o.Kind {
	case optNoOperation:
		return true
	case optMSS:
		return o.n == 2
	case optWindowScale:
		return o.n == 1
	case optSACKPermitted:
		return o.n == 0
	case optTimestamps:
		return o.n == 8
	}
	return false
}

// ParseOptions appends the options in b, the option area of a TCP header as
// far as captured. It ends at an end-of-options option and behind one that is
// Broken; what lies behind 40 bytes is not read.
func ParseOptions(dst []Option, b []byte) []Option {
	b = b[:min(len(b), maxOptions)]
	for len(b) > 0 && b[0] != optEnd {
		o := Option{Kind: b[0], Len: 1}
		if o.Kind != optNoOperation {
			o.read(b)
		}
		dst = append(dst, o)
		if o.Broken {
			break
		}
		b = b[o.Len:]
	}
	return dst
}

// read fills in an option with a length byte.
func (o *Option) read(b []byte) {
	if len(b) < 2 {
		o.Len, o.Broken = 0, true
		return
	}
	o.Len = b[1]
	if o.Len < 2 || int(o.Len) > len(b) {
		o.Broken = true
		return
	}
	o.n = uint8(copy(o.data[:], b[2:o.Len]))
}

// AppendJSON appends the option as a JSON object. It has one member, named
// after the option, or kind and data for kinds that are not decoded. An option
// of the wrong length is the member malformed with kind, data and the number of
// bytes of data; one that is Broken has kind and the length byte there.
func (o Option) AppendJSON(b []byte) []byte {
	switch {
	case o.Broken:
		b = append(b, `{"malformed":{"kind":`...)
		b = strconv.AppendUint(b, uint64(o.Kind), 10)
		b = append(b, `,"len":`...)
		b = strconv.AppendUint(b, uint64(o.Len), 10)
		return append(b, "}}"...)
	case o.Kind == optNoOperation:
		return append(b, `{"noop":null}`...)
	case o.Kind == optMSS && o.n == 2:
		return o.appendNumber(b, `{"mss":`, uint64(binary.BigEndian.Uint16(o.data[:])))
	case o.Kind == optWindowScale && o.n == 1:
		return o.appendNumber(b, `{"ws":`, uint64(o.data[0]))
	case o.Kind == optSACKPermitted && o.n == 0:
		return append(b, `{"sackp":null}`...)
	case o.Kind == optTimestamps && o.n == 8:
		b = append(b, `{"ts":{"val":`...)
		b = strconv.AppendUint(b, uint64(binary.BigEndian.Uint32(o.data[:])), 10)
		b = append(b, `,"ecr":`...)
		b = strconv.AppendUint(b, uint64(binary.BigEndian.Uint32(o.data[4:])), 10)
		return append(b, "}}"...)
	}
	return o.appendData(b)
}

func (o *Option) appendNumber(b []byte, key string, v uint64) []byte {
	b = append(b, key...)
	b = strconv.AppendUint(b, v, 10)
	return append(b, '}')
}

// appendData appends an option that is not decoded, or has the wrong length
// for being decoded.
func (o *Option) appendData(b []byte) []byte {
	decoded := o.Kind == optMSS || o.Kind == optWindowScale || o.Kind == optSACKPermitted || o.Kind == optTimestamps
	if decoded {
		b = append(b, `{"malformed":`...)
	}
	b = append(b, `{"kind":`...)
	b = strconv.AppendUint(b, uint64(o.Kind), 10)
	b = append(b, `,"data":"`...)
	b = hex.AppendEncode(b, o.Data())
	b = append(b, '"')
	if decoded {
		b = append(b, `,"len":`...)
		b = strconv.AppendUint(b, uint64(o.n), 10)
		b = append(b, '}')
	}
	return append(b, '}')
}
