package element

import (
	"fmt"
	"strings"

	"joy/query/value"
)

// An Error says what is wrong with a text, and where.
type Error struct {
	Column int // from 1, in bytes
	Text   string
}

func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Text) }

// ErrorAt makes an Error about what stands at a byte of a text.
func ErrorAt(at int, text string) error { return &Error{Column: at + 1, Text: text} }

// Parse reads a list of elements.
func Parse(text string) (List, error) {
	p := parser{text: text}
	l, err := p.list(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(text) {
		return nil, ErrorAt(p.at, fmt.Sprintf("unexpected %q", text[p.at]))
	}
	return l, nil
}

// ParseOne reads the element that text has at a byte, and returns the byte behind
// it. Names end where an operator of a condition begins.
func ParseOne(text string, at int) (Element, int, error) {
	p := parser{text: text, at: at, stops: "=~<>!|()"}
	e, err := p.element(0)
	return e, p.at, err
}

// notation ends names, and so do blanks.
const (
	notation = "{}[],"
	blanks   = " \t\r\n"
)

// A parser is at a byte of a text.
type parser struct {
	text  string
	at    int
	stops string // bytes that end names, beside those of the notation itself
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

// list reads elements with commas between them.
func (p *parser) list(depth int) (List, error) {
	var l List
	for {
		e, err := p.element(depth)
		if err != nil {
			return nil, err
		}
		l = l.add(e)
		if p.blanks() != ',' {
			return l, nil
		}
		p.at++
	}
}

// element reads a name and what is named of it.
func (p *parser) element(depth int) (e Element, err error) {
	if depth > value.MaxDepth {
		return e, ErrorAt(p.at, fmt.Sprintf("more than %d brackets in each other", value.MaxDepth))
	}
	if e.Name, err = p.name(); err != nil {
		return e, err
	}
	switch p.blanks() {
	case '{':
		part, err := p.braces(depth + 1)
		if err != nil {
			return e, err
		}
		e.Parts = []List{part}
	case '[':
		p.at++
		if p.blanks() == ']' { // name[] is all of it, as name is
			p.at++
			return e, nil
		}
		e.Parts, err = p.brackets(depth + 1)
	}
	return e, err
}

// name reads a name, quoted or not.
func (p *parser) name() (string, error) {
	switch c := p.blanks(); c {
	case '"', '\'':
		s, next, err := Quoted(p.text, p.at)
		p.at = next
		return s, err
	}
	start := p.at
	for p.at < len(p.text) && strings.IndexByte(notation+blanks, p.text[p.at]) < 0 && strings.IndexByte(p.stops, p.text[p.at]) < 0 {
		p.at++
	}
	if p.at == start {
		return "", ErrorAt(p.at, "the name of an element is missing")
	}
	return p.text[start:p.at], nil
}

// braces reads {list}.
func (p *parser) braces(depth int) (List, error) {
	p.at++
	l, err := p.list(depth)
	if err != nil {
		return nil, err
	}
	if p.blanks() != '}' {
		return nil, p.expected("}")
	}
	p.at++
	return l, nil
}

// brackets reads {list},{list}] behind a bracket.
func (p *parser) brackets(depth int) (parts []List, err error) {
	for {
		if p.blanks() != '{' {
			return nil, ErrorAt(p.at, "expected { behind [: an array of objects is written name[{...}]")
		}
		part, err := p.braces(depth)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		switch p.blanks() {
		case ']':
			p.at++
			return parts, nil
		case ',':
			p.at++
		default:
			return nil, p.expected("]")
		}
	}
}

func (p *parser) expected(what string) error {
	if p.at == len(p.text) {
		return ErrorAt(p.at, fmt.Sprintf("expected , or %s before the end", what))
	}
	return ErrorAt(p.at, fmt.Sprintf("expected , or %s instead of %q", what, p.text[p.at]))
}

// Quoted reads the text in quotes, single or double, that begins at a byte, and
// returns the byte behind it. A backslash takes what follows as it is.
func Quoted(text string, at int) (string, int, error) {
	var b strings.Builder
	for i := at + 1; i < len(text); i++ {
		switch text[i] {
		case text[at]:
			return b.String(), i + 1, nil
		case '\\':
			if i++; i == len(text) {
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return "", len(text), ErrorAt(at, "the quote is not closed")
}
