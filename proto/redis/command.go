package redis

import "joy/proto/plain"

func (p *Parser) command(name []byte) {
	var room plain.Verb
	up := room.Upper(name)
	p.cli.Commands = p.store.Add(p.cli.Commands, up, maxNames)
	p.option = plain.Verb{}
	switch string(up) {
	case "AUTH":
		p.verb = auth
	case "HELLO":
		p.verb = hello
	case "CLIENT":
		p.verb = client
	case "SELECT":
		p.verb = selects
	default:
		p.verb = other
	}
}

// argument is number n, from 1, of the command.
func (p *Parser) argument(n int, v []byte) {
	switch p.verb {
	case auth:
		if n == 1 && p.args > 2 {
			p.cli.User = p.store.Text(v)
		} else {
			p.cli.Password = p.store.Secret(v)
		}
	case selects:
		p.cli.Database = p.store.Text(v)
	case hello:
		p.hello(n, v)
	case client:
		p.about(n, v)
	}
}

// hello: HELLO 3 AUTH user password SETNAME name. The place of a value is kept
// in the option.
func (p *Parser) hello(n int, v []byte) {
	switch {
	case n == 1:
		p.cli.Protocol = p.store.Text(v)
	case p.option == plain.Verb{'A', 'U', 'T', 'H'}:
		p.cli.User = p.store.Text(v)
		p.option = plain.Verb{'*'}
	case p.option == plain.Verb{'*'}:
		p.cli.Password = p.store.Secret(v)
		p.option = plain.Verb{}
	case p.option == plain.Verb{'S', 'E', 'T', 'N', 'A', 'M', 'E'}:
		p.cli.Name = p.store.Text(v)
		p.option = plain.Verb{}
	default:
		p.option = plain.Verb{}
		p.option.Upper(v)
	}
}

// about: CLIENT SETNAME name, CLIENT SETINFO LIB-NAME name.
func (p *Parser) about(n int, v []byte) {
	switch {
	case n == 2 && p.option == plain.Verb{'S', 'E', 'T', 'N', 'A', 'M', 'E'}:
		p.cli.Name = p.store.Text(v)
	case n == 3 && p.option == plain.Verb{'L', 'I', 'B', '-', 'N', 'A', 'M', 'E'}:
		p.cli.Library = p.store.Text(v)
	default:
		p.option = plain.Verb{}
		p.option.Upper(v)
	}
}
