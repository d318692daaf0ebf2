package tls

import (
	"bytes"
	"encoding/binary"

	"joy/feature"
)

// An arena holds what had to be made for an Info: texts, and the attributes of
// certificates. When it grows, what points into it stays as it is.
type arena struct {
	text       []byte
	attributes []Attribute
}

func (b *arena) reset() arena { return arena{b.text[:0], b.attributes[:0]} }

// put copies s to where it stays as long as the Info.
func (b *arena) put(s string) feature.Text {
	n := len(b.text)
	b.text = append(b.text, s...)
	return b.since(n)
}

// since is what was appended to the text since it had n bytes.
func (b *arena) since(n int) feature.Text { return b.text[n:len(b.text):len(b.text)] }

// A cache holds certificates that were taken apart. Servers send the same ones
// again and again, and to compare them costs a fraction of hashing and reading
// them (BenchmarkCertificates, BenchmarkNewCertificates).
type cache struct {
	turn    uint64 // number of the Info that is being made
	entries [128]struct {
		arena
		raw  []byte
		cert Certificate // points into raw and the arena
		turn uint64      // of the last Info that uses it
	}
}

// maxCached is the length of the longest certificate that is cached.
const maxCached = 4 << 10

// known is certificate, but out of the cache where that is possible.
func (b *builder) known(raw []byte, n int) Certificate {
	if len(raw) < n || len(raw) > maxCached || len(raw) < 8 {
		return b.certificate(raw, n)
	}
	if b.cache == nil {
		b.cache = &cache{turn: 1}
	}
	// The end of a certificate is that of its signature, and so random.
	e := &b.cache.entries[binary.LittleEndian.Uint64(raw[len(raw)-8:])%uint64(len(b.cache.entries))]
	switch {
	case bytes.Equal(e.raw, raw):
	case e.turn == b.cache.turn: // in use by this Info
		return b.certificate(raw, n)
	default:
		e.raw = append(e.raw[:0], raw...)
		e.arena = e.arena.reset()
		e.cert = e.certificate(e.raw, n)
	}
	e.turn = b.cache.turn
	return e.cert
}
