package ldap

import (
	"bytes"

	"joy/feature"
	"joy/proto/plain"
)

const (
	maxBinds    = 4
	maxSearches = 4
	maxExtended = 4
	maxMessages = 64   // of the client
	maxAnswers  = 1024 // of the server
)

// A Parser follows one connection, or one exchange over UDP.
type Parser struct {
	store    plain.Store
	cli      Client
	srv      Server
	info     Info
	skip     [2]int // bytes of the message that are not read
	heard    [2]uint32
	server   feature.Dir
	askedTLS bool
	lost     bool
}

// Data takes the next messages. Of long ones the first bytes are read.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if c.Lost > 0 && c.Lost > p.skip[c.Dir] {
		p.lost = true
		return 0, feature.Done
	}
	p.skip[c.Dir] -= c.Lost
	for used < len(c.Bytes) {
		n, v := p.step(c, c.Bytes[used:])
		used += n
		if v != feature.More {
			return used, v
		}
		if n == 0 {
			break
		}
	}
	if p.heard[0] > maxMessages || p.heard[1] > maxAnswers || c.Over == feature.UDP && p.heard[0] > 0 && p.heard[1] > 0 {
		return len(c.Bytes), feature.Done
	}
	return used, feature.More
}

func (p *Parser) step(c *feature.Chunk, b []byte) (used int, v feature.Verdict) {
	if n := min(p.skip[c.Dir], len(b)); n > 0 {
		p.skip[c.Dir] -= n
		return n, feature.More
	}
	if p.askedTLS && plain.IsTLS(b) {
		return 0, p.unanswered(c.Dir)
	}
	if b[0] != tagSequence { // SASL protects what follows (RFC 4422 section 3.7)
		return 0, feature.Done
	}
	n, head := length(b)
	switch {
	case head == 0:
		return 0, feature.More
	case n > maxMessage:
		return 0, feature.Done
	case len(b) < min(head+n, maxHead) && c.Over != feature.UDP:
		return 0, feature.More
	}
	used = min(head+n, len(b), maxHead)
	if c.Over != feature.UDP {
		p.skip[c.Dir] = head + n - used
	}
	return used, p.message(c.Dir, reader{b[head:used]})
}

// unanswered: TLS begins. The server has agreed, or is not in the capture.
func (p *Parser) unanswered(dir feature.Dir) feature.Verdict {
	if dir == p.server || p.heard[1] == 0 {
		return feature.Switch
	}
	return feature.More
}

func (p *Parser) message(dir feature.Dir, r reader) feature.Verdict {
	r.next() // number of the message
	op, body := r.next()
	in := reader{body}
	switch op {
	case bindResponse, entry, searchDone, extendedResponse, 0x67, 0x69, 0x6b, 0x6d, 0x6f, 0x73, 0x79:
		p.server = dir
		p.heard[1]++
		p.srv.Messages++
		return p.response(op, in)
	}
	p.server = dir ^ 1
	p.heard[0]++
	p.cli.Messages++
	return p.request(op, in)
}

func (p *Parser) request(op byte, in reader) feature.Verdict {
	switch op {
	case bindRequest:
		p.bind(in)
	case search:
		if len(p.cli.Searches) == maxSearches {
			p.store.Full = true
			break
		}
		base := p.store.Text(in.text())
		p.cli.Searches = append(p.cli.Searches, Search{base, scope(in.number(tagEnum))})
	case extendedRequest:
		_, name := in.next()
		p.cli.Extended = p.store.Add(p.cli.Extended, name, maxExtended)
		if string(name) == startTLS {
			p.cli.StartTLS, p.askedTLS = true, true
		}
	case unbind:
		return feature.Done
	}
	return feature.More
}

func (p *Parser) bind(in reader) {
	if len(p.cli.Binds) == maxBinds {
		p.store.Full = true
		return
	}
	b := Bind{Version: in.number(tagInteger), Name: p.store.Text(in.text())}
	switch kind, v := in.next(); kind {
	case simple:
		b.Method, b.Password = "simple", p.store.Secret(v)
	case sasl:
		b.Method = "sasl"
		r := reader{v}
		b.Mechanism = p.store.Text(r.text())
		if string(b.Mechanism) == "PLAIN" {
			var l plain.Login
			l.Plain(&p.store, r.text())
			b.Name, b.Password = l.User, l.Password
		}
	case 0x89, 0x8a, 0x8b:
		b.Method = "sicily"
	default:
		b.Method = "unknown"
	}
	p.cli.Binds = append(p.cli.Binds, b)
}

func (p *Parser) response(op byte, in reader) feature.Verdict {
	if op == entry {
		p.srv.Entries++
		return feature.More
	}
	code := in.number(tagEnum)
	switch {
	case op == bindResponse && len(p.srv.Binds) < maxBinds:
		in.next()
		p.srv.Binds = append(p.srv.Binds, Result{code, p.store.Text(bytes.TrimRight(in.text(), "\x00"))})
	case op == extendedResponse && p.askedTLS:
		p.askedTLS = false
		if p.srv.StartTLS = code == 0; p.srv.StartTLS {
			return feature.Switch
		}
	}
	return feature.More
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{Lost: p.lost, Truncated: p.store.Full}
	if v.Has(p.server^1) && p.cli.Messages > 0 {
		p.info.Cli = &p.cli
	}
	if v.Has(p.server) && p.srv.Messages > 0 {
		p.info.Srv = &p.srv
	}
	if p.info.Cli == nil && p.info.Srv == nil {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.cli = Client{Binds: p.cli.Binds[:0], Searches: p.cli.Searches[:0], Extended: p.cli.Extended[:0]}
	p.srv = Server{Binds: p.srv.Binds[:0]}
	p.lost = false
	p.store.Reset()
}

// Held implements feature.Holder.
func (p *Parser) Held() int {
	return p.store.Held(len(p.cli.Binds) + len(p.cli.Searches) + len(p.cli.Extended) + len(p.srv.Binds))
}

// Reset forgets all and keeps memory for texts and lists.
func (p *Parser) Reset() {
	p.Cut()
	*p = Parser{store: p.store, cli: p.cli, srv: p.srv}
}
