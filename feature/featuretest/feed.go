package featuretest

import "joy/feature"

// Feed gives a parser chunks as the engine does: what it leaves unused comes
// again with more behind it. It returns the last verdict, and the number of
// chunks that were given.
func Feed(m *feature.Module, p feature.Parser, over feature.Transport, chunks []feature.Chunk) (v feature.Verdict, given int) {
	var kept [2][]byte
	for i := range chunks {
		c := chunks[i]
		c.Over = over
		if c.Lost > 0 {
			kept[c.Dir] = nil
		}
		// A copy of its own, so that a parser that keeps what it has borrowed is
		// found out.
		c.Bytes = append(append([]byte(nil), kept[c.Dir]...), c.Bytes...)
		used, v := p.Data(&c)
		if used < 0 || used > len(c.Bytes) {
			panic("used more bytes than there are")
		}
		rest := append([]byte(nil), c.Bytes[used:]...)
		clear(c.Bytes)
		if over != feature.TCP {
			rest = nil
		}
		if v != feature.More {
			return v, i + 1
		}
		if len(rest) > m.Keep {
			return feature.Done, i + 1
		}
		kept[c.Dir] = rest
	}
	return feature.More, len(chunks)
}
