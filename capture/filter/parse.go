package filter

import "fmt"

// A parser makes a tree of tokens by recursive descent. The grammar, with its
// oddities, is that of libpcap 1.10: and and or have the same rank; a value
// without a qualifier takes that of the primitive before it.
type parser struct {
	tokens []token
	at     int
	depth  int
}

// An operand is what stands between and and or: an expression, which is an id
// when it is a value that took its qualifier from before, or a bare value.
type operand struct {
	e  expr
	v  value
	id bool
	q  qual
}

// parse makes the tree of an expression, nil for an empty one. Its error is an
// *Error.
func parse(text string) (expr, error) {
	if len(text) > maxExpression {
		return nil, &Error{Reason: fmt.Sprintf("expression of %d bytes; %d are allowed", len(text), maxExpression)}
	}
	tokens, err := scan(text)
	if err != nil {
		err.Expr = text
		return nil, err
	}
	p := &parser{tokens: tokens}
	if p.peek().kind == tokenEnd {
		return nil, nil
	}
	e, err := p.whole()
	if err != nil {
		err.Expr = text
		return nil, err
	}
	return e, nil
}

func (p *parser) whole() (expr, *Error) {
	x, err := p.list(qual{}, false)
	if err != nil {
		return nil, err
	}
	if x.v != nil {
		return nil, p.unexpected("a comparison is missing")
	}
	if p.peek().kind != tokenEnd {
		return nil, p.unexpected("this is not expected here")
	}
	return x.e, nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != tokenEnd {
		p.at++
	}
	return t
}

// take passes a token if it is the word or mark.
func (p *parser) take(text string) bool {
	if p.peek().is(text) {
		p.at++
		return true
	}
	return false
}

func (p *parser) unexpected(reason string) *Error {
	t := p.peek()
	switch {
	case t.kind == tokenEnd:
		return t.fail(reason)
	case t.kind == tokenWord && isRefused(t.text):
		return t.fail("this word of tcpdump is not supported")
	}
	return t.fail(reason)
}

// deeper counts the nesting, which is bounded because the stack is.
func (p *parser) deeper() *Error {
	if p.depth++; p.depth > maxDepth {
		return p.peek().fail(fmt.Sprintf("nested more than %d deep", maxDepth))
	}
	return nil
}

// list reads operands joined by and and or. The first one may be an id only
// inside parentheses behind another; then all must be.
func (p *parser) list(q qual, idFirst bool) (operand, *Error) {
	x, err := p.operand(q, idFirst)
	if err != nil {
		return x, err
	}
	if x.v != nil && !p.peek().is("and") && !p.peek().is("or") {
		return x, nil // a value, or a number as id; the caller knows
	}
	if err := p.settle(&x, q, idFirst); err != nil {
		return x, err
	}
	onlyIDs := x.id
	for p.peek().is("and") || p.peek().is("or") {
		isAnd := p.next().text == "and"
		at := p.peek()
		y, err := p.operand(x.q, true)
		if err == nil {
			err = p.settle(&y, x.q, true)
		}
		if err != nil {
			return x, err
		}
		if onlyIDs && !y.id {
			return x, at.fail("a list of values in parentheses cannot hold this")
		}
		x = operand{e: &logic{isAnd, x.e, y.e}, id: onlyIDs, q: y.q}
	}
	return x, nil
}

// settle makes an id of a bare number where one may stand.
func (p *parser) settle(x *operand, q qual, idAllowed bool) *Error {
	if x.v == nil {
		return nil
	}
	n, ok := x.v.(*number)
	switch {
	case !ok || !idAllowed:
		return p.unexpected("a comparison is missing")
	case q.kind == kindNone:
		return n.tok.fail("host, net, port or proto is missing before it")
	}
	*x = operand{e: &address{qual: q, value: n.tok}, id: true, q: q}
	return nil
}

// operand reads what may stand between and and or; it may be an id if the
// operand before it has a qualifier to take over.
func (p *parser) operand(q qual, idAllowed bool) (operand, *Error) {
	if err := p.deeper(); err != nil {
		return operand{}, err
	}
	defer func() { p.depth-- }()
	t := p.peek()
	switch {
	case t.is("not"):
		p.next()
		x, err := p.operand(q, idAllowed)
		if err == nil {
			err = p.settle(&x, q, idAllowed)
		}
		x.e = &negation{x.e}
		return x, err
	case t.is("("):
		return p.parenthesis(q, idAllowed)
	case p.startsValue():
		v, err := p.value(0)
		if err != nil {
			return operand{}, err
		}
		return p.relation(v)
	case t.kind == tokenName, t.kind == tokenIPv4, t.kind == tokenIPv6, t.kind == tokenMAC:
		if !idAllowed || q.kind == kindNone {
			return operand{}, p.strayValue()
		}
		e, err := p.address(q)
		return operand{e: e, id: true, q: q}, err
	}
	return p.primitive()
}

// strayValue is the error for a value that nothing is said about.
func (p *parser) strayValue() *Error {
	if p.peek().kind == tokenName {
		return p.unexpected("unknown word; or host, net, port or proto is missing before it")
	}
	return p.unexpected("host, net or ether host is missing before it")
}

// parenthesis reads ( ... ), which may hold an expression, ids or a value.
func (p *parser) parenthesis(q qual, idAllowed bool) (operand, *Error) {
	p.next()
	x, err := p.list(q, idAllowed)
	if err != nil {
		return x, err
	}
	if !p.take(")") {
		return x, p.unexpected("a closing parenthesis is missing")
	}
	if x.v == nil {
		x.q = q
		return x, nil
	}
	v, err := p.valueFrom(x.v, 0)
	if err != nil {
		return x, err
	}
	return p.relation(v)
}

// relation reads the rest of a comparison if there is one.
func (p *parser) relation(l value) (operand, *Error) {
	op := p.peek()
	switch op.text {
	case "<", ">", "<=", ">=", "=", "!=":
	default:
		return operand{v: l}, nil
	}
	if op.kind != tokenMark {
		return operand{v: l}, nil
	}
	p.next()
	r, err := p.value(0)
	return operand{e: &relation{op, l, r}}, err
}

// address reads a value that q is about.
func (p *parser) address(q qual) (expr, *Error) {
	a := &address{qual: q, value: p.next()}
	switch {
	case a.value.kind != tokenIPv4 && a.value.kind != tokenIPv6:
	case p.take("/"):
		if a.slash, a.bits = true, p.peek().number; p.next().kind != tokenNumber {
			return nil, a.value.fail("the length of the network is missing behind it")
		}
	case a.value.kind == tokenIPv4 && p.take("mask"):
		if a.mask = p.next(); a.mask.kind != tokenIPv4 {
			return nil, a.mask.fail("a mask is missing, such as 255.255.0.0")
		}
	}
	return a, nil
}
