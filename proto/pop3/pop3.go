// Package pop3 follows the Post Office Protocol (RFC 1939) with CAPA (RFC 2449),
// STLS (RFC 2595) and AUTH (RFC 5034), up to TLS or to the end of the login.
//
// A parser needs about 400 bytes and at most 4 KiB of texts.
package pop3

import (
	"bytes"
	"strings"

	"joy/feature"
	"joy/proto/plain"
)

// Module is POP3, on any port.
var Module = feature.Module{
	Key:     "pop3",
	Doc:     "POP3: greeting, capabilities, STLS and login",
	Over:    feature.TCP,
	Ports:   []uint16{110, 995},
	Match:   Match,
	Keep:    plain.MaxLine,
	New:     func(s *feature.Settings) feature.Parser { return &Parser{store: plain.Store{Set: s}} },
	Carries: true,
}

// Match knows a server by its greeting: +OK alone could be Redis. A client is
// known by the first command that FTP has not.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	switch {
	case len(b) == 0:
		return plain.Open(c)
	case b[0] == '+':
		n := min(len(b), 4)
		if string(b[:n]) != "+OK "[:n] || !plain.IsText(b) {
			return feature.No
		}
		if end := bytes.IndexByte(b, '\n'); end < 0 {
			return plain.Open(c)
		} else if len(bytes.TrimSpace(b[n:end])) > 0 {
			return feature.Yes
		}
		return feature.No
	case strings.IndexByte("ACNPQSUacnpqsu", b[0]) < 0:
		return feature.No
	}
	return client(c)
}

func client(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	for {
		end := bytes.IndexByte(b, '\n')
		line := b
		if end >= 0 {
			line = bytes.TrimSuffix(b[:end], []byte("\r"))
		}
		verb, args := plain.Word(line)
		var room plain.Verb
		switch up := string(room.Upper(verb)); {
		case end < 0 && len(verb) == len(line) && len(line) < 5:
			return plain.Open(c)
		case len(up) < 3 || len(up) > 4:
			return feature.No
		case end < 0:
			return plain.Open(c)
		case (up == "CAPA" || up == "STLS" || up == "UIDL" || up == "STAT") && len(args) == 0, up == "APOP":
			return feature.Yes
		case up != "USER" && up != "PASS" && up != "QUIT" && up != "NOOP" && (up != "AUTH" || plain.HasPrefix(args, "tls") || plain.HasPrefix(args, "ssl")):
			return feature.No
		}
		b = b[end+1:]
	}
}
