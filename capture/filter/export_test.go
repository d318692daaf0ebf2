package filter

// Expressions and Frames are for tests with a kernel, which are in a package of
// their own because the capture imports this one.
func Expressions() []string { return expressions() }

// Frames are those of a link type that are not cut off.
func Frames(link uint16) (out [][]byte) {
	for _, p := range frames(link) {
		if p.wire == len(p.data) {
			out = append(out, p.data)
		}
	}
	return out
}
