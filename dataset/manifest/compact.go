package manifest

import "bytes"

// compact puts arrays of numbers on one line: a manifest is read by people, and
// has thousands of them.
func compact(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		i := bytes.IndexByte(text, '[')
		if i < 0 {
			break
		}
		out = append(out, text[:i+1]...)
		text = text[i+1:]
		end := bytes.IndexByte(text, ']')
		if end < 0 || bytes.ContainsAny(text[:end], `"{[`) {
			continue
		}
		for _, number := range bytes.Fields(text[:end]) {
			out = append(out, number...)
			if number[len(number)-1] == ',' {
				out = append(out, ' ')
			}
		}
		text = text[end:]
	}
	return append(out, text...)
}
