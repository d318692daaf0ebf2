package where

import (
	"fmt"
	"regexp"
	"strings"

	"joy/query/element"
	"joy/query/value"
)

// Parse reads a condition; an empty one holds always. As in sleuth, | binds
// tighter than the comma.
//
//	condition = either { "," either }
//	either    = primary { "|" primary }
//	primary   = "(" condition ")" | element operator value
func Parse(text string) (*Condition, error) {
	p := parser{text: text}
	if p.blanks() == 0 {
		return &Condition{test: all{}}, nil
	}
	t, err := p.condition(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(text) {
		return nil, element.ErrorAt(p.at, fmt.Sprintf("expected , or | instead of %q", text[p.at]))
	}
	return &Condition{test: t, names: p.names}, nil
}

// A parser is at a byte of a text.
type parser struct {
	text  string
	at    int
	names element.List
}

// blanks skips blanks, and returns the byte behind them; 0 at the end.
func (p *parser) blanks() byte {
	for p.at < len(p.text) && strings.IndexByte(blanks, p.text[p.at]) >= 0 {
		p.at++
	}
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

const blanks = " \t\r\n"

func (p *parser) condition(depth int) (tester, error) {
	var parts all
	for {
		t, err := p.either(depth)
		if err != nil {
			return nil, err
		}
		parts = append(parts, t)
		if p.blanks() != ',' {
			break
		}
		p.at++
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

func (p *parser) either(depth int) (tester, error) {
	var parts some
	for {
		t, err := p.primary(depth)
		if err != nil {
			return nil, err
		}
		parts = append(parts, t)
		if p.blanks() != '|' {
			break
		}
		p.at++
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

func (p *parser) primary(depth int) (tester, error) {
	if p.blanks() != '(' {
		return p.predicate()
	}
	if depth == value.MaxDepth {
		return nil, element.ErrorAt(p.at, fmt.Sprintf("more than %d brackets in each other", value.MaxDepth))
	}
	open := p.at
	p.at++
	t, err := p.condition(depth + 1)
	if err != nil {
		return nil, err
	}
	if p.blanks() != ')' {
		if p.at == len(p.text) {
			return nil, element.ErrorAt(open, "the bracket is not closed")
		}
		return nil, element.ErrorAt(p.at, fmt.Sprintf("expected , or | or ) instead of %q", p.text[p.at]))
	}
	p.at++
	return t, nil
}

// operators, longer ones first.
var operators = []string{">=", "<=", "!=", "=~", "!~", "=", "~", ">", "<"}

func (p *parser) predicate() (tester, error) {
	e, next, err := element.ParseOne(p.text, p.at)
	if err != nil {
		return nil, err
	}
	p.at = next
	p.blanks()
	op := ""
	for _, o := range operators {
		if strings.HasPrefix(p.text[p.at:], o) {
			op = o
			break
		}
	}
	if op == "" {
		return nil, element.ErrorAt(p.at, fmt.Sprintf("expected one of = ~ != > < >= <= =~ !~ behind the element %q", e.Name))
	}
	p.at += len(op)
	p.blanks()
	start := p.at
	w, err := p.word()
	if err != nil {
		return nil, err
	}
	p.names = element.Join(p.names, element.List{e})
	return newPredicate(&e, op, w, start)
}

// newPredicate makes the test of an element, by a value that stands at a byte.
func newPredicate(e *element.Element, op string, w word, at int) (tester, error) {
	p := &predicate{element: *e}
	switch op {
	case "=~", "!~":
		re, err := regexp.Compile(w.text())
		if err != nil {
			return nil, element.ErrorAt(at, err.Error())
		}
		p.matches = func(v value.Value) bool { return isScalar(v) && re.Match(v.Text()) }
		p.not = op == "!~"
		return p, nil
	case "=", "~", "!=":
		p.not = op != "="
		if w.isStar() {
			p.matches = func(value.Value) bool { return true }
			p.absent = true
			return p, nil
		}
		l := newLiteral(w)
		p.matches = l.equals
		return p, nil
	}
	l := newLiteral(w)
	switch op {
	case ">":
		p.matches = func(v value.Value) bool { c, ok := l.compare(v); return ok && c > 0 }
	case "<":
		p.matches = func(v value.Value) bool { c, ok := l.compare(v); return ok && c < 0 }
	case ">=":
		p.matches = func(v value.Value) bool { c, ok := l.compare(v); return ok && c >= 0 }
	case "<=":
		p.matches = func(v value.Value) bool { c, ok := l.compare(v); return ok && c <= 0 }
	}
	return p, nil
}

// A word is a value as it was written, in pieces: quoted ones stand for
// themselves, in others * ? and [ match.
type word []piece

type piece struct {
	text   string
	quoted bool
}

func (w word) text() string {
	var b strings.Builder
	for _, p := range w {
		b.WriteString(p.text)
	}
	return b.String()
}

func (w word) isStar() bool { return len(w) == 1 && !w[0].quoted && w[0].text == "*" }

// quoted reports whether there is a quote in it, which makes it a text.
func (w word) quoted() bool {
	for _, p := range w {
		if p.quoted {
			return true
		}
	}
	return false
}

// word reads a value up to a comma, | or ) outside of quotes. Blanks at its end are none of it.
func (p *parser) word() (w word, err error) {
	start := p.at
	flush := func(end int) {
		if end > start {
			w = append(w, piece{text: p.text[start:end]})
		}
	}
	for p.at < len(p.text) {
		switch c := p.text[p.at]; c {
		case '"', '\'':
			flush(p.at)
			s, next, err := element.Quoted(p.text, p.at)
			if err != nil {
				return nil, err
			}
			w = append(w, piece{s, true})
			p.at, start = next, next
			continue
		case ',', '|', ')':
			flush(p.at)
			return w.finish(p.at)
		}
		p.at++
	}
	flush(p.at)
	return w.finish(p.at)
}

// finish takes blanks off the end.
func (w word) finish(at int) (word, error) {
	if n := len(w) - 1; n >= 0 && !w[n].quoted {
		if w[n].text = strings.TrimRight(w[n].text, blanks); w[n].text == "" {
			w = w[:n]
		}
	}
	if len(w) == 0 {
		return nil, element.ErrorAt(at, `a value is missing; "" is the empty text`)
	}
	return w, nil
}
