package plot

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of texts, in characters.
const (
	maxTitle = 200
	maxDesc  = 2000
)

// Printable returns a text of hostile origin so that it looks like what it is,
// and has most characters at most: what controls a page, hides itself, turns the
// direction of writing or makes towers of accents is shown as \u and its number, a
// byte that was not UTF-8 as \x and its value (docs/fields.md, "Text from the
// wire"), and what was cut off as an ellipsis. HTML is for the caller to escape.
func Printable(s string, most int) string {
	n := 0
	for i, r := range s { // most texts stay as they are
		if n++; n > most || r == utf8.RuneError || r >= 0x300 && unicode.In(r, unicode.Mn, unicode.Me) || hidden(r) {
			return printable(s, i, n-1, most)
		}
	}
	return s
}

// maxAccents is how many marks may stand upon one letter.
const maxAccents = 3

// printable goes on behind the first i bytes, which are n characters.
func printable(s string, i, n, most int) string {
	var b strings.Builder
	b.WriteString(s[:i])
	accents := 0
	for _, r := range s[i:] {
		if n++; n > most {
			b.WriteRune('…')
			break
		}
		if unicode.In(r, unicode.Mn, unicode.Me) {
			accents++
		} else {
			accents = 0
		}
		switch {
		case 0xf780 <= r && r <= 0xf7ff:
			fmt.Fprintf(&b, `\x%02x`, r&255)
		case hidden(r) || accents > maxAccents:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r) // a byte that is no UTF-8 is U+FFFD from here on
		}
	}
	return b.String()
}

// hidden reports whether a character is not one to look at.
func hidden(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7f
	}
	return !unicode.IsGraphic(r) || unicode.IsSpace(r)
}
