package dns

import (
	"unicode/utf8"

	"joy/feature"
)

// What can be wrong with a name.
const (
	faultNameEnd  = "name past the end"
	faultLabel    = "unknown kind of label"
	faultLoop     = "pointer loop"
	faultPointer  = "pointer past the end"
	faultForward  = "pointer forward"
	faultNameSize = "name longer than 255 bytes"
)

const (
	maxName     = 255 // bytes on the wire (RFC 1035, 3.1)
	maxPointers = 127 // in a name: no legal one has more labels
)

// name reads the name at off of the message (RFC 1035, 4.1.4), which may end in
// a chain of pointers. It returns the labels in presentation form, up to where
// something is wrong, and the offset behind the name: -1 when that is not known.
func (d *decoder) name(off int) (text feature.Text, next int, fault string) {
	b, start, dst := d.msg, len(d.text), d.text
	size, pointers := 1, 0
	piece := off // where the labels since the last pointer begin
	next = -1
	for {
		if off >= len(b) {
			fault = first(fault, faultNameEnd)
			break
		}
		n := int(b[off])
		if n == 0 {
			next = orElse(next, off+1)
			break
		}
		if n < 64 {
			if off+1+n > len(b) {
				fault = first(fault, faultNameEnd)
				break
			}
			if size += 1 + n; size > maxName {
				fault = first(fault, faultNameSize)
				next = orElse(next, d.skipLabels(off))
				break
			}
			dst = appendLabel(dst, b[off+1:off+1+n], len(dst) > start)
			off += 1 + n
			continue
		}
		if n < 0xc0 {
			fault = first(fault, faultLabel)
			break
		}
		if off+2 > len(b) {
			fault = first(fault, faultNameEnd)
			break
		}
		to := n&0x3f<<8 | int(b[off+1])
		next = orElse(next, off+2)
		pointers++
		switch {
		case to >= piece && to <= off || pointers > maxPointers:
			fault = first(fault, faultLoop)
		case to >= len(b):
			fault = first(fault, faultPointer)
		default:
			if to > off {
				fault = first(fault, faultForward)
			}
			off, piece = to, to
			continue
		}
		break
	}
	if len(dst) == start && fault == "" {
		dst = append(dst, '.')
	}
	d.text = dst
	return d.text[start:len(d.text):len(d.text)], next, fault
}

func first(have, now string) string {
	if have != "" {
		return have
	}
	return now
}

func orElse(n, other int) int {
	if n >= 0 {
		return n
	}
	return other
}

// skipLabels returns the offset behind the labels at off and what ends them,
// -1 when that is not in the message.
func (d *decoder) skipLabels(off int) int {
	for off < len(d.msg) {
		n := int(d.msg[off])
		switch {
		case n == 0:
			return off + 1
		case n >= 0xc0:
			if off+2 <= len(d.msg) {
				return off + 2
			}
			return -1
		case n >= 64:
			return -1
		}
		off += 1 + n
	}
	return -1
}

// appendLabel appends a label in presentation form, behind a dot unless it is
// the first one.
func appendLabel(dst, label []byte, dot bool) []byte {
	if dot {
		dst = append(dst, '.')
	}
	all := true
	for _, c := range label {
		all = all && plain[c]
	}
	if !all {
		return appendEscaped(dst, label)
	}
	return append(dst, label...)
}

// plain has the bytes that stand for themselves in any label.
var plain = makePlain()

func makePlain() (t [256]bool) {
	for c := ' '; c < 0x7f; c++ {
		t[c] = c != '.' && c != '\\'
	}
	return t
}

func appendEscaped(dst, label []byte) []byte {
	valid := utf8.Valid(label)
	for _, c := range label {
		switch {
		case plain[c], c >= utf8.RuneSelf && valid:
			dst = append(dst, c)
		case c == '.', c == '\\':
			dst = append(dst, '\\', c)
		default:
			dst = append(dst, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
		}
	}
	return dst
}

const netBIOSLabel = 32 // bytes of a label that holds an encoded NetBIOS name

// netBIOS reads the name at off as an encoded NetBIOS name with its scope (RFC
// 1001, 14.1); ok is false when it is none.
func (d *decoder) netBIOS(off int) (text feature.Text, ok bool) {
	b := d.msg
	for range maxPointers {
		if off+2 > len(b) || b[off] < 0xc0 {
			break
		}
		off = int(b[off])&0x3f<<8 | int(b[off+1])
	}
	if off+1+netBIOSLabel > len(b) || b[off] != netBIOSLabel {
		return nil, false
	}
	var raw [16]byte
	for i, c := range b[off+1 : off+1+netBIOSLabel] {
		if c < 'A' || c > 'P' {
			return nil, false
		}
		raw[i/2] = raw[i/2]<<4 | (c - 'A')
	}
	scope, _, _ := d.name(off + 1 + netBIOSLabel)
	start := len(d.text)
	d.text = appendNetBIOS(d.text, &raw)
	if string(scope) != "." && len(scope) > 0 {
		d.text = append(append(d.text, '.'), scope...)
	}
	return d.text[start:len(d.text):len(d.text)], true
}

// appendNetBIOS appends the 15 bytes of a NetBIOS name without the spaces that
// fill it up, and the last byte as <hh>. The name * of all nodes is filled up
// with zeros, and has none.
func appendNetBIOS(dst []byte, raw *[16]byte) []byte {
	if *raw == [16]byte{'*'} {
		return append(dst, '*')
	}
	n := 15
	for n > 0 && raw[n-1] == ' ' {
		n--
	}
	const digits = "0123456789abcdef"
	return append(appendLabel(dst, raw[:n], false), '<', digits[raw[15]>>4], digits[raw[15]&15], '>')
}
