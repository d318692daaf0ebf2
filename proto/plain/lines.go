// Package plain is what protocols share that are spoken in plain text, at least
// until they change to TLS: lines, replies with a number (RFC 5321, RFC 959),
// logins (SASL, RFC 4422), and where the reported texts are kept.
package plain

import (
	"bytes"

	"joy/feature"
)

// MaxLine is how much of a line is read; what is behind is passed over. It is
// twice what SMTP allows (RFC 5321 section 4.5.3.1). Modules keep as much.
const MaxLine = 1024

// Lines cuts one direction into lines.
type Lines struct {
	skip bool // what comes next is the rest of a line
}

// Next returns the next line of b, without its end, and how many bytes of b it
// has used: 0 when more are needed. Without ok there was only the rest of a
// line that was too long, or that has a gap. The line is part of b.
func (l *Lines) Next(b []byte) (line []byte, used int, ok bool) {
	end := bytes.IndexByte(b, '\n')
	switch {
	case l.skip && end < 0:
		return nil, len(b), false
	case l.skip:
		l.skip = false
		return nil, end + 1, false
	case end >= 0 && end < MaxLine:
		return bytes.TrimSuffix(b[:end], []byte("\r")), end + 1, true
	case len(b) < MaxLine:
		return nil, 0, false
	}
	l.skip = true
	return b[:MaxLine], MaxLine, true
}

// Gap says that bytes are missing: the next line cannot be believed.
func (l *Lines) Gap() { l.skip = true }

// InGap reports whether the end of the line with the gap was not seen yet.
func (l *Lines) InGap() bool { return l.skip }

// IsTLS reports whether b begins as a record with a handshake of TLS does.
func IsTLS(b []byte) bool { return b[0] == 0x16 && (len(b) < 2 || b[1] == 3) }

// Word splits at the first space, and takes further ones away.
func Word(b []byte) (word, rest []byte) {
	word, rest, _ = bytes.Cut(b, []byte(" "))
	return word, bytes.TrimLeft(rest, " ")
}

// A Verb is room for the name of a command in capitals.
type Verb [16]byte

// Upper returns word in capitals; what is too long for a command is empty.
func (v *Verb) Upper(word []byte) []byte {
	if len(word) > len(v) {
		return nil
	}
	for i, c := range word {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		v[i] = c
	}
	return v[:len(word)]
}

// Contains looks for a text in small letters, whatever the case of those in b.
func Contains(b []byte, small string) bool {
	for i := 0; i+len(small) <= len(b); i++ {
		if HasPrefix(b[i:], small) {
			return true
		}
	}
	return false
}

// HasPrefix is like Contains, for the beginning of b.
func HasPrefix(b []byte, small string) bool {
	if len(b) < len(small) {
		return false
	}
	for i := range len(small) {
		c := b[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != small[i] {
			return false
		}
	}
	return true
}

// Open is the answer of a Match that needs more bytes.
func Open(c *feature.Chunk) feature.Guess {
	if c.EOF {
		return feature.No
	}
	return feature.Maybe
}

// IsText reports whether b can be the beginning of lines of text.
func IsText(b []byte) bool {
	for _, c := range b[:min(len(b), 32)] {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return true
}
