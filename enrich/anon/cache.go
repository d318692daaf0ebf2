package anon

import "net/netip"

// A cache keeps the pseudonyms of addresses seen lately, as making one costs
// up to 128 AES blocks. It is bounded: when the young generation is full it
// becomes the old one, whose entries are forgotten unless they were used.
type cache struct {
	young, old map[netip.Addr]pseudonym
}

// generation is the most entries of one generation; each takes about 150
// bytes, so that a cache stays below 3 MB.
const generation = 8192

func newCache() cache {
	return cache{young: make(map[netip.Addr]pseudonym), old: make(map[netip.Addr]pseudonym)}
}

func (c *cache) get(a netip.Addr) (pseudonym, bool) {
	if p, ok := c.young[a]; ok {
		return p, true
	}
	p, ok := c.old[a]
	if ok {
		c.put(a, p)
	}
	return p, ok
}

func (c *cache) put(a netip.Addr, p pseudonym) {
	if len(c.young) >= generation {
		c.young, c.old = c.old, c.young
		clear(c.young)
	}
	c.young[a] = p
}
