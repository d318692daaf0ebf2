package filter

import (
	"net/netip"
	"strconv"
	"strings"
)

type tokenKind uint8

const (
	tokenEnd    tokenKind = iota
	tokenWord             // a word of the language
	tokenName             // any other word, and \word
	tokenNumber           // number is its value
	tokenIPv4             // two to four numbers with dots, not yet checked
	tokenIPv6             // addr
	tokenMAC              // mac
	tokenMark             // punctuation and operators
)

type token struct {
	kind   tokenKind
	text   string // as the language spells it: "and" for &&, "ether" for wlan
	pos    int
	raw    string // as the user spelled it
	number uint32
	addr   netip.Addr
	mac    [6]byte
}

func (t token) is(text string) bool {
	return t.text == text && (t.kind == tokenWord || t.kind == tokenMark)
}

func (t token) fail(reason string) *Error {
	return &Error{Pos: t.pos, Word: t.raw, Reason: reason}
}

// scan splits an expression into tokens, the last of which is tokenEnd.
func scan(expr string) ([]token, *Error) {
	var out []token
	words := keywords()
	for pos := 0; ; {
		for pos < len(expr) && strings.IndexByte(" \t\r\n", expr[pos]) >= 0 {
			pos++
		}
		if pos == len(expr) {
			return append(out, token{kind: tokenEnd, pos: pos}), nil
		}
		t, err := scanToken(expr[pos:], words)
		t.pos = pos
		if err != "" {
			return nil, t.fail(err)
		}
		out = append(out, t)
		pos += len(t.raw)
	}
}

// scanToken reads the token that s begins with; err says what is wrong with it.
func scanToken(s string, words map[string]string) (t token, err string) {
	if s[0] == '\\' {
		n := strings.IndexAny(s, " !()\n\t")
		if n < 0 {
			n = len(s)
		}
		t = token{kind: tokenName, raw: s[:n], text: s[1:n]}
		if n == 1 {
			return t, "a name is missing behind it"
		}
		return t, ""
	}
	if n := span(s, ":."+hexDigits); strings.Count(s[:n], ":") >= 2 {
		return scanColons(s[:n])
	}
	if n := wordLength(s); n > 0 {
		return scanWord(s[:n], words)
	}
	return scanMark(s)
}

const hexDigits = "0123456789abcdefABCDEF"

// span counts the bytes at the beginning of s that are in set.
func span(s, set string) int {
	return len(s) - len(strings.TrimLeft(s, set))
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// wordLength is how much of s is one word: it may contain - and _, but not
// begin or end with them.
func wordLength(s string) int {
	if !alphanumeric(s[0]) {
		return 0
	}
	end := 1
	for i := 1; i < len(s) && (alphanumeric(s[i]) || strings.IndexByte("-_.", s[i]) >= 0); i++ {
		if s[i] != '-' && s[i] != '_' {
			end = i + 1
		}
	}
	return end
}

func scanMark(s string) (t token, err string) {
	marks := []struct{ mark, text string }{
		{"&&", "and"},
		{"||", "or"},
		{"!=", "!="},
		{"<=", "<="},
		{">=", ">="},
		{"==", "="},
		{"<<", "<<"},
		{">>", ">>"},
		{"!", "not"},
	}
	for _, m := range marks {
		if strings.HasPrefix(s, m.mark) {
			return token{kind: tokenMark, raw: m.mark, text: m.text}, ""
		}
	}
	t = token{kind: tokenMark, raw: s[:1], text: s[:1]}
	if !strings.Contains("+-*/%:[]<>()&|^=", s[:1]) {
		return t, "this character has no meaning here"
	}
	return t, ""
}

// scanColons reads an Ethernet or IPv6 address.
func scanColons(s string) (t token, err string) {
	t = token{raw: s, text: s}
	if mac, ok := parseMAC(s, ":"); ok {
		t.kind, t.mac = tokenMAC, mac
		return t, ""
	}
	addr, e := netip.ParseAddr(s)
	if e != nil {
		return t, "this is no Ethernet or IPv6 address"
	}
	t.kind, t.addr = tokenIPv6, addr
	return t, ""
}

// scanWord decides what a word is.
func scanWord(s string, words map[string]string) (t token, err string) {
	t = token{kind: tokenName, raw: s, text: s}
	if text, ok := words[s]; ok {
		t.kind, t.text = tokenWord, text
		return t, ""
	}
	if v, ok := constant(s); ok {
		t.kind, t.number = tokenNumber, v
		return t, ""
	}
	for _, sep := range []string{"-", "."} {
		if mac, ok := parseMAC(s, sep); ok {
			t.kind, t.mac = tokenMAC, mac
			return t, ""
		}
	}
	switch {
	case span(s, "0123456789") == len(s), hexNumber(s):
		v, e := strconv.ParseUint(s, 0, 32)
		if e != nil {
			return t, "this is no number of 32 bits (0... is octal, 0x... hexadecimal)"
		}
		t.kind, t.number = tokenNumber, uint32(v)
	case span(s, ".0123456789") == len(s):
		t.kind = tokenIPv4
	}
	return t, ""
}

func hexNumber(s string) bool {
	return len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && span(s[2:], hexDigits) == len(s)-2
}

// parseMAC reads six numbers of one or two digits, or three of four digits,
// with a separator between them, or twelve digits.
func parseMAC(s, sep string) (mac [6]byte, ok bool) {
	parts := strings.Split(s, sep)
	if sep == "." && (len(parts) == 3 || len(s) == 12) {
		s = strings.Join(parts, "")
		if len(s) != 12 || len(parts[0])%4 != 0 || len(parts[len(parts)-1])%4 != 0 {
			return mac, false
		}
		parts = []string{s[0:2], s[2:4], s[4:6], s[6:8], s[8:10], s[10:12]}
	}
	if len(parts) != len(mac) {
		return mac, false
	}
	for i, p := range parts {
		v, err := strconv.ParseUint(p, 16, 8)
		if err != nil || len(p) > 2 || span(p, hexDigits) != len(p) {
			return mac, false
		}
		mac[i] = byte(v)
	}
	return mac, true
}
