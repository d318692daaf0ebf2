package redis

import (
	"bytes"
	"strings"

	"joy/feature"
	"joy/proto/plain"
)

const (
	maxNames    = 16
	maxCommands = 64
	maxReplies  = 256
	maxBulk     = 512 // bytes of an argument that are read
)

// A stream is one direction: elements, some of which hold others.
type stream struct {
	need int // elements up to the end of the command or reply
	at   int // number of the next one in it
	bulk int // bytes and line end of a string, of which the length was read
	skip int // the same, when nobody wants it
}

// A Parser follows the beginning of one connection.
type Parser struct {
	store   plain.Store
	cli     Client
	srv     Server
	info    Info
	sides   [2]stream
	args    int // of the command
	verb    verb
	option  plain.Verb // the argument before, for HELLO and CLIENT
	server  feature.Dir
	known   bool
	lost    bool
	version bool // the server's next string is its version
}

// verb is a command whose arguments are read.
type verb uint8

const (
	other verb = iota
	auth
	hello
	client
	selects
)

// Data takes the next elements.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	s := &p.sides[c.Dir]
	if c.Lost > 0 {
		if c.Lost >= s.skip {
			p.lost = true
			return 0, feature.Done
		}
		s.skip -= c.Lost
	}
	if len(c.Bytes) > 0 && !p.known {
		p.known, p.server = true, c.Dir^1
		if c.Bytes[0] != '*' { // a client's first command is an array
			p.server = c.Dir
		}
	}
	for used < len(c.Bytes) {
		n, ok := p.step(c.Dir, s, c.Bytes[used:])
		used += n
		if !ok {
			p.store.Full = true
			return used, feature.Done
		}
		if n == 0 {
			break
		}
	}
	if p.cli.Count >= maxCommands || p.srv.Count >= maxReplies {
		p.store.Full = true
		return len(c.Bytes), feature.Done
	}
	return used, feature.More
}

// step reads one line or string. It is not ok when b is no RESP.
func (p *Parser) step(dir feature.Dir, s *stream, b []byte) (used int, ok bool) {
	if n := min(s.skip, len(b)); n > 0 {
		if s.skip -= n; s.skip == 0 {
			p.element(dir, s, nil)
		}
		return n, true
	}
	if s.bulk > 0 {
		if len(b) < s.bulk {
			return 0, true
		}
		n := s.bulk
		s.bulk = 0
		p.element(dir, s, b[:n-2])
		return n, true
	}
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		return 0, len(b) < plain.MaxLine
	}
	line := bytes.TrimSuffix(b[:end], []byte("\r"))
	if len(line) == 0 {
		return end + 1, true
	}
	return end + 1, p.line(dir, s, line)
}

// kinds are the first bytes of elements.
const kinds = "$=!*~>%|+-:_#,("

// line reads the head of an element, or a whole one.
func (p *Parser) line(dir feature.Dir, s *stream, line []byte) bool {
	if dir == p.server && strings.IndexByte(kinds, line[0]) < 0 {
		return false
	}
	if s.need == 0 {
		s.need, s.at = 1, 0
		if dir == p.server {
			p.reply(line)
		}
	}
	n, sized := count(line[1:])
	switch c := line[0]; c {
	case '$', '=', '!':
		switch {
		case !sized: // -1 is a nil, ? comes in pieces
			if string(line[1:]) == "?" {
				return false
			}
			p.element(dir, s, nil)
		case n > maxBulk:
			s.skip = n + 2
		default:
			s.bulk = n + 2
		}
	case '*', '~', '>', '%', '|':
		if c == '%' || c == '|' {
			n *= 2
		}
		s.need += n - 1
		if dir != p.server && s.at == 0 {
			p.args = n
		}
		if s.need == 0 && dir == p.server {
			p.srv.Count++
		}
	case '+', '-', ':', '_', '#', ',', '(':
		p.element(dir, s, line[1:])
	default:
		return p.inline(s, line)
	}
	return s.need < 1<<30
}

// inline is a command in one line, as a person types it.
func (p *Parser) inline(s *stream, line []byte) bool {
	if s.at > 0 || s.need != 1 || !plain.IsText(line) {
		return false
	}
	words := 0
	for rest := line; len(rest) > 0; words++ {
		_, rest = plain.Word(rest)
	}
	p.args, s.need = words, words
	for len(line) > 0 {
		var w []byte
		w, line = plain.Word(line)
		p.element(p.server^1, s, w)
	}
	return true
}

// element is a whole element that holds no others.
func (p *Parser) element(dir feature.Dir, s *stream, v []byte) {
	s.need--
	if dir == p.server {
		p.value(v)
		if s.need == 0 {
			p.srv.Count++
		}
		return
	}
	if s.at++; s.at == 1 {
		p.command(v)
	} else {
		p.argument(s.at-1, v)
	}
	if s.need == 0 {
		p.cli.Count++
	}
}

// reply is the first line of a reply.
func (p *Parser) reply(line []byte) {
	if p.srv.First == "" {
		p.srv.First = kindName(line[0])
	}
	if line[0] == '-' && p.srv.Error == nil {
		word, _ := plain.Word(line[1:])
		p.srv.Error = p.store.Text(word)
	}
}

// value looks for the version in the answer to HELLO.
func (p *Parser) value(v []byte) {
	if p.version {
		p.srv.Version = p.store.Text(v)
	}
	p.version = p.verb == hello && string(v) == "version"
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{Lost: p.lost, Truncated: p.store.Full}
	if v.Has(p.server^1) && (p.cli.Count > 0 || len(p.cli.Commands) > 0) {
		p.info.Cli = &p.cli
	}
	if v.Has(p.server) && p.srv.First != "" {
		p.info.Srv = &p.srv
	}
	if p.info.Cli == nil && p.info.Srv == nil {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.cli, p.srv = Client{Commands: p.cli.Commands[:0]}, Server{}
	p.store.Reset()
}

// Held implements feature.Holder.
func (p *Parser) Held() int { return p.store.Held(len(p.cli.Commands)) }

// Reset forgets all and keeps memory for texts.
func (p *Parser) Reset() {
	p.Cut()
	*p = Parser{store: p.store, cli: p.cli}
}
