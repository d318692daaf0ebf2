// Package mysql reads the connection phase of the MySQL protocol (MySQL Internals
// Manual, Connection Phase Packets), which MariaDB has as well: up to TLS, or to
// the end of the login.
//
// A parser needs about 500 bytes and at most 4 KiB of texts.
package mysql

import (
	"bytes"
	"encoding/binary"

	"joy/feature"
	"joy/proto/plain"
)

// Module is MySQL, on any port.
var Module = feature.Module{
	Key:     "mysql",
	Doc:     "MySQL and MariaDB: server version, user, database, login, TLS",
	Over:    feature.TCP,
	Ports:   []uint16{3306},
	Match:   Match,
	Keep:    maxHead,
	New:     func(s *feature.Settings) feature.Parser { return &Parser{store: plain.Store{Set: s}} },
	Carries: true,
}

const (
	maxHead   = 2 << 10 // bytes of a packet that are read
	head      = 4       // length and number of a packet
	maxText   = 512     // bytes of an error at the beginning
	maxLogin  = 16      // packets of a login
	greeting  = 10      // first byte of a greeting
	oldGreet  = 9
	failed    = 0xff
	switching = 0xfe
)

// Capability flags.
const (
	hasDatabase = 1 << 3
	hasProto41  = 1 << 9
	hasTLS      = 1 << 11
	hasSecure   = 1 << 15 // a length before what proves the password
	hasPlugin   = 1 << 19
	hasAttrs    = 1 << 20
	hasLenenc   = 1 << 21 // this length is one of variable size
)

// Match wants a greeting, an error instead of it, or the answer of a client.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	switch {
	case len(b) < head+1:
		if len(b) > 2 && b[2] != 0 || len(b) > 1 && b[1] > 3 || len(b) > 3 && b[3] > 1 {
			return feature.No
		}
		return plain.Open(c)
	case b[2] != 0:
		return feature.No
	}
	n := int(b[0]) | int(b[1])<<8
	body := b[head:]
	switch {
	case b[3] == 0 && body[0] == failed:
		return isError(c, n, body)
	case b[3] == 0 && (body[0] == greeting || body[0] == oldGreet):
		return isGreeting(c, n, body)
	case b[3] == 1:
		return isAnswer(c, n, body)
	}
	return feature.No
}

// isError: a number from 1000 on, and text.
func isError(c *feature.Chunk, n int, body []byte) feature.Guess {
	switch {
	case n < 8 || n > maxText || len(body) > 2 && (body[2] < 3 || body[2] > 0x10):
		return feature.No
	case len(body) < 8:
		return plain.Open(c)
	case len(body) > n || !plain.IsText(body[3:]):
		return feature.No
	}
	return feature.Yes
}

// isGreeting: a version that begins with a number, and what is behind it.
func isGreeting(c *feature.Chunk, n int, body []byte) feature.Guess {
	const longest = 80
	end := bytes.IndexByte(body, 0)
	version := body[1:]
	if end > 0 {
		version = body[1:end]
	}
	switch {
	case n < 20 || n > maxText || len(version) > longest || !plain.IsText(version):
		return feature.No
	case len(version) > 0 && (version[0] < '0' || version[0] > '9') && end < 4:
		return feature.No
	case end < 0 || len(body) < min(n, end+14):
		return plain.Open(c)
	case end < 4 || bytes.IndexByte(version, '.') < 0 || len(body) > n || n < end+14:
		return feature.No
	case body[end+13] != 0:
		return feature.No
	}
	return feature.Yes
}

// isAnswer: flags, then 19 bytes of zeros.
func isAnswer(c *feature.Chunk, n int, body []byte) feature.Guess {
	const fixed = 32
	switch {
	case n < fixed || n > maxHead*8 || len(body) > 1 && body[1]&(hasProto41>>8) == 0:
		return feature.No
	case len(body) < fixed:
		return plain.Open(c)
	}
	for _, z := range body[9:28] {
		if z != 0 {
			return feature.No
		}
	}
	if size := binary.LittleEndian.Uint32(body[4:]); size != 0 && size < 1<<10 {
		return feature.No
	}
	return feature.Yes
}
