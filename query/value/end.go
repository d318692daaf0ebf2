package value

// End returns where the value ends that begins at a byte of valid JSON.
func End(text []byte, i int) int { return skip(text, i) }

// EndString is End for a string.
func EndString(text []byte, i int) int { return skipString(text, i) }

// Unquote returns the text of a string of valid JSON; it may be a part of it.
func Unquote(quoted []byte) []byte { return unquote(quoted) }

// Valid reports whether a text is one JSON value, as deep as a flow record may be.
func Valid(text []byte) bool {
	s := scanner{text: text, depth: MaxDepth}
	i := skipBlanks(text, 0)
	end := s.value(i, 0)
	return s.err == nil && skipBlanks(text, end) == len(text)
}
