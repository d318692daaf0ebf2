package socks

import (
	"bytes"
	"net/netip"

	"joy/feature"
	"joy/proto/plain"
)

// state is what comes next from a side.
type state uint8

const (
	atStart  state = iota
	atLogin        // of the server: the answer to user and password
	atReply        // of the client: what follows the greeting, of the server: the reply
	atSecond       // the second reply to bind
	waiting        // of the client: all is said
)

// A Parser follows one handshake.
type Parser struct {
	set     *feature.Settings
	cli     Client
	srv     Server
	info    Info
	text    []byte
	client  feature.Dir
	known   bool // who is the client
	state   [2]state
	version byte
	command byte
	found   [2]bool // something to report, by direction
	lost    bool
}

// Data reads the messages of both sides. What the client says before it is
// answered is left for those who come next.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if c.Lost > 0 {
		p.lost = true
		return 0, feature.Done
	}
	if len(c.Bytes) > 0 && !p.known {
		p.known, p.client = true, c.Dir
		if Match(c) == feature.No {
			p.client ^= 1
		}
	}
	return plain.Steps(c, p.step)
}

func (p *Parser) step(dir feature.Dir, b []byte) (used int, v feature.Verdict) {
	switch {
	case dir == p.client && p.state[dir] == atStart:
		return p.greeting(b)
	case dir == p.client && p.state[dir] == atReply:
		return p.request(b)
	case dir == p.client:
		return 0, feature.More
	case p.version == 4:
		return p.reply4(b)
	}
	return p.answer(b)
}

func (p *Parser) greeting(b []byte) (int, feature.Verdict) {
	c := feature.Chunk{Bytes: b}
	if b[0] == 4 {
		switch Match(&c) {
		case feature.Maybe:
			return 0, feature.More
		case feature.No:
			return 0, feature.Reject
		}
		return p.request4(b), feature.More
	}
	switch {
	case b[0] != 5:
		return 0, feature.Reject
	case len(b) < 2 || len(b) < 2+int(b[1]):
		return 0, feature.More
	}
	n := 2 + int(b[1])
	p.version = 5
	p.cli.Version, p.cli.Methods = 5, p.keep(b[2:n])
	p.found[p.client] = true
	p.state[p.client] = atReply
	return n, feature.More
}

func (p *Parser) request4(b []byte) int {
	p.version, p.command = 4, b[1]
	p.found[p.client] = true
	p.state[p.client] = waiting
	user := b[8 : 8+bytes.IndexByte(b[8:], 0)]
	p.cli = Client{
		Version: 4, Command: commandName(b[1]), Port: uint16(b[2])<<8 | uint16(b[3]), HasPort: true,
		User: p.secret(user),
	}
	used := 8 + len(user) + 1
	if b[4] != 0 {
		p.cli.Addr.IP = netip.AddrFrom4([4]byte(b[4:8]))
		return used
	}
	host := b[used : used+bytes.IndexByte(b[used:], 0)]
	p.cli.Host = p.keep(host)
	return used + len(host) + 1
}

// request reads a login (RFC 1929) or a request.
func (p *Parser) request(b []byte) (int, feature.Verdict) {
	switch b[0] {
	case 1:
		if p.srv.HasMethod && p.srv.Method != methodPW {
			return 0, feature.Done // of a method that joy does not know
		}
		return p.login(b), feature.More
	case 5:
		if len(b) < 4 {
			return 0, feature.More
		}
		p.found[p.client] = true
		host, addr, port, n := target(b)
		if n <= 0 {
			return stuck(n)
		}
		p.command = b[1]
		p.cli.Command = commandName(b[1])
		p.cli.Host, p.cli.Addr, p.cli.Port, p.cli.HasPort = p.keep(host), addr, port, true
		p.state[p.client] = waiting
		return n, feature.More
	}
	return 0, feature.Done
}

// stuck: a target needs more bytes, or is none.
func stuck(n int) (int, feature.Verdict) {
	if n < 0 {
		return 0, feature.Done
	}
	return 0, feature.More
}

func (p *Parser) login(b []byte) int {
	if len(b) < 2 || len(b) < 3+int(b[1]) {
		return 0
	}
	user, rest := b[2:2+b[1]], b[2+b[1]:]
	if len(rest) < 1+int(rest[0]) {
		return 0
	}
	p.cli.User, p.cli.Password = p.secret(user), p.secret(rest[1:1+rest[0]])
	p.found[p.client] = true
	return 3 + len(user) + int(rest[0])
}

// target reads kind, address and port (RFC 1928 section 4) behind three bytes. n
// is the length of all, 0 when bytes are missing, below 0 for an unknown kind.
func target(b []byte) (host []byte, addr feature.Addr, port uint16, n int) {
	var size int
	switch b[3] {
	case 1:
		size = 4
	case 3:
		if len(b) < 5 {
			return nil, addr, 0, 0
		}
		size = 1 + int(b[4])
	case 4:
		size = 16
	default:
		return nil, addr, 0, -1
	}
	if n = 4 + size + 2; len(b) < n {
		return nil, addr, 0, 0
	}
	if b[3] == 3 {
		host = b[5 : 4+size]
	} else {
		addr.IP, _ = netip.AddrFromSlice(b[4 : 4+size]) // 4 or 16
	}
	return host, addr, uint16(b[n-2])<<8 | uint16(b[n-1]), n
}

func (p *Parser) keep(b []byte) []byte {
	start := len(p.text)
	p.text = append(p.text, b...)
	return p.text[start:len(p.text):len(p.text)]
}

func (p *Parser) secret(b []byte) []byte {
	if p.set.Secrets || len(b) == 0 {
		return p.keep(b)
	}
	return p.keep([]byte(p.set.Digest(b)))
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{Lost: p.lost}
	if v.Has(p.client) && p.found[p.client] {
		p.info.Cli = &p.cli
	}
	if v.Has(p.client^1) && p.found[p.client^1] {
		p.info.Srv = &p.srv
	}
	if p.info.Cli == nil && p.info.Srv == nil {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.cli, p.srv = Client{Version: p.version}, Server{Method: p.srv.Method}
	p.found, p.text = [2]bool{}, p.text[:0]
}

// Reset forgets all.
func (p *Parser) Reset() { *p = Parser{set: p.set, text: p.text[:0]} }
