// Package redis reads the first commands of connections of Redis, and of what
// speaks its protocol (RESP 2 and 3).
//
// A parser needs about 500 bytes, 400 of a list and at most 4 KiB of texts.
package redis

import (
	"bytes"

	"joy/feature"
	"joy/proto/plain"
)

// Module is Redis, on any port.
var Module = feature.Module{
	Key:   "redis",
	Doc:   "Redis: first commands, login, errors",
	Over:  feature.TCP,
	Ports: []uint16{6379},
	Match: Match,
	Keep:  plain.MaxLine,
	New:   func(s *feature.Settings) feature.Parser { return &Parser{store: plain.Store{Set: s}} },
}

// Match looks for the first command of a client: *1 $4 PING, in lines.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) == 0 {
		return plain.Open(c)
	}
	for _, mark := range [...]byte{'*', '$'} {
		if len(b) == 0 {
			return plain.Open(c)
		}
		if b[0] != mark {
			return feature.No
		}
		end := bytes.IndexByte(b[:min(len(b), 9)], '\n')
		n, ok := count(bytes.TrimSuffix(b[1:max(end, 1)], []byte("\r")))
		switch {
		case end < 0 && len(b) < 9 && onlyDigits(b[1:]):
			return plain.Open(c)
		case end < 0 || !ok || n == 0 || b[end-1] != '\r' || mark == '$' && n > 32:
			return feature.No
		}
		b = b[end+1:]
	}
	if len(b) == 0 {
		return plain.Open(c)
	}
	if b[0]|0x20 < 'a' || b[0]|0x20 > 'z' {
		return feature.No
	}
	return feature.Yes
}

// onlyDigits, with what may be half of a line's end.
func onlyDigits(b []byte) bool {
	for _, c := range bytes.TrimSuffix(b, []byte("\r")) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// count reads a number without a sign.
func count(b []byte) (n int, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<30 {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, len(b) > 0
}
