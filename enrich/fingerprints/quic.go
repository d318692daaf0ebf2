package fingerprints

import (
	"cmp"
	"encoding/hex"
	"slices"

	"joy/wire"
)

// greaseParameter stands for all reserved numbers of transport parameters, which
// are 31*N+27 (RFC 9000 section 18.1).
const greaseParameter = 27

// A parameter is the number of a transport parameter, as it was written too but
// for a reserved one.
type parameter struct {
	number  uint64
	written []byte
}

// parameters appends the numbers of QUIC's transport parameters, sorted, as they
// were written.
func (s *stage) parameters(body []byte) {
	var room [64]parameter
	list := room[:0]
	for r := wire.NewReader(body); r.Len() > 0; {
		from := r.Offset()
		number := varint(&r)
		written := body[from:r.Offset()]
		r.Skip(int(min(varint(&r), 1<<20)))
		if r.Bad() {
			break
		}
		if number%31 == greaseParameter {
			number, written = greaseParameter, nil
		}
		list = append(list, parameter{number, written})
	}
	slices.SortFunc(list, func(a, b parameter) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(len(a.written), len(b.written)))
	})
	s.text = append(s.text, '[')
	for _, p := range list {
		s.text = append(s.text, '(')
		if p.number == greaseParameter {
			s.text = append(s.text, "1b"...)
		}
		s.text = hex.AppendEncode(s.text, p.written)
		s.text = append(s.text, ')')
	}
	s.text = append(s.text, ']')
}

// varint reads a number of RFC 9000 section 16.
func varint(r *wire.Reader) uint64 {
	first := r.Uint8()
	n := uint64(first & 0x3f)
	for range 1<<(first>>6) - 1 {
		n = n<<8 | uint64(r.Uint8())
	}
	return n
}
