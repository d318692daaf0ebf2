package smtp

import (
	"joy/feature"
	"joy/proto/plain"
)

// reply needs no count of commands: 354 is about DATA alone, and who asks for
// TLS waits. When the client is not in the capture, answers of several lines are
// about EHLO, and a second 220 is about TLS.
func (p *Parser) reply(r plain.Reply) feature.Verdict {
	if r.Last {
		p.srv.Replies++
	}
	if r.Code >= 400 && r.Last && p.srv.Error == 0 {
		p.srv.Error = uint16(r.Code)
		if p.cli.Auth == nil { // it could quote a secret
			p.srv.ErrorText = p.store.Text(r.Text)
		}
	}
	switch {
	case !p.greeted:
		if p.srv.Banner == nil && (r.Code == 220 || r.Code >= 400) {
			p.srv.Banner = p.store.Text(r.Text)
			p.srv.Software = product(r.Text)
		}
		p.greeted = r.Last
	case r.Code == 250 && (p.hello || !p.spoken && (p.inHello || !r.Last)):
		p.capability(r)
	case r.Code == 354 && (p.awaited || p.lost > 0 && p.mode == commands): // the command can be what is missing
		p.fresh = p.fresh || p.mode == commands
		p.mode = data
	case p.holed && r.Last:
		p.endMail()
	case r.Code == 235 && r.Last:
		p.srv.Login = "accepted"
		p.exchange.End()
	case r.Code >= 400 && p.exchange.Open(), r.Code == 535:
		p.srv.Login = "refused"
		p.exchange.End()
	case r.Code == 220 && (p.mode == asksTLS || !p.spoken) && r.Last:
		p.srv.StartTLS = true
		return feature.Switch
	case r.Code >= 400 && (p.mode == asksTLS || p.mode == data && p.fresh):
		p.mode = commands
	case r.Code == 221 && p.quit:
		return feature.Done
	}
	return feature.More
}

// capability reads a line of the answer to EHLO; the first is a greeting.
func (p *Parser) capability(r plain.Reply) {
	first := !p.inHello
	p.inHello, p.hello = !r.Last, !r.Last
	p.keepAnswer(r)
	if first {
		return
	}
	p.srv.Capabilities = p.store.Add(p.srv.Capabilities, r.Text, maxCapabilities)
	if plain.HasPrefix(r.Text, "starttls") {
		p.srv.OffersTLS = true
	}
}

// keepAnswer keeps a line of the first answer to EHLO.
func (p *Parser) keepAnswer(r plain.Reply) {
	switch {
	case p.answered:
		return
	case len(p.answer)+len(r.Text)+5 > maxAnswer || p.lines[p.server].InGap(): // too long, or the line is
		p.answered = true
		return
	}
	mark := byte('-')
	if r.Last {
		mark = ' '
	}
	start := len(p.answer)
	p.answer = append(append(append(p.answer, "250"...), mark), r.Text...)
	p.answer = append(p.answer, '\n')
	if p.answered = r.Last; r.Last && start > 0 {
		p.srv.Answer = p.answer
	}
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{Lost: p.lost, Truncated: p.store.Full, ClientIn: p.server == feature.Out}
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
	p.cli = Client{From: p.cli.From[:0], To: p.cli.To[:0]}
	p.srv = Server{Capabilities: p.srv.Capabilities[:0]}
	p.auth, p.lost = plain.Login{}, 0
	p.answer, p.answered = p.answer[:0], p.answered || p.inHello
	p.store.Reset()
}

// Held implements feature.Holder.
func (p *Parser) Held() int {
	return len(p.answer) + p.store.Held(len(p.cli.From)+len(p.cli.To)+len(p.srv.Capabilities))
}

// Reset forgets all and keeps memory for texts.
func (p *Parser) Reset() {
	p.Cut()
	*p = Parser{store: p.store, answer: p.answer, cli: p.cli, srv: p.srv}
}
