package tls

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Tags of DER (X.690 8.1.2).
const (
	derBoolean    = 0x01
	derInteger    = 0x02
	derBits       = 0x03
	derOctets     = 0x04
	derOID        = 0x06
	derUTF8       = 0x0c
	derNumeric    = 0x12
	derPrintable  = 0x13
	derT61        = 0x14
	derIA5        = 0x16
	derUTCTime    = 0x17
	derTime       = 0x18
	derVisible    = 0x1a
	derGeneral    = 0x1b
	derUniversal  = 0x1c
	derBMP        = 0x1e
	derSequence   = 0x30
	derSet        = 0x31
	derContext    = 0x80 // primitive, plus its number
	derContextSet = 0xa0 // constructed, plus its number
)

// A der walks over values, one after the other. It takes lengths that are
// longer than they need be, as hostile and old certificates have them, but not
// those of indefinite form. What is cut it gives as far as it goes, and is bad
// from then on.
type der struct {
	b   []byte
	bad bool
}

// next reads a value.
func (d *der) next() (tag byte, body []byte) {
	if len(d.b) < 2 {
		d.bad = d.bad || len(d.b) > 0
		d.b = nil
		return 0, nil
	}
	tag = d.b[0]
	n, head := uint64(d.b[1]), 2
	if n >= 0x80 {
		k := int(n - 0x80)
		if k == 0 || k > 8 || len(d.b) < 2+k {
			d.b, d.bad = nil, true
			return 0, nil
		}
		n = 0
		for _, c := range d.b[2 : 2+k] {
			n = n<<8 | uint64(c)
		}
		head += k
	}
	rest := d.b[head:]
	if tag&0x1f == 0x1f {
		d.b, d.bad = nil, true // more bytes of tag: certificates have none
		return 0, nil
	}
	if n > uint64(len(rest)) {
		d.b, d.bad = nil, true
		return tag, rest
	}
	d.b = rest[n:]
	return tag, rest[:n:n]
}

// take reads a value that has to have a tag; ok is false when it has another
// one, or is cut.
func (d *der) take(want byte) (body []byte, ok bool) {
	tag, body := d.next()
	if tag != want {
		d.bad = true
		return nil, false
	}
	return body, !d.bad
}

// peek is the tag of the next value, 0 at the end.
func (d *der) peek() byte {
	if len(d.b) == 0 {
		return 0
	}
	return d.b[0]
}

// bitLen is the number of bits of an unsigned number.
func bitLen(b []byte) int {
	for len(b) > 0 && b[0] == 0 {
		b = b[1:]
	}
	if len(b) == 0 {
		return 0
	}
	return (len(b)-1)*8 + bits.Len8(b[0])
}

// appendOID appends the contents of an OBJECT IDENTIFIER with dots. An arc that
// is larger than 63 bits, or cut, ends it with a question mark.
func appendOID(dst, oid []byte) []byte {
	first := true
	for len(oid) > 0 {
		v, n := uint64(0), 0
		for n < len(oid) {
			v = v<<7 | uint64(oid[n]&0x7f)
			if n++; oid[n-1] < 0x80 {
				break
			}
		}
		if n > 9 || oid[n-1] >= 0x80 {
			return append(dst, '?')
		}
		oid = oid[n:]
		if first {
			root := min(v/40, 2)
			dst = append(dst, byte('0'+root), '.')
			dst = strconv.AppendUint(dst, v-root*40, 10)
			first = false
			continue
		}
		dst = append(dst, '.')
		dst = strconv.AppendUint(dst, v, 10)
	}
	return dst
}

// appendText appends a string of any of the types of X.680 in UTF-8. It reports
// whether it was a string.
func appendText(dst []byte, tag byte, s []byte) ([]byte, bool) {
	switch tag {
	case derUTF8, derNumeric, derPrintable, derIA5, derVisible, derGeneral:
		return append(dst, s...), true
	case derT61: // in practice ISO 8859-1
		for _, c := range s {
			dst = utf8.AppendRune(dst, rune(c))
		}
		return dst, true
	case derBMP:
		for ; len(s) >= 2; s = s[2:] {
			r := rune(binary.BigEndian.Uint16(s))
			if utf16.IsSurrogate(r) && len(s) >= 4 {
				if two := utf16.DecodeRune(r, rune(binary.BigEndian.Uint16(s[2:]))); two != utf8.RuneError {
					r, s = two, s[2:]
				}
			}
			dst = utf8.AppendRune(dst, r)
		}
		return dst, true
	case derUniversal:
		for ; len(s) >= 4; s = s[4:] {
			r := rune(utf8.RuneError)
			if u := binary.BigEndian.Uint32(s); u <= utf8.MaxRune {
				r = rune(u)
			}
			dst = utf8.AppendRune(dst, r)
		}
		return dst, true
	}
	return dst, false
}
