package smtp

import (
	"bytes"

	"joy/feature"
	"joy/proto/plain"
)

const (
	maxFrom         = 8
	maxTo           = 16
	maxCapabilities = 32
	maxMails        = 32 // of a record; then nothing more is looked at
	maxAnswer       = 4 << 10
)

// mode is what the client sends.
type mode uint8

const (
	commands mode = iota
	data          // up to a line with a dot
	chunk         // BDAT
	asksTLS       // TLS, if the server agrees
)

// A Parser follows one connection.
type Parser struct {
	store    plain.Store
	answer   []byte // to EHLO, as Server.Answer
	cli      Client
	srv      Server
	auth     plain.Login
	info     Info
	lines    [2]plain.Lines
	exchange plain.Exchange
	server   feature.Dir
	mode     mode
	known    bool   // who is the server
	greeted  bool   // the first reply was seen
	hello    bool   // the next reply is about EHLO
	inHello  bool   // further lines of that reply follow
	answered bool   // the first of these replies was kept, or cannot be
	fresh    bool   // the next byte of the client is at the beginning of a line
	awaited  bool   // a DATA is not answered
	holed    bool   // bytes of the mail are missing, its end maybe too
	quit     bool   // the client has said QUIT
	spoken   bool   // the client has said anything
	left     uint64 // bytes of the chunk
	lost     uint32
	rest     uint8 // bytes of a mail that are looked at again
}

// Data takes the next lines, and passes over mails.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if len(c.Bytes) > 0 && !p.known {
		p.known, p.server = true, c.Dir
		if c.Bytes[0] < '0' || c.Bytes[0] > '9' {
			p.server ^= 1
		}
	}
	if c.Lost > 0 {
		p.gap(c)
	}
	if used, v = plain.Steps(c, p.step); v != feature.More {
		return used, v
	}
	if p.cli.Mails >= maxMails || c.EOF && p.quit {
		p.store.Full = p.store.Full || p.cli.Mails >= maxMails
		return len(c.Bytes), feature.Done
	}
	return used, feature.More
}

func (p *Parser) step(dir feature.Dir, b []byte) (used int, v feature.Verdict) {
	if dir != p.server {
		switch p.mode {
		case data:
			return p.mail(b), feature.More
		case chunk:
			n := min(uint64(len(b)), p.left)
			if p.left -= n; p.left == 0 {
				p.mode = commands
			}
			p.cli.MailBytes += n
			return int(n), feature.More
		case asksTLS:
			return 0, p.unanswered(b)
		}
	}
	if p.mode == asksTLS && plain.IsTLS(b) {
		return 0, feature.Switch // the answer is missing
	}
	line, used, ok := p.lines[dir].Next(b)
	switch {
	case !ok:
	case dir != p.server:
		p.command(line)
	default:
		if r, ok := plain.ParseReply(line); ok {
			v = p.reply(r)
		}
	}
	return used, v
}

// unanswered: the client has asked for TLS. Without waiting it goes on only if
// the answer is not in the capture.
func (p *Parser) unanswered(b []byte) feature.Verdict {
	if plain.IsTLS(b) && (!p.greeted || p.lines[p.server].InGap()) {
		return feature.Switch
	}
	return feature.More
}

// gap: in a mail it does no harm, else the line it is in is not read.
func (p *Parser) gap(c *feature.Chunk) {
	p.lost += uint32(c.Lost)
	switch {
	case c.Dir == p.server:
		p.answered = p.answered || p.inHello
	case p.mode == data:
		p.cli.MailBytes += uint64(c.Lost) + uint64(p.rest)
		p.rest = 0
		p.fresh, p.holed = false, true
		return
	case p.mode == chunk && p.left >= uint64(c.Lost):
		p.cli.MailBytes += uint64(c.Lost)
		if p.left -= uint64(c.Lost); p.left == 0 {
			p.mode = commands
		}
		return
	default:
		p.mode = commands
	}
	p.lines[c.Dir].Gap()
}

// mail passes over the lines of a mail. The last bytes are looked at again, for
// the end may begin there.
func (p *Parser) mail(b []byte) int {
	const end = "\r\n.\r\n"
	if p.fresh {
		if n := min(len(b), 3); string(b[:n]) != end[2:2+n] {
			p.fresh = false
		} else if n < 3 {
			p.rest = uint8(n)
			return 0
		} else {
			p.endMail()
			return 3
		}
	}
	i := bytes.Index(b, []byte(end))
	if i < 0 {
		n := max(len(b)-len(end)+1, 0)
		p.cli.MailBytes += uint64(n)
		p.rest = uint8(len(b) - n) // below 5
		return n
	}
	p.cli.MailBytes += uint64(i) + 2
	p.endMail()
	return i + len(end)
}

func (p *Parser) endMail() {
	p.mode, p.awaited, p.holed, p.rest = commands, false, false, 0
	p.cli.Mails++
}

func (p *Parser) command(line []byte) {
	p.cli.Commands++
	p.spoken = true
	if p.exchange.Open() {
		p.cli.Auth = &p.auth
		p.exchange.Response(&p.auth, &p.store, line)
		return
	}
	verb, rest := plain.Word(line)
	var room plain.Verb
	switch string(room.Upper(verb)) {
	case "EHLO":
		p.sayHello("EHLO", rest)
	case "HELO":
		p.sayHello("HELO", rest)
	case "LHLO":
		p.sayHello("LHLO", rest)
	case "STARTTLS":
		p.cli.StartTLS, p.mode = true, asksTLS
	case "AUTH":
		p.cli.Auth = &p.auth
		p.exchange.Begin(&p.auth, &p.store, rest)
	case "MAIL":
		p.cli.From = p.store.Add(p.cli.From, path(rest), maxFrom)
	case "RCPT":
		p.cli.To = p.store.Add(p.cli.To, path(rest), maxTo)
	case "DATA":
		p.mode, p.fresh, p.awaited = data, true, true
	case "BDAT":
		p.beginChunk(rest)
	case "QUIT":
		p.quit = true
	}
}

func (p *Parser) sayHello(verb string, name []byte) {
	p.hello = verb != "HELO"
	if p.cli.Hello != "" {
		return
	}
	p.cli.Hello, p.cli.Helo = verb, p.store.Text(name)
}

// path is the address of FROM:<a@b> or TO:<a@b>, <> for the empty one.
func path(args []byte) []byte {
	_, args, _ = bytes.Cut(args, []byte(":"))
	args = bytes.TrimLeft(args, " ")
	i := bytes.IndexByte(args, '<')
	j := bytes.LastIndexByte(args, '>')
	if i != 0 || j < 1 {
		w, _ := plain.Word(args)
		return w
	}
	if j == 1 {
		return args[:2]
	}
	return args[1:j]
}

// beginChunk reads the size of BDAT, and LAST (RFC 3030 section 2).
func (p *Parser) beginChunk(args []byte) {
	size, rest := plain.Word(args)
	n := uint64(0)
	for _, c := range size {
		if c < '0' || c > '9' || n > 1<<40 {
			return
		}
		n = 10*n + uint64(c-'0')
	}
	if plain.HasPrefix(rest, "last") {
		p.cli.Mails++
	}
	if p.left = n; n > 0 {
		p.mode = chunk
	}
}
