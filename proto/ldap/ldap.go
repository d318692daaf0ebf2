// Package ldap follows the Lightweight Directory Access Protocol (RFC 4511, RFC
// 4513) up to StartTLS, and reads CLDAP (RFC 1798, MS-ADTS section 6.3.3) over
// UDP.
//
// A parser needs about 300 bytes, at most 700 of lists and 4 KiB of texts.
package ldap

import (
	"joy/feature"
	"joy/proto/plain"
)

// Module is LDAP, on any port.
var Module = feature.Module{
	Key:     "ldap",
	Doc:     "LDAP and CLDAP: binds, first searches, results, StartTLS",
	Over:    feature.TCP | feature.UDP,
	Ports:   []uint16{389, 3268},
	Match:   Match,
	Keep:    maxHead,
	New:     func(s *feature.Settings) feature.Parser { return &Parser{store: plain.Store{Set: s}} },
	Carries: true,
}

// Tags of ASN.1, and the operations (RFC 4511 section 4.2 to 4.14).
const (
	tagInteger  = 0x02
	tagString   = 0x04
	tagEnum     = 0x0a
	tagSequence = 0x30

	bindRequest      = 0x60
	bindResponse     = 0x61
	unbind           = 0x42
	search           = 0x63
	entry            = 0x64
	searchDone       = 0x65
	extendedRequest  = 0x77
	extendedResponse = 0x78

	simple = 0x80
	sasl   = 0xa3
)

const (
	maxHead    = 1 << 10  // bytes of a message that are read
	maxMessage = 16 << 20 // longer ones are not believed
)

// startTLS is the name of the operation (RFC 4511 section 4.14).
const startTLS = "1.3.6.1.4.1.1466.20037"

// Match wants the head of a message with an operation, and the beginning of
// what is in it, with lengths that fit.
func Match(c *feature.Chunk) feature.Guess {
	if len(c.Bytes) == 0 {
		return plain.Open(c)
	}
	if c.Bytes[0] != tagSequence {
		return feature.No
	}
	n, head := length(c.Bytes)
	if head == 0 {
		return open(c)
	}
	if n < 5 || n > maxMessage || c.Over == feature.UDP && n > len(c.Bytes)-head {
		return feature.No
	}
	b := c.Bytes[head:]
	if len(b) < 2 {
		return open(c)
	}
	if b[0] != tagInteger || b[1] == 0 || b[1] > 4 {
		return feature.No
	}
	id := 2 + int(b[1])
	if len(b) <= id {
		return open(c)
	}
	return operation(c, b[id:], n-id)
}

// open: a datagram that ends too early is none of ours.
func open(c *feature.Chunk) feature.Guess {
	if c.Over == feature.UDP {
		return feature.No
	}
	return plain.Open(c)
}

// operation looks into the operation, of which all is to fit into n bytes.
func operation(c *feature.Chunk, b []byte, n int) feature.Guess {
	var want byte
	switch b[0] {
	case unbind:
		if n == 2 && len(b) >= 2 && b[1] == 0 {
			return feature.Yes
		}
		return feature.No
	case bindRequest:
		want = tagInteger
	case search, entry:
		want = tagString
	case bindResponse, searchDone, extendedResponse:
		want = tagEnum
	case extendedRequest:
		want = 0x80
	default:
		return feature.No
	}
	size, head := length(b)
	switch {
	case head == 0:
		return open(c)
	case size+head > n || size < 4:
		return feature.No
	case len(b) < head+4:
		return open(c)
	}
	b = b[head:]
	if b[0] != want || want != tagString && want != 0x80 && b[1] != 1 ||
		want == 0x80 && (b[1] < 3 || b[1] > 64) || want == tagInteger && (b[2] < 2 || b[2] > 3 || b[3] != tagString) {
		return feature.No
	}
	return feature.Yes
}

// length reads the length behind a tag, and how many bytes both have, 0 when
// there are too few. What is not of a definite length that fits is very long.
func length(b []byte) (n, head int) {
	if len(b) < 2 {
		return 0, 0
	}
	more := int(b[1]) - 0x80
	switch {
	case more < 0:
		return int(b[1]), 2
	case more == 0 || more > 4:
		return maxMessage + 1, 2
	case len(b) < 2+more:
		return 0, 0
	}
	for _, c := range b[2 : 2+more] {
		n = n<<8 | int(c)
	}
	if n < 0 || n > maxMessage {
		n = maxMessage + 1
	}
	return n, 2 + more
}

// A reader reads elements one behind the other. Of one that is not there as a
// whole it gives what there is.
type reader struct{ b []byte }

// next is the tag and the content of the next element, tag 0 for none.
func (r *reader) next() (tag byte, v []byte) {
	n, head := length(r.b)
	if head == 0 {
		r.b = nil
		return 0, nil
	}
	tag = r.b[0]
	n = min(n, len(r.b)-head)
	v, r.b = r.b[head:head+n], r.b[head+n:]
	return tag, v
}

// number is the last byte of the next element, which has to have this tag.
func (r *reader) number(tag byte) byte {
	t, v := r.next()
	if t != tag || len(v) == 0 {
		return 0xff
	}
	return v[len(v)-1]
}

// text is the next element if it is a string.
func (r *reader) text() []byte {
	t, v := r.next()
	if t != tagString {
		return nil
	}
	return v
}
