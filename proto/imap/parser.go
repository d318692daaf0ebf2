package imap

import (
	"bytes"

	"joy/feature"
	"joy/proto/plain"
)

const (
	maxTag          = 32
	maxID           = 16
	maxCapabilities = 48
	maxCommand      = 1 << 10 // bytes of a command with its literals
	maxAfter        = 8       // commands behind the login that are looked at
	maxLines        = 2048    // lines of a side without end of what is read
)

// A Parser follows one connection.
type Parser struct {
	store    plain.Store
	cli      Client
	srv      Server
	auth     plain.Login
	info     Info
	lines    [2]plain.Lines
	literal  [2]uint64 // bytes to pass over, or to take into command
	exchange plain.Exchange
	command  []byte // what there is of one with literals
	tag      [maxTag]byte
	tagLen   uint8
	after    uint8
	asks     question // what the command with this tag was
	server   feature.Dir
	known    bool
	greeted  bool
	loggedIn bool
	joined   bool // a line of the client continues command
	lost     uint32
	seen     uint32
}

type question uint8

const (
	nothing question = iota
	forTLS
	forLogin
)

// Data takes the next lines, and passes over literals.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if len(c.Bytes) > 0 && !p.known {
		p.known, p.server = true, c.Dir
		if c.Bytes[0] != '*' {
			p.server ^= 1
		}
	}
	if c.Lost > 0 {
		p.gap(c)
	}
	if used, v = plain.Steps(c, p.step); v != feature.More {
		return used, v
	}
	if p.after > maxAfter || p.seen > maxLines {
		return len(c.Bytes), feature.Done
	}
	return used, feature.More
}

func (p *Parser) gap(c *feature.Chunk) {
	p.lost += uint32(c.Lost)
	if n := uint64(c.Lost); p.literal[c.Dir] >= n {
		p.literal[c.Dir] -= n
	} else {
		p.literal[c.Dir] = 0
		p.lines[c.Dir].Gap()
	}
	if c.Dir != p.server {
		p.command, p.joined = p.command[:0], false
	}
}

func (p *Parser) step(dir feature.Dir, b []byte) (used int, v feature.Verdict) {
	if p.asks == forTLS && plain.IsTLS(b) && (dir == p.server || !p.greeted || p.lines[p.server].InGap()) {
		return 0, feature.Switch // the answer is missing
	}
	if p.asks == forTLS && dir != p.server {
		return 0, feature.More
	}
	if left := p.literal[dir]; left > 0 {
		n := int(min(left, uint64(len(b))))
		p.literal[dir] -= uint64(n)
		if dir != p.server && p.joined {
			p.quote(b[:n], p.literal[dir] == 0)
		}
		return n, feature.More
	}
	line, used, ok := p.lines[dir].Next(b)
	if !ok {
		return used, feature.More
	}
	p.seen++
	if dir == p.server {
		p.srv.Lines++
		return used, p.answer(line)
	}
	p.clientLine(line)
	return used, feature.More
}

// clientLine joins lines with the literals between them to a command.
func (p *Parser) clientLine(line []byte) {
	if p.exchange.Open() {
		p.cli.Commands++
		p.cli.Auth = &p.auth
		p.exchange.Response(&p.auth, &p.store, line)
		return
	}
	rest, n := literal(line)
	if n > 0 || p.joined {
		p.literal[p.server^1] = n
		p.append(rest)
		if p.joined = n > 0; p.joined {
			p.append([]byte{'"'})
			return
		}
		line = p.command
	}
	p.cli.Commands++
	p.read(line)
	p.command = p.command[:0]
}

func (p *Parser) append(b []byte) {
	n := min(len(b), maxCommand-len(p.command))
	p.store.Full = p.store.Full || n < len(b)
	p.command = append(p.command, b[:n]...)
}

// quote takes a piece of a literal into the command, as a quoted string.
func (p *Parser) quote(b []byte, last bool) {
	for _, c := range b[:min(len(b), maxCommand)] {
		if c == '"' || c == '\\' {
			p.append([]byte{'\\'})
		}
		p.append([]byte{c})
	}
	if last {
		p.append([]byte{'"'})
	}
}

// literal takes the announcement of a literal off the end of a line (RFC 9051
// section 4.3): {310}, or {310+} when the client does not wait.
func literal(line []byte) (rest []byte, n uint64) {
	i := bytes.LastIndexByte(line, '{')
	if i < 0 || line[len(line)-1] != '}' {
		return line, 0
	}
	digits := bytes.TrimSuffix(line[i+1:len(line)-1], []byte("+"))
	for _, c := range digits {
		if c < '0' || c > '9' || n > 1<<32 {
			return line, 0
		}
		n = 10*n + uint64(c-'0')
	}
	return line[:i], n
}

// read reads a command.
func (p *Parser) read(line []byte) {
	tag, rest := plain.Word(line)
	verb, args := plain.Word(rest)
	if p.loggedIn {
		p.after++
	}
	var room plain.Verb
	switch string(room.Upper(verb)) {
	case "STARTTLS":
		p.cli.StartTLS = true
		p.ask(tag, forTLS)
	case "LOGIN":
		p.ask(tag, forLogin)
		user, args := argument(args)
		password, _ := argument(args)
		p.auth = plain.Login{User: p.store.Text(user), Password: p.store.Secret(password)}
		p.cli.Auth = &p.auth
	case "AUTHENTICATE":
		p.ask(tag, forLogin)
		p.cli.Auth = &p.auth
		p.exchange.Begin(&p.auth, &p.store, args)
	case "ID":
		p.cli.ID = p.identity(p.cli.ID[:0], args)
	}
}

func (p *Parser) ask(tag []byte, q question) {
	p.asks, p.tagLen = q, uint8(copy(p.tag[:], tag))
}

// argument is an atom or a quoted string (RFC 9051 section 4).
func argument(b []byte) (value, rest []byte) {
	b = bytes.TrimLeft(b, " ")
	if len(b) == 0 || b[0] != '"' {
		return plain.Word(b)
	}
	for i := 1; i < len(b); i++ {
		switch {
		case b[i] == '\\' && i+1 < len(b):
			value = append(value, b[i+1])
			i++
		case b[i] == '"':
			return value, b[i+1:]
		default:
			value = append(value, b[i])
		}
	}
	return value, nil
}

// identity reads the list of ID.
func (p *Parser) identity(list []feature.Text, b []byte) []feature.Text {
	b, ok := bytes.CutPrefix(b, []byte("("))
	b = bytes.TrimSuffix(b, []byte(")"))
	for ok && len(b) > 0 {
		if len(list) == maxID {
			p.store.Full = true
			return list
		}
		var value []byte
		value, b = argument(b)
		list = append(list, p.store.Text(value))
	}
	return list
}
