package smb

import (
	"bytes"

	"joy/feature"
)

// Commands of SMB 1 ([MS-CIFS] section 2.2.2.1).
const (
	negotiate1    = 0x72
	sessionSetup1 = 0x73
	treeConnect1  = 0x75
)

// Flags of SMB 1 ([MS-CIFS] section 2.2.3.1).
const (
	reply1   = 0x80   // in Flags
	unicode1 = 0x8000 // in Flags2
)

// message1 reads a message of SMB 1 and those that are chained to it.
func (p *Parser) message1(dir feature.Dir, m []byte) {
	isReply := m[9]&reply1 != 0
	who := &p.cli
	if isReply {
		who = &p.srv
	}
	who.saw(dir)
	command, at := m[4], head1
	for range 4 {
		if at >= len(m) {
			return
		}
		words, end := m[at+1:], at+1+2*int(m[at])
		if end+2 > len(m) {
			return
		}
		words = words[:2*int(m[at])]
		stop := min(len(m), end+2+int(le16(m[end:])))
		s := strings1{m: m, at: end + 2, end: stop, unicode: le16(m[10:])&unicode1 != 0}
		switch {
		case command == negotiate1 && !isReply:
			p.dialects1(m[end+2 : stop])
			return
		case command == negotiate1:
			p.negotiated1(words, m[end+2:stop])
			return
		case command == sessionSetup1 && !isReply:
			p.setup1(words, &s)
		case command == sessionSetup1:
			p.welcome1(words, &s)
		case command == treeConnect1:
			p.tree1(isReply, dir, m, words, &s)
		}
		if len(words) < 4 || words[0] == 0xff {
			return
		}
		next := int(le16(words[2:]))
		if next <= at { // a chain goes forward
			return
		}
		command, at = words[0], next
	}
}

// dialects1 reads the list of names, each with 2 in front and 0 behind.
func (p *Parser) dialects1(b []byte) {
	for len(b) > 0 && b[0] == 2 {
		n := bytes.IndexByte(b, 0)
		if n < 0 || len(p.dialects) == maxDialects {
			p.short = true
			return
		}
		p.dialects = append(p.dialects, p.keep(b[1:n]))
		b = b[n+1:]
	}
}

// negotiated1 reads what the server takes ([MS-SMB] section 2.2.4.5.2).
func (p *Parser) negotiated1(words, b []byte) {
	if len(words) < 2 {
		return
	}
	p.srv.index, p.srv.indexed = le16(words), true
	if len(words) < 34 {
		return
	}
	const securitySignatures, signaturesRequired, extendedSecurity = 4, 8, 1 << 31
	p.srv.sign(words[2]&securitySignatures != 0, words[2]&signaturesRequired != 0)
	if le32(words[19:])&extendedSecurity != 0 && len(b) >= 16 {
		p.srv.guid, p.srv.hasGUID = [16]byte(b), true
	}
}

// setup1 reads the request for a session: with a token, or with user and
// domain.
func (p *Parser) setup1(words []byte, s *strings1) {
	switch len(words) {
	case 24:
		n := min(int(le16(words[14:])), s.end-s.at)
		p.token(&p.cli, s.m[s.at:][:n])
		s.at += n
	case 26:
		s.at += int(le16(words[14:])) + int(le16(words[16:])) // passwords
		user := p.string1(s.next(), s.unicode)
		domain := p.string1(s.next(), s.unicode)
		if p.cli.auth == "" {
			p.cli.auth, p.cli.user, p.cli.domain = "password", user, domain
		}
	default:
		return
	}
	p.natives(&p.cli, s)
}

func (p *Parser) welcome1(words []byte, s *strings1) {
	switch len(words) {
	case 8:
		n := min(int(le16(words[6:])), s.end-s.at)
		p.token(&p.srv, s.m[s.at:][:n])
		s.at += n
	case 6:
	default:
		return
	}
	p.natives(&p.srv, s)
}

func (p *Parser) natives(h *half, s *strings1) {
	if h.os.len == 0 {
		h.os = p.string1(s.next(), s.unicode)
		h.lanman = p.string1(s.next(), s.unicode)
	}
}

// tree1 reads the path of a share, or what it is. The multiplex number pairs
// them.
func (p *Parser) tree1(isReply bool, dir feature.Dir, m, words []byte, s *strings1) {
	id := uint64(le16(m[30:]))
	if isReply {
		p.answer(dir, id, le32(m[5:]), service(s))
		return
	}
	if len(words) < 8 {
		return
	}
	s.at += int(le16(words[6:])) // password
	p.connect(dir, id, p.string1(s.next(), s.unicode))
}

// service is what a share is, as SMB 2 numbers it: a name in bytes.
func service(s *strings1) uint8 {
	s.unicode = false
	switch string(s.next()) {
	case "A:":
		return 1
	case "IPC":
		return 2
	case "LPT1:":
		return 3
	}
	return 0
}
