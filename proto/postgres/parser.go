package postgres

import (
	"bytes"
	"encoding/binary"

	"joy/feature"
	"joy/proto/plain"
)

// A Parser follows the beginning of one connection.
type Parser struct {
	store   plain.Store
	cli     Client
	srv     Server
	info    Info
	skip    [2]uint32 // bytes of the message that are not read
	server  feature.Dir
	asked   bool // for encryption, and not answered
	answers bool // the server has said something
	started bool // the startup message was seen
	sasl    bool // the server has asked for SASL
	said    bool // the mechanism of SASL came
	known   bool // who is the server
	lost    bool
	found   [2]bool
	count   uint8
}

// Data takes the next messages. Of long ones the first bytes are read.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if c.Lost > 0 {
		p.lost = true
		return 0, feature.Done
	}
	if len(c.Bytes) > 0 && !p.known {
		p.known, p.server = true, c.Dir^1
		if c.Bytes[0] != 0 {
			p.server, p.started = c.Dir, true
		}
	}
	return plain.Steps(c, p.step)
}

func (p *Parser) step(dir feature.Dir, b []byte) (used int, v feature.Verdict) {
	if n := min(p.skip[dir], uint32(len(b))); n > 0 {
		p.skip[dir] -= n
		return int(n), feature.More
	}
	switch {
	case dir == p.server && p.asked:
		return p.agreement(b)
	case p.asked && plain.IsTLS(b) && !p.answers:
		return 0, feature.Switch // the server is not in the capture
	case p.asked:
		return 0, feature.More
	}
	kind, head := byte(0), 0
	if dir == p.server || p.started {
		kind, head = b[0], 1
	}
	if len(b) < head+4 {
		return 0, feature.More
	}
	size := binary.BigEndian.Uint32(b[head:])
	if size < 4 || size > 1<<30 {
		return 0, feature.Done
	}
	all := head + int(size)
	if len(b) < min(all, maxHead) {
		return 0, feature.More
	}
	used = min(all, maxHead)
	p.skip[dir] = uint32(all - used)
	p.found[dir] = true
	body := b[head+4 : used]
	if dir == p.server {
		p.answers = true
		return used, p.answer(kind, body)
	}
	return used, p.request(kind, body)
}

// agreement is a byte: S or G for yes, N for no. Old servers send an error.
func (p *Parser) agreement(b []byte) (used int, v feature.Verdict) {
	p.asked, p.answers, p.found[p.server] = false, true, true
	switch b[0] {
	case 'S':
		p.srv.Encryption = "S"
		return 1, feature.Switch
	case 'G':
		p.srv.Encryption = "G"
		return 1, feature.Done
	case 'N':
		p.srv.Encryption = "N"
		return 1, feature.More
	case 'E':
		return p.step(p.server, b)
	}
	return 0, feature.Done
}

func (p *Parser) request(kind byte, b []byte) feature.Verdict {
	switch {
	case kind == 'p':
		p.password(b)
	case kind != 0: // queries
		return feature.Done
	case len(b) < 4:
		return feature.Done
	default:
		return p.startup(binary.BigEndian.Uint32(b), b[4:])
	}
	return feature.More
}

func (p *Parser) startup(code uint32, b []byte) feature.Verdict {
	switch code {
	case codeSSL:
		p.cli.SSLRequest, p.asked = true, true
	case codeGSS:
		p.cli.GSSRequest, p.asked = true, true
	case codeCancel:
		p.cli.Cancel = true
		return feature.Done
	default:
		if code>>16 != 3 {
			return feature.Done
		}
		p.started = true
		p.cli.Major, p.cli.Minor, p.cli.HasStartup = uint16(code>>16), uint16(code), true
		p.parameters(b)
	}
	return feature.More
}

func (p *Parser) parameters(b []byte) {
	for len(b) > 1 {
		var name, value []byte
		name, b, _ = bytes.Cut(b, []byte{0})
		value, b, _ = bytes.Cut(b, []byte{0})
		switch string(name) {
		case "user":
			p.cli.User = p.store.Text(value)
		case "database":
			p.cli.Database = p.store.Text(value)
		case "application_name":
			p.cli.Application = p.store.Text(value)
		}
	}
}

// password reads what answers the server's wish: a password, or the mechanism of
// SASL and messages of it.
func (p *Parser) password(b []byte) {
	switch {
	case p.said:
	case p.sasl || bytes.HasPrefix(b, []byte("SCRAM-")):
		name, _, _ := bytes.Cut(b, []byte{0})
		p.cli.Mechanism, p.said = p.store.Text(name), true
	default:
		p.cli.Password = p.store.Secret(bytes.TrimSuffix(b, []byte{0}))
	}
}

func (p *Parser) answer(kind byte, b []byte) feature.Verdict {
	if p.count++; p.count > maxCount {
		return feature.Done
	}
	switch kind {
	case 'R':
		if len(b) >= 4 {
			p.auth(binary.BigEndian.Uint32(b))
		}
	case 'S':
		if name, value, _ := bytes.Cut(b, []byte{0}); string(name) == "server_version" {
			p.srv.Version = p.store.Text(bytes.TrimSuffix(value, []byte{0}))
		}
	case 'E':
		p.failure(b)
	case 'Z', 'T', 'D', 'C': // ready for queries, or they have begun
		return feature.Done
	}
	return feature.More
}

func (p *Parser) auth(kind uint32) {
	switch kind {
	case 0:
		p.srv.Accepted = true
		if p.srv.Auth == "" {
			p.srv.Auth = "none"
		}
	case 8, 11, 12: // go on
	default:
		p.srv.Auth, p.sasl = authName(kind), kind == 10
	}
}

// failure reads the fields of an error.
func (p *Parser) failure(b []byte) {
	if p.srv.Error != nil {
		return
	}
	for len(b) > 1 {
		name := b[0]
		var value []byte
		value, b, _ = bytes.Cut(b[1:], []byte{0})
		switch name {
		case 'C':
			p.srv.Error = p.store.Text(value)
		case 'M':
			p.srv.ErrorText = p.store.Text(value)
		}
	}
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{Lost: p.lost, Truncated: p.store.Full}
	if v.Has(p.server^1) && p.found[p.server^1] {
		p.info.Cli = &p.cli
	}
	if v.Has(p.server) && p.found[p.server] {
		p.info.Srv = &p.srv
	}
	if p.info.Cli == nil && p.info.Srv == nil {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.cli, p.srv, p.found = Client{}, Server{}, [2]bool{}
	p.store.Reset()
}

// Held implements feature.Holder.
func (p *Parser) Held() int { return p.store.Held(0) }

// Reset forgets all and keeps memory for texts.
func (p *Parser) Reset() {
	p.Cut()
	*p = Parser{store: p.store}
}
