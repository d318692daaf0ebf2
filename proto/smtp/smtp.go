// Package smtp follows the Simple Mail Transfer Protocol (RFC 5321) and LMTP
// (RFC 2033) up to STARTTLS (RFC 3207), with AUTH (RFC 4954), pipelining (RFC
// 2920) and BDAT (RFC 3030). Mails are passed over and counted.
//
// A parser needs about 500 bytes, at most 4 KiB of texts, and as much of the
// answer to EHLO.
package smtp

import (
	"bytes"

	"joy/feature"
	"joy/proto/plain"
)

// Module is SMTP, on any port.
var Module = feature.Module{
	Key:     "smtp",
	Doc:     "SMTP: greeting, capabilities, STARTTLS, login and envelopes",
	Over:    feature.TCP,
	Ports:   []uint16{25, 587, 465, 2525, 24},
	Match:   Match,
	Keep:    plain.MaxLine,
	New:     func(s *feature.Settings) feature.Parser { return &Parser{store: plain.Store{Set: s}} },
	Carries: true,
}

// Match knows a server by its greeting, a client by its first command. A
// greeting without words that tell SMTP from FTP is left open: the commands
// decide, or the second reply.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) == 0 {
		return plain.Open(c)
	}
	switch b[0] {
	case '2', '5', '4':
		return greeting(c)
	case 'E', 'e', 'H', 'h', 'L', 'l':
	default:
		return feature.No
	}
	for _, hello := range [...]string{"ehlo ", "helo ", "lhlo "} {
		n := min(len(hello), len(b))
		if !plain.HasPrefix(b, hello[:n]) {
			continue
		}
		if len(b) > n && b[n] < '!' {
			return feature.No
		}
		if bytes.IndexByte(b, '\n') < 0 {
			return plain.Open(c)
		}
		return feature.Yes
	}
	return feature.No
}

func greeting(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if !plain.IsText(b) || len(b) > 3 && b[3] != ' ' && b[3] != '-' {
		return feature.No
	}
	for _, code := range [...]string{"220", "554", "421"} {
		if n := min(3, len(b)); string(b[:n]) != code[:n] {
			continue
		}
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			return plain.Open(c)
		}
		text := b[:end]
		switch {
		case plain.Contains(text, "smtp"), plain.Contains(text, "lmtp"):
			return feature.Yes
		case code != "220", plain.Contains(text, "ftp"), plain.Contains(text, "filezilla"):
			return feature.No
		case plain.Contains(text, "mail"), plain.Contains(text, "postfix"), plain.Contains(text, "exim"):
			return feature.Yes
		}
		return second(c, b)
	}
	return feature.No
}

// second looks at the reply behind the greeting: 250 answers a hello.
func second(c *feature.Chunk, b []byte) feature.Guess {
	for {
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			return plain.Open(c)
		}
		r, ok := plain.ParseReply(b[:end])
		switch {
		case !ok || r.Code >= 300:
			return feature.No
		case r.Code == 250:
			return feature.Yes
		case r.Code != 220:
			return feature.No
		}
		b = b[end+1:]
	}
}
