package where

import (
	"bytes"
	"net/netip"
	"strings"
	"unicode/utf8"

	"joy/query/element"
	"joy/query/value"
)

// A predicate looks at all values of an element.
type predicate struct {
	element element.Element
	matches func(value.Value) bool
	not     bool // true if no value matches,
	absent  bool // and there may be none
}

// holds is true if a value matches. The negated operators are true if none does:
// of an element that is not there only for *, which asks just that.
func (p *predicate) holds(src element.Source) bool {
	if p.element.Parts == nil {
		v := src.Get(p.element.Name)
		return p.judge(v != nil, v != nil && p.value(v))
	}
	there, found := false, false
	p.element.Find(src, func(v value.Value) bool {
		there = true
		found = p.value(v)
		return !found
	})
	return p.judge(there, found)
}

func (p *predicate) judge(there, found bool) bool {
	if p.not {
		return !found && (there || p.absent)
	}
	return found
}

// value looks into arrays and objects, unless it is asked only whether there is
// something.
func (p *predicate) value(v value.Value) bool {
	if p.matches(v) {
		return true
	}
	if isScalar(v) {
		return false
	}
	for item := range v.Items() {
		if p.value(item) {
			return true
		}
	}
	for _, member := range v.Members() {
		if p.value(member) {
			return true
		}
	}
	return false
}

func isScalar(v value.Value) bool { return v.Kind() != value.Array && v.Kind() != value.Object }

// A literal is what a value is compared with, as everything that it can be.
type literal struct {
	text   string
	glob   pattern // nil: none
	num    value.Num
	isNum  bool
	addr   netip.Addr
	prefix netip.Prefix
}

func newLiteral(w word) *literal {
	l := &literal{text: w.text()}
	if w.hasGlob() {
		l.glob = newPattern(w)
		return l
	}
	if w.quoted() {
		l.addr, _ = netip.ParseAddr(l.text)
		return l
	}
	l.num, l.isNum = value.ParseNum([]byte(l.text))
	l.addr, _ = netip.ParseAddr(l.text)
	if p, err := netip.ParsePrefix(l.text); err == nil {
		l.prefix = p.Masked()
	}
	return l
}

// equals compares by what both are: texts, numbers, addresses; a subnet is equal
// to the addresses in it.
func (l *literal) equals(v value.Value) bool {
	if !isScalar(v) {
		return false
	}
	text := v.Text()
	if l.glob != nil {
		return l.glob.match(text)
	}
	if string(text) == l.text {
		return true
	}
	switch v.Kind() {
	case value.Number:
		n, _ := v.Num()
		return l.isNum && n.Compare(l.num) == 0
	case value.String:
		return l.equalsAddr(text)
	}
	return false
}

// maxAddr is how long the text of an address may be.
const maxAddr = 64

func (l *literal) equalsAddr(text []byte) bool {
	if !l.addr.Is6() && !l.prefix.IsValid() || len(text) > maxAddr { // IPv4 addresses have one text
		return false
	}
	a, err := netip.ParseAddr(string(text))
	if err != nil {
		return false
	}
	return a == l.addr || l.prefix.Contains(a)
}

// compare orders a value and l, if both are numbers, addresses of one family, or
// texts. A text of digits is a number where l is one; null is before nothing.
func (l *literal) compare(v value.Value) (c int, ok bool) {
	text := v.Text()
	switch v.Kind() {
	case value.Number:
		n, _ := v.Num()
		return n.Compare(l.num), l.isNum
	case value.String:
	default:
		return 0, false
	}
	if l.isNum {
		n, ok := value.ParseNum(text)
		return n.Compare(l.num), ok
	}
	if l.addr.IsValid() {
		a, err := netip.ParseAddr(string(text[:min(len(text), maxAddr)]))
		return a.Compare(l.addr), err == nil && a.Is4() == l.addr.Is4()
	}
	return strings.Compare(string(text), l.text), true
}

// A pattern is what * ? [ made of a word.
type pattern []token

// A token matches one character, or any number of them.
type token struct {
	star  bool
	any   bool   // one character, whatever it is
	one   string // one of these; ranges are pairs, with not: none
	not   bool
	exact string // this text
}

// hasGlob reports whether * ? or [ stand in w outside of quotes.
func (w word) hasGlob() bool {
	for _, p := range w {
		if !p.quoted && (strings.ContainsAny(p.text, "*?") || set(p.text) >= 0) {
			return true
		}
	}
	return false
}

// set returns where [...] begins, -1 for nowhere.
func set(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '[' && setEnd(s[i:]) > 0 {
			return i
		}
	}
	return -1
}

// setEnd returns the length of the set that s begins with, 0 if it is none. A ] at
// its beginning is one of its characters.
func setEnd(s string) int {
	i := 1
	if strings.HasPrefix(s[i:], "!") {
		i++
	}
	if i+1 > len(s) {
		return 0
	}
	n := strings.IndexByte(s[min(i+1, len(s)):], ']')
	if n < 0 {
		return 0
	}
	return i + 1 + n + 1
}

func newPattern(w word) (p pattern) {
	for _, piece := range w {
		if piece.quoted {
			p = append(p, token{exact: piece.text})
			continue
		}
		for s := piece.text; s != ""; {
			switch n := setEnd(s); {
			case s[0] == '*':
				p = append(p, token{star: true})
				s = s[1:]
			case s[0] == '?':
				p = append(p, token{any: true})
				s = s[1:]
			case s[0] == '[' && n > 0:
				set, not := strings.CutPrefix(s[1:n-1], "!")
				p = append(p, token{one: set, not: not})
				s = s[n:]
			default:
				i := 1
				for i < len(s) && strings.IndexByte("*?[", s[i]) < 0 {
					i++
				}
				p = append(p, token{exact: s[:i]})
				s = s[i:]
			}
		}
	}
	return p
}

// match goes back to the last star only, which is enough, and takes no longer than
// the product of both lengths.
func (p pattern) match(text []byte) bool {
	i, t := 0, 0         // in p and in text
	star, again := -1, 0 // behind the last star, and where to try next
	for i < len(p) || t < len(text) {
		if i < len(p) && p[i].star {
			i++
			star, again = i, t
			continue
		}
		if i < len(p) {
			if n, ok := p[i].match(text[t:]); ok {
				i++
				t += n
				continue
			}
		}
		if star < 0 || again >= len(text) {
			return false
		}
		again++
		i, t = star, again
	}
	return true
}

// match returns how many bytes of text a token takes.
func (k *token) match(text []byte) (n int, ok bool) {
	if k.exact != "" {
		return len(k.exact), bytes.HasPrefix(text, []byte(k.exact))
	}
	if len(text) == 0 {
		return 0, false
	}
	r, n := utf8.DecodeRune(text)
	return n, k.any || inSet(k.one, r) != k.not
}

// inSet reports whether a set has a character, or a range around it.
func inSet(set string, r rune) bool {
	for rest := []rune(set); len(rest) > 0; {
		if len(rest) > 2 && rest[1] == '-' {
			if rest[0] <= r && r <= rest[2] {
				return true
			}
			rest = rest[3:]
			continue
		}
		if rest[0] == r {
			return true
		}
		rest = rest[1:]
	}
	return false
}
