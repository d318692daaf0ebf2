package filter

// startsValue reports whether a number begins here: a constant, len, a sign or
// a field of a header.
func (p *parser) startsValue() bool {
	t := p.peek()
	switch {
	case t.kind == tokenNumber, t.is("len"), t.is("-"):
		return true
	}
	return t.kind == tokenWord && isProtocol(t.text) && p.tokens[p.at+1].is("[")
}

// rank is that of an operator. % and ^ have none in libpcap: whatever stands
// to the right of them belongs to their right side.
func rank(op token) (r int, ok bool) {
	if op.kind != tokenMark {
		return 0, false
	}
	switch op.text {
	case "%", "^":
		return 0, true
	case "|":
		return 1, true
	case "&":
		return 2, true
	case "<<", ">>":
		return 3, true
	case "+", "-":
		return 4, true
	case "*", "/":
		return 5, true
	}
	return 0, false
}

// value reads a calculation with operators of at least a rank.
func (p *parser) value(least int) (value, *Error) {
	v, err := p.single()
	if err != nil {
		return nil, err
	}
	return p.valueFrom(v, least)
}

// valueFrom reads the rest of a calculation that begins with l.
func (p *parser) valueFrom(l value, least int) (value, *Error) {
	for {
		op := p.peek()
		r, ok := rank(op)
		if !ok || r > 0 && r < least {
			return l, nil
		}
		p.next()
		right := r + 1
		if r == 0 {
			right = 0
		}
		v, err := p.value(right)
		if err != nil {
			return nil, err
		}
		l = &arithmetic{op, l, v}
	}
}

// single reads one number of a calculation.
func (p *parser) single() (value, *Error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	switch t := p.peek(); {
	case t.kind == tokenNumber:
		return &number{p.next()}, nil
	case p.take("len"):
		return &length{}, nil
	case p.take("-"):
		v, err := p.value(6) // a sign binds closer than all operators
		return &negative{v}, err
	case p.take("("):
		v, err := p.value(0)
		if err == nil && !p.take(")") {
			err = p.unexpected("a closing parenthesis is missing")
		}
		return v, err
	case p.startsValue():
		return p.field()
	}
	return nil, p.unexpected("a number, len or a field such as tcp[13] is missing")
}

// field reads proto[index] or proto[index:size].
func (p *parser) field() (value, *Error) {
	f := &field{proto: p.next()}
	p.next() // the bracket
	var err *Error
	if f.index, err = p.value(0); err != nil {
		return nil, err
	}
	f.size = token{kind: tokenNumber, number: 1}
	if p.take(":") {
		if f.size = p.next(); f.size.kind != tokenNumber || f.size.number != 1 && f.size.number != 2 && f.size.number != 4 {
			return nil, f.size.fail("the size must be 1, 2 or 4")
		}
	}
	if !p.take("]") {
		return nil, p.unexpected("a closing bracket is missing")
	}
	return f, nil
}
