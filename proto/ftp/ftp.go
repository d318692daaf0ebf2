// Package ftp follows control connections of the File Transfer Protocol (RFC
// 959) with its extensions (RFC 2389, RFC 2428), up to AUTH TLS (RFC 4217).
//
// A parser needs about 600 bytes, at most 1 KiB of lists and 4 KiB of texts.
package ftp

import (
	"bytes"
	"strings"

	"joy/feature"
	"joy/proto/plain"
)

// Module is FTP, on any port.
var Module = feature.Module{
	Key:     "ftp",
	Doc:     "FTP: greeting, login, AUTH TLS, files, ends of data connections",
	Over:    feature.TCP,
	Ports:   []uint16{21, 990, 2121},
	Match:   Match,
	Keep:    plain.MaxLine,
	New:     func(s *feature.Settings) feature.Parser { return &Parser{store: plain.Store{Set: s}} },
	Carries: true,
}

// Match knows a server by its greeting, or by the reply behind one that could
// be SMTP's; a client by the first command that POP3 has not.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	switch {
	case len(b) == 0:
		return plain.Open(c)
	case b[0] == '2':
		return server(c)
	case strings.IndexByte("ACEFHLMNOPQSTUXacefhlmnopqstux", b[0]) < 0:
		return feature.No
	}
	return client(c)
}

func server(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if n := min(len(b), 3); string(b[:n]) != "220"[:n] || !plain.IsText(b) || len(b) > 3 && b[3] != ' ' && b[3] != '-' && b[3] != '\r' {
		return feature.No
	}
	for lines := 0; ; lines++ {
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			return plain.Open(c)
		}
		line := b[:end]
		code, _ := plain.ParseReply(bytes.TrimSuffix(line, []byte("\r")))
		switch code.Code {
		case 220, 0: // 0 is a line between the first and the last
			switch {
			case plain.Contains(line, "smtp"), plain.Contains(line, "lmtp"):
				return feature.No
			case plain.Contains(line, "ftp"), plain.Contains(line, "filezilla"), plain.Contains(line, "file transfer"):
				return feature.Yes
			}
		case 331, 332, 230, 530, 234, 215, 211, 227, 229:
			return feature.Yes
		case 500, 501, 502, 503, 200, 202, 421:
		default:
			return feature.No
		}
		if lines == 0 && code.Code != 220 {
			return feature.No
		}
		b = b[end+1:]
	}
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
		if end < 0 {
			if len(verb) > 4 || !plain.IsText(line) {
				return feature.No
			}
			return plain.Open(c)
		}
		var room plain.Verb
		switch string(room.Upper(verb)) {
		case "AUTH":
			if !plain.HasPrefix(args, "tls") && !plain.HasPrefix(args, "ssl") {
				return feature.No
			}
			return feature.Yes
		case "SYST", "FEAT", "PWD", "XPWD", "TYPE", "PASV", "EPSV", "PORT", "EPRT", "CWD", "MLSD", "NLST", "OPTS", "SIZE", "MDTM", "CLNT":
			return feature.Yes
		case "USER", "PASS", "ACCT", "NOOP", "QUIT", "LIST", "HOST":
		default:
			return feature.No
		}
		b = b[end+1:]
	}
}
