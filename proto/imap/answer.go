package imap

import (
	"bytes"

	"joy/feature"
	"joy/proto/plain"
)

// answer reads a line of the server.
func (p *Parser) answer(line []byte) feature.Verdict {
	line, p.literal[p.server] = literal(line)
	tag, rest := plain.Word(line)
	switch {
	case string(tag) == "*":
		p.untagged(rest)
	case p.asks != nothing && bytes.Equal(tag[:min(len(tag), maxTag)], p.tag[:p.tagLen]):
		return p.result(rest)
	}
	return feature.More
}

// untagged reads what follows a star.
func (p *Parser) untagged(b []byte) {
	if !p.greeted {
		p.greeted = true
		p.srv.Banner = p.store.Text(b)
	}
	verb, rest := plain.Word(b)
	var room plain.Verb
	switch string(room.Upper(verb)) {
	case "CAPABILITY":
		p.capabilities(rest)
	case "OK", "PREAUTH":
		p.code(rest)
	case "ID":
		p.srv.ID = p.identity(p.srv.ID[:0], rest)
	}
}

// code reads the capabilities in [] of a status (RFC 9051 section 7.1).
func (p *Parser) code(b []byte) {
	if !plain.HasPrefix(b, "[capability ") {
		return
	}
	list, _, _ := bytes.Cut(b[len("[capability "):], []byte("]"))
	p.capabilities(list)
}

func (p *Parser) capabilities(list []byte) {
	p.srv.Capabilities = p.store.Words(p.srv.Capabilities, list, maxCapabilities)
	for len(list) > 0 {
		var w []byte
		if w, list = plain.Word(list); len(w) == 8 && plain.HasPrefix(w, "starttls") {
			p.srv.OffersTLS = true
		}
	}
}

// result reads the status of the command that was waited for.
func (p *Parser) result(b []byte) feature.Verdict {
	verb, rest := plain.Word(b)
	var room plain.Verb
	ok := string(room.Upper(verb)) == "OK"
	asked := p.asks
	p.asks = nothing
	switch {
	case asked == forTLS && ok:
		p.srv.StartTLS = true
		return feature.Switch
	case asked == forLogin:
		p.exchange.End()
		p.loggedIn = p.loggedIn || ok
		p.srv.Login = "refused"
		if ok {
			p.srv.Login = "accepted"
		}
	}
	if ok {
		p.code(rest)
	}
	return feature.More
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{Lost: p.lost, Truncated: p.store.Full}
	if v.Has(p.server^1) && p.cli.Commands > 0 {
		p.info.Cli = &p.cli
	}
	if v.Has(p.server) && p.srv.Lines > 0 {
		p.info.Srv = &p.srv
	}
	if p.info.Cli == nil && p.info.Srv == nil {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.cli = Client{ID: p.cli.ID[:0]}
	p.srv = Server{Capabilities: p.srv.Capabilities[:0], ID: p.srv.ID[:0]}
	p.auth, p.lost = plain.Login{}, 0
	p.store.Reset()
}

// Held implements feature.Holder.
func (p *Parser) Held() int {
	return p.store.Held(len(p.cli.ID)+len(p.srv.Capabilities)+len(p.srv.ID)) + len(p.command)
}

// Reset forgets all and keeps memory for texts.
func (p *Parser) Reset() {
	p.Cut()
	*p = Parser{store: p.store, cli: p.cli, srv: p.srv, command: p.command[:0]}
}
