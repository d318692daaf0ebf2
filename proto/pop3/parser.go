package pop3

import (
	"bytes"

	"joy/feature"
	"joy/proto/plain"
)

const (
	maxCapabilities = 32
	maxReplies      = 64 // without a login that was accepted
)

// command is what a reply is about.
type command uint8

const (
	other command = iota
	capa
	stls
	login // PASS, APOP, AUTH
)

// A Parser follows one connection.
type Parser struct {
	store    plain.Store
	cli      Client
	srv      Server
	auth     plain.Login
	info     Info
	lines    [2]plain.Lines
	exchange plain.Exchange
	asked    [8]command // not answered yet
	waiting  uint8      // of them
	server   feature.Dir
	known    bool
	greeted  bool
	askedTLS bool
	inList   bool // the server sends the lines of CAPA
	replies  uint8
	lost     uint32
}

// Data takes the next lines.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if len(c.Bytes) > 0 && !p.known {
		p.known, p.server = true, c.Dir
		if c.Bytes[0] != '+' && c.Bytes[0] != '-' {
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
		return used, p.reply(line)
	case p.exchange.Open():
		p.cli.Commands++
		p.cli.Auth = &p.auth
		p.exchange.Response(&p.auth, &p.store, line)
		return used, feature.More
	}
	return used, p.command(line)
}

func (p *Parser) command(line []byte) feature.Verdict {
	p.cli.Commands++
	verb, args := plain.Word(line)
	var room plain.Verb
	about := other
	switch string(room.Upper(verb)) {
	case "CAPA":
		about = capa
	case "STLS":
		about = stls
		p.cli.StartTLS, p.askedTLS = true, true
	case "USER":
		p.login("USER", plain.Login{User: p.store.Text(args)})
	case "PASS":
		about = login
		l := p.auth
		l.Password = p.store.Secret(args)
		p.login("USER", l)
	case "APOP":
		about = login
		user, hash := plain.Word(args)
		p.login("APOP", plain.Login{User: p.store.Text(user), Password: p.store.Secret(hash)})
	case "AUTH":
		if len(args) > 0 {
			about = login
			p.login("AUTH", plain.Login{})
			p.exchange.Begin(&p.auth, &p.store, args)
		} else {
			about = capa // a list of mechanisms (early drafts of RFC 1734)
		}
	case "RETR", "TOP", "DELE":
		return feature.Done // the login was accepted, or the server is not in the capture
	}
	if int(p.waiting) == len(p.asked) {
		return feature.Done
	}
	p.asked[p.waiting] = about
	p.waiting++
	return feature.More
}

func (p *Parser) login(by string, l plain.Login) {
	p.auth = l
	p.cli.Auth, p.cli.By = &p.auth, by
}

// reply reads a line of the server.
func (p *Parser) reply(line []byte) feature.Verdict {
	status, text := plain.Word(line)
	ok := string(status) == "+OK"
	switch {
	case p.inList:
		p.capability(line)
		return feature.More
	case !ok && string(status) != "-ERR":
		return feature.More // a challenge, or lines of an answer
	}
	p.srv.Replies++
	if !p.greeted {
		p.greeted = true
		p.srv.Banner = p.store.Text(text)
		i := bytes.IndexByte(text, '<')
		p.srv.OffersAPOP = ok && i >= 0 && bytes.IndexByte(text[i:], '@') > 0 && bytes.IndexByte(text[i:], '>') > 0
		return feature.More
	}
	if p.replies++; p.replies > maxReplies || p.waiting == 0 {
		if p.replies > maxReplies {
			return feature.Done
		}
		return feature.More
	}
	about := p.asked[0]
	p.waiting--
	copy(p.asked[:], p.asked[1:])
	return p.decided(about, ok)
}

func (p *Parser) decided(about command, ok bool) feature.Verdict {
	switch about {
	case capa:
		p.inList = ok
	case stls:
		p.askedTLS = false
		if ok {
			p.srv.StartTLS = true
			return feature.Switch
		}
	case login:
		p.exchange.End()
		p.srv.Login = "refused"
		if ok {
			p.srv.Login = "accepted"
			return feature.Done
		}
	}
	return feature.More
}

func (p *Parser) capability(line []byte) {
	if len(line) == 1 && line[0] == '.' {
		p.inList = false
		return
	}
	p.srv.Capabilities = p.store.Add(p.srv.Capabilities, line, maxCapabilities)
	if plain.HasPrefix(line, "stls") {
		p.srv.OffersTLS = true
	}
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{Lost: p.lost, Truncated: p.store.Full}
	if v.Has(p.server^1) && p.cli.Commands > 0 {
		p.info.Cli = &p.cli
	}
	if v.Has(p.server) && (p.srv.Replies > 0 || len(p.srv.Capabilities) > 0) {
		p.info.Srv = &p.srv
	}
	if p.info.Cli == nil && p.info.Srv == nil {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.cli, p.srv = Client{}, Server{Capabilities: p.srv.Capabilities[:0]}
	p.auth, p.lost = plain.Login{}, 0
	p.store.Reset()
}

// Held implements feature.Holder.
func (p *Parser) Held() int { return p.store.Held(len(p.srv.Capabilities)) }

// Reset forgets all and keeps memory for texts.
func (p *Parser) Reset() {
	p.Cut()
	*p = Parser{store: p.store, srv: p.srv}
}
