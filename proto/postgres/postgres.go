// Package postgres reads the beginning of connections of the protocol 3 of
// PostgreSQL (PostgreSQL documentation, Frontend/Backend Protocol): up to TLS,
// or to where queries begin.
//
// A parser needs about 500 bytes and at most 4 KiB of texts.
package postgres

import (
	"encoding/binary"

	"joy/feature"
	"joy/proto/plain"
)

// Module is PostgreSQL, on any port.
var Module = feature.Module{
	Key:     "postgresql",
	Doc:     "PostgreSQL: user, database, program, login, server version, TLS",
	Over:    feature.TCP,
	Ports:   []uint16{5432},
	Match:   Match,
	Keep:    maxHead,
	New:     func(s *feature.Settings) feature.Parser { return &Parser{store: plain.Store{Set: s}} },
	Carries: true,
}

// Codes in the place of a version.
const (
	codeCancel = 80877102
	codeSSL    = 80877103
	codeGSS    = 80877104
)

const (
	maxHead    = 1 << 10 // bytes of a message that are read
	maxStartup = 10000   // bytes of a startup message (as the server has it)
	maxCount   = 64      // messages of the server before queries
)

// Match looks for the first message of a client, or for a server that asks for
// a login.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	switch {
	case len(b) == 0:
		return plain.Open(c)
	case b[0] == 'R':
		return login(c)
	case b[0] != 0:
		return feature.No
	case len(b) < 8:
		if len(b) > 1 && b[1] != 0 || len(b) > 2 && b[2] > maxStartup>>8 {
			return feature.No
		}
		return plain.Open(c)
	}
	n, code := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	switch {
	case code == codeSSL && n == 8, code == codeGSS && n == 8, code == codeCancel && n >= 16 && n <= 268:
		return feature.Yes
	case code>>16 != 3 || code&0xffff > 9999 || n < 9+6 || n > maxStartup:
		return feature.No
	case len(b) < 8+5:
		return plain.Open(c)
	}
	for _, ch := range b[8:12] { // the name of a parameter
		if (ch|0x20 < 'a' || ch|0x20 > 'z') && ch != '_' {
			return feature.No
		}
	}
	return feature.Yes
}

func login(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) < 9 {
		if len(b) > 1 && b[1] != 0 || len(b) > 2 && b[2] != 0 || len(b) > 3 && b[3] != 0 {
			return feature.No
		}
		return plain.Open(c)
	}
	n, kind := binary.BigEndian.Uint32(b[1:]), binary.BigEndian.Uint32(b[5:])
	if n < 8 || n > 255 || authName(kind) == "unknown" || kind != 10 && n > 12 || kind == 5 && n != 12 {
		return feature.No
	}
	return feature.Yes
}
