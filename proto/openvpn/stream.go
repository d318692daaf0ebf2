package openvpn

import (
	"bytes"
	"encoding/binary"

	"joy/feature"
)

// step reads on in a stream. It returns the number of bytes that are used, 0 when
// more are needed.
func (p *Parser) step(c *feature.Chunk, b []byte) int {
	s := &p.sides[c.Dir]
	if s.over {
		return len(b)
	}
	if s.skip > 0 {
		n := min(s.skip, len(b))
		s.skip -= n
		return n
	}
	if s.lost {
		if n := s.find(b); n > 0 || s.lost {
			return n
		}
	}
	if len(b) < 3 {
		return 0
	}
	n := 2 + int(binary.BigEndian.Uint16(b))
	if n == 2 || !isOperation(b[2]) {
		s.lost = true
		return s.find(b)
	}
	if n > maxSize || !wanted(b[2]) {
		p.note(b[2])
		s.skip = n
		return p.step(c, b)
	}
	if n > len(b) {
		return 0
	}
	p.message(c, b[2:n])
	return n
}

func isOperation(first byte) bool { return first>>3 != 0 && first>>3 <= lastOp }

// wanted reports whether a message with this first byte is read.
func wanted(first byte) bool {
	op := int(first >> 3)
	return first&7 == 0 && (op == controlV1 || op < len(names) && names[op] != "")
}

// lose accounts for n bytes that are missing.
func (s *side) lose(n int) {
	if n <= s.skip {
		s.skip -= n
		return
	}
	s.skip, s.lost = 0, true
}

// find looks for a message of the session, and returns the number of bytes
// before it. While it is lost, those are all that cannot belong to one.
func (s *side) find(b []byte) int {
	const before, header = 3, 3 + 8 // length and operation, and the session
	n := max(0, len(b)-header+1)    // in the rest one may begin
	for i := before; s.known && i < len(b); i++ {
		k := bytes.Index(b[i:], s.session[:])
		if k < 0 {
			break
		}
		i += k
		if at := i - before; (b[at] != 0 || b[at+1] != 0) && isOperation(b[at+2]) {
			n, s.lost = at, false
			break
		}
	}
	s.scanned += n
	if !s.known || s.scanned > maxScan {
		s.over = true
		return len(b)
	}
	return n
}
