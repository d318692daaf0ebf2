package smb

import (
	"unicode/utf16"
	"unicode/utf8"
)

// A span is a part of Parser.text.
type span struct{ off, len uint16 }

func (p *Parser) bytes(s span) []byte { return p.text[s.off:][:s.len:s.len] }

// keep keeps bytes, as far as the bounds allow.
func (p *Parser) keep(b []byte) span {
	n := min(len(b), maxName, maxText-len(p.text))
	p.short = p.short || n < len(b)
	start := len(p.text)
	p.text = append(p.text, b[:n]...)
	return span{uint16(start), uint16(n)}
}

// wide keeps UTF-16 as UTF-8, likewise. It ends at a zero.
func (p *Parser) wide(b []byte) span {
	start := len(p.text)
	for ; len(b) >= 2; b = b[2:] {
		r := rune(le16(b))
		if r == 0 {
			break
		}
		if utf16.IsSurrogate(r) && len(b) >= 4 {
			if both := utf16.DecodeRune(r, rune(le16(b[2:]))); both != utf8.RuneError {
				r, b = both, b[2:]
			}
		}
		if len(p.text)-start > maxName-utf8.UTFMax || len(p.text) > maxText-utf8.UTFMax {
			p.short = true
			break
		}
		p.text = utf8.AppendRune(p.text, r)
	}
	return span{uint16(start), uint16(len(p.text) - start)}
}

// A strings1 walks over the strings at the end of a message of SMB 1, which are
// of UTF-16 from an even place in the message on, or of bytes.
type strings1 struct {
	m       []byte
	at, end int
	unicode bool
}

// next is the next string without its end.
func (s *strings1) next() []byte {
	if s.unicode {
		s.at += s.at & 1
	}
	start := min(s.at, s.end)
	step := 1
	if s.unicode {
		step = 2
	}
	for i := start; i+step <= s.end; i += step {
		if s.m[i] == 0 && s.m[i+step-1] == 0 {
			s.at = i + step
			return s.m[start:i]
		}
	}
	s.at = s.end
	return s.m[start:s.end]
}

// string1 keeps a string of SMB 1.
func (p *Parser) string1(b []byte, unicode bool) span {
	if unicode {
		return p.wide(b)
	}
	return p.keep(b)
}
