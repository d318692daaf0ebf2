// Package imap follows the Internet Message Access Protocol (RFC 9051, RFC
// 3501) up to STARTTLS, or to what a client does behind its login. ID: RFC 2971.
//
// A parser needs about 500 bytes, at most 4 KiB of texts and 1 KiB of a command.
package imap

import (
	"bytes"
	"strings"

	"joy/feature"
	"joy/proto/plain"
)

// Module is IMAP, on any port.
var Module = feature.Module{
	Key:     "imap",
	Doc:     "IMAP: greeting, capabilities, STARTTLS, login and ID",
	Over:    feature.TCP,
	Ports:   []uint16{143, 993},
	Match:   Match,
	Keep:    plain.MaxLine,
	New:     func(s *feature.Settings) feature.Parser { return &Parser{store: plain.Store{Set: s}} },
	Carries: true,
}

// Match knows a server by its greeting, a client by a tag and a command that it
// can begin with.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	switch {
	case len(b) == 0:
		return plain.Open(c)
	case b[0] == '*':
		return greeting(c)
	case !isTag(b[0]):
		return feature.No
	}
	i := 1
	for i < len(b) && isTag(b[i]) {
		i++
	}
	switch {
	case i > maxTag:
		return feature.No
	case i == len(b):
		return plain.Open(c)
	case b[i] != ' ':
		return feature.No
	}
	return first(c, b[i+1:])
}

func isTag(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '_' || c == '-'
}

func greeting(c *feature.Chunk) feature.Guess {
	for _, g := range [...]string{"* OK ", "* PREAUTH ", "* BYE ", "* CAPABILITY IMAP"} {
		n := min(len(g), len(c.Bytes))
		if string(c.Bytes[:n]) != g[:n] {
			continue
		}
		if n < len(g) || bytes.IndexByte(c.Bytes, '\n') < 0 && plain.IsText(c.Bytes) {
			return plain.Open(c)
		}
		if plain.IsText(c.Bytes) {
			return feature.Yes
		}
	}
	return feature.No
}

// first looks at the first command of a client.
func first(c *feature.Chunk, b []byte) feature.Guess {
	if len(b) > 0 && strings.IndexByte("ACILNSacilns", b[0]) < 0 {
		return feature.No
	}
	for _, command := range [...]string{"capability\r\n", "starttls\r\n", "noop\r\n", "login ", "authenticate ", "id (", "id nil\r\n"} {
		n := min(len(command), len(b))
		switch {
		case !plain.HasPrefix(b, command[:n]):
		case n < len(command) || bytes.IndexByte(b, '\n') < 0:
			return plain.Open(c)
		default:
			return feature.Yes
		}
	}
	return feature.No
}
