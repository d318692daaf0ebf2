package plain

import "joy/feature"

// Steps has step take from the bytes of c, one line or message after the other,
// until it wants no more or needs more bytes: then it takes none.
func Steps(c *feature.Chunk, step func(d feature.Dir, b []byte) (used int, v feature.Verdict)) (used int, v feature.Verdict) {
	for used < len(c.Bytes) {
		n, v := step(c.Dir, c.Bytes[used:])
		used += n
		if v != feature.More {
			return used, v
		}
		if n == 0 {
			break
		}
	}
	return used, feature.More
}
