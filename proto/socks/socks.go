// Package socks reads the handshake of SOCKS 4, 4a (no RFC) and 5 (RFC 1928),
// with user and password (RFC 1929). Behind it the protocol of the target
// begins.
//
// A parser needs about 300 bytes and at most 1 KiB of text.
package socks

import (
	"bytes"

	"joy/feature"
)

// Module is SOCKS, on any port.
var Module = feature.Module{
	Key:     "socks",
	Doc:     "SOCKS 4 and 5: command, target, login and reply",
	Over:    feature.TCP,
	Ports:   []uint16{1080, 9050, 9150},
	Match:   Match,
	Keep:    16 << 10, // a client may say more before it is answered
	New:     func(s *feature.Settings) feature.Parser { return &Parser{set: s} },
	Carries: true,
}

const (
	maxName  = 255
	methodPW = 2
)

// Match looks for the first message of a client. It is short, so that it has to
// be alone or be followed by what a client says next; the parser rejects the
// flow when the answer does not fit.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) == 0 {
		return open(c)
	}
	switch b[0] {
	case 4:
		return version4(c)
	case 5:
		return version5(c)
	}
	return feature.No
}

func open(c *feature.Chunk) feature.Guess {
	if c.EOF {
		return feature.No
	}
	return feature.Maybe
}

// version5: the numbers of methods are all different ones that exist.
func version5(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) < 2 {
		return open(c)
	}
	n := int(b[1])
	if n == 0 || n > 16 {
		return feature.No
	}
	for i, m := range b[2:min(2+n, len(b))] {
		if m > 9 && m < 0x80 || m == 0xff || bytes.IndexByte(b[2:2+i], m) >= 0 {
			return feature.No
		}
	}
	switch {
	case len(b) < 2+n:
		return open(c)
	case len(b) > 2+n && !continues(b[2+n:]):
		return feature.No
	}
	return feature.Yes
}

// continues reports whether b can be a login or a request.
func continues(b []byte) bool {
	switch b[0] {
	case 1:
		return len(b) < 2 || b[1] > 0
	case 5:
		return (len(b) < 2 || commandName(b[1]) != "unknown") && (len(b) < 3 || b[2] == 0)
	}
	return false
}

func version4(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	switch {
	case len(b) > 1 && b[1] != 1 && b[1] != 2 && b[1] < 0xf0:
		return feature.No
	case len(b) < 9:
		return open(c)
	case b[4] >= 224 || b[1] == 1 && b[2] == 0 && b[3] == 0:
		return feature.No
	}
	named := b[4] == 0
	if named && (b[5] != 0 || b[6] != 0 || b[7] == 0) {
		return feature.No
	}
	for rest := b[8:]; ; named = false {
		end := bytes.IndexByte(rest, 0)
		if !isName(rest[:max(end, 0)]) || end < 0 && (len(rest) > maxName || !isName(rest)) {
			return feature.No
		}
		switch {
		case end < 0:
			return open(c)
		case !named:
			return feature.Yes
		}
		rest = rest[end+1:]
	}
}

func isName(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	return len(b) <= maxName
}
