package mysql

import (
	"bytes"
	"encoding/binary"

	"joy/feature"
	"joy/proto/plain"
)

// A Parser follows one connection phase.
type Parser struct {
	store    plain.Store
	cli      Client
	srv      Server
	info     Info
	server   feature.Dir
	known    bool
	answered bool // the client has sent its answer
	lost     bool
	found    [2]bool
	count    uint8
}

// Data takes the next packets. The server begins, the client answers, with TLS
// behind a short form of its answer.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if c.Lost > 0 {
		p.lost = true
		return 0, feature.Done
	}
	return plain.Steps(c, p.packet)
}

func (p *Parser) packet(dir feature.Dir, b []byte) (used int, v feature.Verdict) {
	if len(b) < head {
		return 0, feature.More
	}
	n := head + (int(b[0]) | int(b[1])<<8 | int(b[2])<<16)
	if len(b) < min(n, maxHead) {
		return 0, feature.More
	}
	body := b[head:min(n, maxHead)]
	if !p.known {
		p.known, p.server = true, dir
		if b[3] == 1 {
			p.server ^= 1
		}
	}
	if p.count++; n > maxHead || len(body) == 0 || p.count > maxLogin {
		v = feature.Done
	}
	switch {
	case len(body) == 0:
	case dir == p.server:
		if done := p.fromServer(body); done {
			v = feature.Done
		}
	case !p.answered:
		if p.answer(body); p.cli.TLS {
			return n, feature.Switch
		}
	}
	return min(n, len(b)), v
}

// fromServer reads a greeting, or what the server says to a login.
func (p *Parser) fromServer(b []byte) (done bool) {
	p.found[p.server] = true
	switch {
	case b[0] == failed:
		p.failure(b)
		return true
	case !p.srv.HasGreeting && !p.answered && (b[0] == greeting || b[0] == oldGreet):
		p.greeting(b)
	case b[0] == 0 && p.answered:
		p.srv.Login = "accepted"
		return true
	case b[0] == switching:
		name, _, _ := bytes.Cut(b[1:], []byte{0})
		p.srv.Plugin = p.store.Text(name)
	}
	return false
}

func (p *Parser) failure(b []byte) {
	if p.answered {
		p.srv.Login = "refused"
	}
	if len(b) < 3 {
		return
	}
	p.srv.Error = binary.LittleEndian.Uint16(b[1:])
	text := b[3:]
	if len(text) >= 6 && text[0] == '#' {
		p.srv.State, text = p.store.Text(text[1:6]), text[6:]
	}
	p.srv.ErrorText = p.store.Text(text)
}

// greeting reads the fixed fields, the flags in two halves, and the plugin.
func (p *Parser) greeting(b []byte) {
	p.srv.Protocol = b[0]
	version, rest, _ := bytes.Cut(b[1:], []byte{0})
	p.srv.Version = p.store.Text(version)
	if len(rest) < 4 {
		return
	}
	p.srv.HasGreeting = true
	p.srv.Connection = binary.LittleEndian.Uint32(rest)
	if len(rest) >= 15 {
		p.srv.Capabilities = uint32(binary.LittleEndian.Uint16(rest[13:]))
	}
	if len(rest) >= 31 {
		p.srv.Capabilities |= uint32(binary.LittleEndian.Uint16(rest[18:])) << 16
		if second := 31 + max(13, int(rest[20])-8); p.srv.Capabilities&hasPlugin != 0 && len(rest) > second {
			name, _, _ := bytes.Cut(rest[second:], []byte{0})
			p.srv.Plugin = p.store.Text(name)
		}
	}
	p.srv.OffersTLS = p.srv.Capabilities&hasTLS != 0
}

// answer reads what the client says to the greeting; without a user it is the
// short form that goes before TLS.
func (p *Parser) answer(b []byte) {
	const fixed = 32
	if len(b) < fixed || b[1]&(hasProto41>>8) == 0 {
		p.answered = true // of before MySQL 4.1
		return
	}
	p.found[p.server^1] = true
	flags := binary.LittleEndian.Uint32(b)
	p.cli.Capabilities = flags
	if len(b) == fixed {
		p.cli.TLS = flags&hasTLS != 0
		return
	}
	p.answered = true
	user, rest, _ := bytes.Cut(b[fixed:], []byte{0})
	p.cli.User = p.store.Text(user)
	proof, rest := proof(rest, flags)
	p.cli.Password = p.store.Secret(proof)
	var name []byte
	if flags&hasDatabase != 0 {
		name, rest, _ = bytes.Cut(rest, []byte{0})
		p.cli.Database = p.store.Text(name)
	}
	if flags&hasPlugin != 0 {
		name, rest, _ = bytes.Cut(rest, []byte{0})
		p.cli.Plugin = p.store.Text(name)
	}
	if flags&hasAttrs != 0 {
		_, rest = size(rest)
		p.attributes(rest)
	}
}

// proof is what proves the password.
func proof(b []byte, flags uint32) (v, rest []byte) {
	switch {
	case flags&hasLenenc != 0:
		n, rest := size(b)
		return rest[:min(n, len(rest))], rest[min(n, len(rest)):]
	case flags&hasSecure != 0 && len(b) > 0:
		n := min(int(b[0]), len(b)-1)
		return b[1 : 1+n], b[1+n:]
	}
	v, rest, _ = bytes.Cut(b, []byte{0})
	return v, rest
}

// size reads a length of one or three bytes; longer ones are not needed.
func size(b []byte) (n int, rest []byte) {
	switch {
	case len(b) == 0:
		return 0, nil
	case b[0] < 0xfb:
		return int(b[0]), b[1:]
	case b[0] == 0xfc && len(b) >= 3:
		return int(b[1]) | int(b[2])<<8, b[3:]
	}
	return 0, nil
}

func (p *Parser) attributes(b []byte) {
	for len(b) > 0 {
		var name, value []byte
		name, b = sized(b)
		value, b = sized(b)
		switch string(name) {
		case "program_name":
			p.cli.Program = p.store.Text(value)
		case "_client_name":
			p.cli.Library = p.store.Text(value)
		case "_client_version":
			p.cli.LibraryVersion = p.store.Text(value)
		case "_os":
			p.cli.OS = p.store.Text(value)
		}
	}
}

func sized(b []byte) (v, rest []byte) {
	n, b := size(b)
	n = min(n, len(b))
	return b[:n], b[n:]
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
