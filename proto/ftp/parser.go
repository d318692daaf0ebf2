package ftp

import (
	"joy/feature"
	"joy/proto/plain"
)

const (
	maxFeatures = 32
	maxFiles    = 16
	maxData     = 8
)

// A Parser follows one control connection.
type Parser struct {
	store    plain.Store
	cli      Client
	srv      Server
	auth     plain.Login
	info     Info
	lines    [2]plain.Lines
	lost     uint32
	multi    uint16 // number of the reply whose lines come, 0 for none
	server   feature.Dir
	known    bool
	greeted  bool
	askedTLS bool
	features bool // FEAT was the last command
}

// Data takes the next lines.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if len(c.Bytes) > 0 && !p.known {
		p.known, p.server = true, c.Dir
		if c.Bytes[0] < '0' || c.Bytes[0] > '9' {
			p.server ^= 1
		}
	}
	if c.Lost > 0 {
		p.lost += uint32(c.Lost)
		p.lines[c.Dir].Gap()
	}
	return plain.Steps(c, p.step)
}

func (p *Parser) step(dir feature.Dir, b []byte) (used int, v feature.Verdict) {
	if p.askedTLS && plain.IsTLS(b) && (dir == p.server || !p.greeted || p.lines[p.server].InGap()) {
		return 0, feature.Switch // the answer is missing
	}
	if p.askedTLS && dir != p.server {
		return 0, feature.More
	}
	line, used, ok := p.lines[dir].Next(b)
	switch {
	case !ok:
		return used, feature.More
	case dir == p.server:
		return used, p.line(line)
	}
	p.command(line)
	return used, feature.More
}

func (p *Parser) command(line []byte) {
	for len(line) > 1 && line[0] >= 0xf0 { // signals of Telnet (RFC 959 section 4.1.3, ABOR)
		line = line[1:]
	}
	p.cli.Commands++
	verb, args := plain.Word(line)
	var room plain.Verb
	up := room.Upper(verb)
	p.features = string(up) == "FEAT"
	switch string(up) {
	case "USER":
		p.auth = plain.Login{User: p.store.Text(args)}
		p.cli.Auth = &p.auth
	case "PASS":
		p.auth.Password = p.store.Secret(args)
		p.cli.Auth = &p.auth
	case "AUTH":
		if plain.HasPrefix(args, "tls") || plain.HasPrefix(args, "ssl") {
			p.cli.AuthTLS, p.askedTLS = true, true
		}
	case "PORT":
		p.cli.Data = p.endpoint(p.cli.Data, port(args))
	case "EPRT":
		p.cli.Data = p.endpoint(p.cli.Data, extendedPort(args))
	default:
		p.file(up, args)
	}
}

// fileCommands are those that name a file.
var fileCommands = [...]string{"RETR", "STOR", "STOU", "APPE", "DELE", "RNFR", "RNTO", "MKD", "RMD"}

func (p *Parser) file(verb, path []byte) {
	for _, name := range fileCommands {
		switch {
		case string(verb) != name:
		case len(p.cli.Files) == maxFiles:
			p.store.Full = true
		default:
			p.cli.Files = append(p.cli.Files, File{name, p.store.Text(path)})
		}
	}
}

func (p *Parser) endpoint(list []Endpoint, e Endpoint) []Endpoint {
	if e.Port == 0 {
		return list
	}
	if len(list) == maxData {
		p.store.Full = true
		return list
	}
	return append(list, e)
}

// line reads a line of the server. Those between the first and the last of a
// reply need not have its number (RFC 959 section 4.2).
func (p *Parser) line(line []byte) feature.Verdict {
	r, ok := plain.ParseReply(line)
	if p.multi != 0 && (!ok || r.Code != int(p.multi) || !r.Last) {
		if p.multi == 211 && p.features && len(line) > 1 && line[0] == ' ' {
			p.srv.Features = p.store.Add(p.srv.Features, line[1:], maxFeatures)
		}
		return feature.More
	}
	if !ok {
		return feature.More
	}
	first := p.multi == 0
	if p.multi = 0; !r.Last {
		p.multi = uint16(r.Code)
	}
	if first {
		p.opening(r)
	}
	if !r.Last {
		return feature.More
	}
	p.srv.Replies++
	return p.reply(r)
}

// opening is the first line of a reply.
func (p *Parser) opening(r plain.Reply) {
	if !p.greeted {
		p.greeted = true
		if r.Code == 220 || r.Code >= 400 {
			p.srv.Banner = p.store.Text(r.Text)
		}
	}
	if r.Code >= 400 && p.srv.Error == 0 {
		p.srv.Error = uint16(r.Code)
		if p.auth.Password == nil { // it could quote a secret
			p.srv.ErrorText = p.store.Text(r.Text)
		}
	}
}

func (p *Parser) reply(r plain.Reply) feature.Verdict {
	switch {
	case r.Code == 234 && (p.askedTLS || p.cli.Commands == 0), r.Code == 334 && p.askedTLS:
		p.askedTLS = false
		p.srv.AuthTLS = true
		return feature.Switch
	case r.Code >= 400 && p.askedTLS:
		p.askedTLS = false
	case r.Code == 230:
		p.srv.Login = "accepted"
	case r.Code == 530 && p.srv.Login == "":
		p.srv.Login = "refused"
	case r.Code == 215:
		p.srv.System = p.store.Text(r.Text)
	case r.Code == 227:
		p.srv.Data = p.endpoint(p.srv.Data, port(r.Text))
	case r.Code == 229:
		p.srv.Data = p.endpoint(p.srv.Data, extendedPort(r.Text))
	}
	return feature.More
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{Lost: p.lost, Truncated: p.store.Full}
	if v.Has(p.server^1) && p.cli.Commands > 0 {
		p.info.Cli = &p.cli
	}
	if v.Has(p.server) && (p.srv.Replies > 0 || p.srv.Banner != nil) {
		p.info.Srv = &p.srv
	}
	if p.info.Cli == nil && p.info.Srv == nil {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.cli = Client{Files: p.cli.Files[:0], Data: p.cli.Data[:0]}
	p.srv = Server{Features: p.srv.Features[:0], Data: p.srv.Data[:0]}
	p.auth, p.lost = plain.Login{}, 0
	p.store.Reset()
}

// Held implements feature.Holder.
func (p *Parser) Held() int {
	return p.store.Held(len(p.cli.Files) + len(p.cli.Data) + len(p.srv.Features) + len(p.srv.Data))
}

// Reset forgets all and keeps memory for texts and lists.
func (p *Parser) Reset() {
	p.Cut()
	*p = Parser{store: p.store, cli: p.cli, srv: p.srv}
}
