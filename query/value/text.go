package value

import (
	"unicode/utf8"
)

// Append writes v as sleuth does: a blank behind commas and colons, and all that
// is not printable ASCII escaped, so that no text can control a terminal. Keys
// and numbers stay as they are.
func (v Value) Append(b []byte) []byte {
	for i := 0; i < len(v); {
		switch c := v[i]; c {
		case '"':
			end := skipString(v, i)
			b = appendString(b, v[i:end])
			i = end
			continue
		case ',', ':':
			b = append(b, c, ' ')
		case ' ', '\t', '\n', '\r':
		default:
			b = append(b, c)
		}
		i++
	}
	return b
}

// plain reports whether a byte stands for itself in the output.
func plain(c byte) bool { return ' ' <= c && c <= '~' }

// appendString writes a string, which has its quotes and escapes already.
func appendString(b, s []byte) []byte {
	for i := 0; i < len(s); {
		start := i
		for i < len(s) && plain(s[i]) {
			i++
		}
		b = append(b, s[start:i]...)
		if i == len(s) {
			break
		}
		r, n := utf8.DecodeRune(s[i:])
		b = appendRune(b, r)
		i += n
	}
	return b
}

const hexDigits = "0123456789abcdef"

// appendRune writes \uXXXX, twice for what needs a pair of surrogates.
func appendRune(b []byte, r rune) []byte {
	if r > 0xffff {
		r -= 0x10000
		b = appendRune(b, 0xd800+r>>10)
		r = 0xdc00 + r&0x3ff
	}
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// AppendName writes a name or another text as a JSON string, in the same form.
func AppendName(b, name []byte) []byte {
	b = append(b, '"')
	for i := 0; i < len(name); {
		c := name[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
			i++
		case plain(c):
			b = append(b, c)
			i++
		default:
			r, n := utf8.DecodeRune(name[i:])
			b = appendRune(b, r)
			i += n
		}
	}
	return append(b, '"')
}

// Append writes the record as Value.Append does.
func (r *Record) Append(b []byte) []byte {
	b = append(b, '{')
	for i := range r.Members {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = AppendName(b, r.Members[i].Name)
		b = append(b, ": "...)
		b = r.Members[i].Value.Append(b)
	}
	return append(b, '}')
}

// Join writes the record as a value for another one, whose members stay as they
// are.
func (r *Record) Join(b []byte) Value {
	b = append(b, '{')
	for i := range r.Members {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(AppendName(b, r.Members[i].Name), ':')
		b = append(b, r.Members[i].Value...)
	}
	return append(b, '}')
}

// AppendIndented writes v on several lines, three blanks for each level, as
// sleuth's --pretty does.
func (v Value) AppendIndented(b []byte) []byte {
	var n Indenter
	return n.Append(b, v)
}

// An Indenter writes a value that comes in pieces on several lines.
type Indenter struct{ level int }

// Append writes a piece, which ends where a value or a mark of punctuation does.
func (n *Indenter) Append(b, v []byte) []byte {
	for i := 0; i < len(v); {
		switch c := v[i]; c {
		case '"':
			end := skipString(v, i)
			b = appendString(b, v[i:end])
			i = end
			continue
		case '{', '[':
			b = append(b, c)
			if j := skipBlanks(v, i+1); j < len(v) && (v[j] == '}' || v[j] == ']') {
				b = append(b, v[j])
				i = j + 1
				continue
			}
			n.level++
			b = indent(b, n.level)
		case '}', ']':
			n.level--
			b = append(indent(b, n.level), c)
		case ',':
			b = indent(append(b, c), n.level)
		case ':':
			b = append(b, c, ' ')
		case ' ', '\t', '\n', '\r':
		default:
			b = append(b, c)
		}
		i++
	}
	return b
}

func indent(b []byte, level int) []byte {
	b = append(b, '\n')
	for range level {
		b = append(b, "   "...)
	}
	return b
}
