package filter

// primitive reads a primitive that begins with a word of the language.
func (p *parser) primitive() (operand, *Error) {
	var proto token
	if t := p.peek(); t.kind == tokenWord && isProtocol(t.text) {
		proto = p.next()
	}
	t := p.peek()
	if t.kind == tokenWord {
		switch t.text {
		case "broadcast", "multicast":
			p.next()
			return operand{e: &special{word: t, proto: proto}}, nil
		case "type", "subtype", "dir":
			e, err := p.wlanField()
			return operand{e: e}, err
		}
	}
	q, found, err := p.qualifiers(proto)
	if err != nil {
		return operand{}, err
	}
	if found {
		return p.qualified(q)
	}
	if proto.kind != tokenEnd {
		return operand{e: &protocol{proto}}, nil
	}
	e, err := p.special()
	return operand{e: e}, err
}

// qualifiers reads direction and kind of an address.
func (p *parser) qualifiers(proto token) (q qual, found bool, err *Error) {
	q = qual{proto: proto, kind: kindDefault}
	if q.dir, found, err = p.direction(); err != nil {
		return q, false, err
	}
	t := p.peek()
	if t.kind != tokenWord {
		return q, found, nil
	}
	switch t.text {
	case "host":
		q.kind = kindHost
	case "net":
		q.kind = kindNet
	case "port":
		q.kind = kindPort
	case "portrange":
		q.kind = kindPortRange
	case "proto":
		q.kind = kindProto
	case "protochain":
		q.kind = kindProtoChain
	default:
		return q, found, nil
	}
	if found && q.kind >= kindProto {
		return q, false, t.fail("a direction cannot stand before it")
	}
	p.next()
	return q, true, nil
}

func (p *parser) direction() (d direction, found bool, err *Error) {
	words := [...]string{"", "src", "dst", "", "addr1", "addr2", "addr3", "addr4", "ra", "ta"}
	t := p.peek()
	for i, w := range words {
		if w != "" && t.is(w) {
			d, found = direction(i), true
		}
	}
	if !found {
		return dirAny, false, nil
	}
	p.next()
	if d > dirDst || !p.peek().is("or") && !p.peek().is("and") {
		return d, true, nil
	}
	both := p.next().text == "and"
	if other := p.next(); !other.is(words[dirSrc+dirDst-d]) {
		return d, false, other.fail("src or dst is missing before it")
	}
	if both {
		return dirBoth, true, nil
	}
	return dirAny, true, nil
}

// qualified reads the value or the values in parentheses that q is about.
func (p *parser) qualified(q qual) (operand, *Error) {
	at := p.peek()
	if at.kind == tokenWord && !at.is("not") {
		if isProtocol(at.text) && q.kind >= kindProto {
			return operand{}, at.fail(`a protocol is written \` + at.raw + ` here`)
		}
		return operand{}, p.unexpected("a value is missing before it")
	}
	if at.kind == tokenEnd {
		return operand{}, at.fail("a value is missing")
	}
	x, err := p.operand(q, true)
	if err == nil {
		err = p.settle(&x, q, true)
	}
	if err == nil && !x.id {
		err = at.fail("a value is missing before it")
	}
	return operand{e: x.e, q: q}, err
}

// special reads the primitives that are about something else than addresses.
func (p *parser) special() (expr, *Error) {
	t := p.peek()
	if t.kind != tokenWord {
		return nil, p.unexpected("this is not expected here")
	}
	s := &special{word: t}
	switch t.text {
	case "inbound", "outbound", "pppoed":
		p.next()
		return s, nil
	case "vlan", "mpls", "pppoes", "geneve":
		p.next()
		return s, p.optionalNumber(s)
	case "llc":
		p.next()
		if a := p.peek(); a.kind == tokenName || a.is("rnr") {
			s.arg, s.hasArg = p.next(), true
		}
		return s, nil
	case "less", "greater", "ifindex", "rnr", "srnr":
		return s, p.argument(s, tokenNumber)
	case "on", "rset":
		return s, p.argument(s, tokenName)
	case "reason", "action":
		p.next()
		s.arg = p.next()
		if s.arg.kind != tokenName && (s.arg.kind != tokenNumber || t.text == "action") {
			return nil, s.arg.fail("a name is missing behind " + t.raw)
		}
		return s, nil
	}
	return nil, p.unexpected("this is not expected here")
}

// argument reads the word of s and what must follow it.
func (p *parser) argument(s *special, kind tokenKind) *Error {
	p.next()
	if s.arg = p.next(); s.arg.kind != kind {
		what := map[tokenKind]string{tokenNumber: "a number", tokenName: "a name"}[kind]
		return s.arg.fail(what + " is missing behind " + s.word.raw)
	}
	s.hasArg = true
	return nil
}

// optionalNumber reads a number, which may be in parentheses.
func (p *parser) optionalNumber(s *special) *Error {
	open := 0
	for p.take("(") {
		open++
	}
	switch s.arg = p.peek(); {
	case s.arg.kind == tokenNumber:
		p.next()
		s.hasArg = true
	case open > 0:
		return p.unexpected("a number is missing behind " + s.word.raw)
	}
	for ; open > 0; open-- {
		if !p.take(")") {
			return p.unexpected("a closing parenthesis is missing")
		}
	}
	return nil
}

// wlanField reads type T [subtype S], subtype S or dir D.
func (p *parser) wlanField() (expr, *Error) {
	s := &special{word: p.next()}
	s.arg = p.next()
	if s.arg.kind != tokenName && s.arg.kind != tokenNumber {
		return nil, s.arg.fail("a name is missing behind " + s.word.raw)
	}
	if s.word.text == "type" && p.take("subtype") {
		if s.arg2 = p.next(); s.arg2.kind != tokenName && s.arg2.kind != tokenNumber {
			return nil, s.arg2.fail("a name is missing behind subtype")
		}
		s.hasArg = true
	}
	return s, nil
}
