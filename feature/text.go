package feature

import "unicode/utf8"

// stray and the characters behind it, one for each byte value, stand for bytes
// that are not part of valid UTF-8. They are of the private use area, and the
// same that the encoding x-user-defined has (WHATWG Encoding Standard). Such
// bytes are never below 0x80.
const stray = 0xf700

func isStray(r rune) bool { return r >= stray && r <= stray+0xff }

// AppendString appends s as a JSON string from which OriginalBytes gets all
// bytes of s back. Valid UTF-8 is kept as it is, with JSON's escapes for the
// quote, the backslash and what controls terminals or ends lines (U+0000 to
// U+001F, U+007F to U+009F, U+2028, U+2029). A byte 0xNN that is not part of
// valid UTF-8 becomes the escape \uf7NN; so that this stays unique, the
// characters U+F700 to U+F7FF are written as three such bytes. (A lone
// surrogate would be shorter to explain, but strict parsers refuse it.)
func AppendString[S ~string | ~[]byte](b []byte, s S) []byte {
	b = append(b, '"')
	done := 0
	for i := plainRun(s); i < len(s); {
		if s[i] < utf8.RuneSelf && plain[s[i]] {
			i++
			continue
		}
		c := string(s[i:min(i+utf8.UTFMax, len(s))]) // short, so that it needs no memory
		r, n := utf8.DecodeRuneInString(c)
		if r >= utf8.RuneSelf && !special(r, n) {
			i += n
			continue
		}
		b = append(b, s[done:i]...)
		b = appendEscape(b, r, c[:n])
		i += n
		done = i
	}
	b = append(b, s[done:]...)
	return append(b, '"')
}

// plainRun skips characters that stand for themselves, eight at a time
// (BenchmarkAppendString), and returns where it stopped: at most seven bytes
// before one that does not, or before the end.
func plainRun[S ~string | ~[]byte](s S) (i int) {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; len(s)-i >= 8; i += 8 {
		t := s[i : i+8]
		x := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
			uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
		// Each term has the high bit of a byte that is, in this order, beyond
		// ASCII, 0x7f, below the blank, a quote, a backslash. Carries and borrows
		// come from such bytes only.
		if (x|(x+ones)|(x-ones*' ')|((x^ones*'"')-ones)|((x^ones*'\\')-ones))&highs != 0 {
			break
		}
	}
	return i
}

// plain says which characters of ASCII stand for themselves.
var plain = makePlain()

func makePlain() (t [utf8.RuneSelf]bool) {
	for c := range t {
		t[c] = c >= ' ' && c != '"' && c != '\\' && c != 0x7f
	}
	return t
}

// special reports whether a character beyond ASCII, or with n = 1 a byte that
// is none, has to be escaped.
func special(r rune, n int) bool {
	return r == utf8.RuneError && n == 1 ||
		r < 0xa0 || r == 0x2028 || r == 0x2029 ||
		isStray(r)
}

// appendEscape appends the escape of character r, whose bytes are s.
func appendEscape(b []byte, r rune, s string) []byte {
	switch {
	case r == '"' || r == '\\':
		return append(b, '\\', byte(r))
	case r == '\n':
		return append(b, `\n`...)
	case r == '\r':
		return append(b, `\r`...)
	case r == '\t':
		return append(b, `\t`...)
	case r == utf8.RuneError || isStray(r):
		for _, c := range []byte(s) {
			b = appendU(b, stray+rune(c))
		}
		return b
	}
	return appendU(b, r)
}

func appendU(b []byte, r rune) []byte {
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// OriginalBytes returns the bytes that AppendString was given; s is the value
// of the string after a JSON parser has read it.
func OriginalBytes(s string) []byte {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if isStray(r) && byte(r) >= utf8.RuneSelf {
			b = append(b, byte(r))
		} else {
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return b
}
