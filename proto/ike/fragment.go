package ike

import (
	"encoding/binary"
	"slices"
)

const (
	maxParts     = 32       // of a message
	maxAssembled = 64 << 10 // bytes of a message and of the parts that wait
)

// An assembly puts a message of IKEv1 together from its parts, as Cisco and
// Microsoft send them: behind the header of ISAKMP and of the payload come an
// id (2 bytes), the number of the part from 1 on, flags (bit 0: the last part)
// and the bytes of the part.
type assembly struct {
	id    uint16
	last  int // number of the last part, 0 while it is not known
	parts [maxParts][]byte
	size  int
}

// held is how many bytes wait, with those of the list.
func (a *assembly) held() int {
	if a == nil {
		return 0
	}
	return 24*maxParts + a.size
}

// assemble takes the fragment that b is and returns the whole message when none
// is missing any more. The message is of its own memory. A fragment of another
// message than the last one begins anew.
func (s *side) assemble(b []byte) []byte {
	end := min(len(b), int(binary.BigEndian.Uint32(b[24:])))
	if end < headerLen+8 {
		return nil
	}
	size := int(binary.BigEndian.Uint16(b[headerLen+2:]))
	if size < 8 || headerLen+size > end {
		return nil
	}
	body := b[headerLen+4 : headerLen+size]
	id, number, last := binary.BigEndian.Uint16(body), int(body[2]), body[3]&1 != 0
	if number < 1 || number > maxParts {
		return nil
	}
	if s.parts == nil || s.parts.id != id {
		s.parts = &assembly{id: id}
	}
	a := s.parts
	if last {
		a.last = number
	}
	if a.parts[number-1] == nil && a.size+len(body)-4 <= maxAssembled {
		a.parts[number-1] = slices.Clone(body[4:])
		a.size += len(body) - 4
	}
	return s.complete()
}

func (s *side) complete() []byte {
	a := s.parts
	if a.last == 0 {
		return nil
	}
	for _, part := range a.parts[:a.last] {
		if part == nil {
			return nil
		}
	}
	whole := slices.Concat(a.parts[:a.last]...)
	s.parts = nil
	if !plausible(whole) {
		return nil
	}
	return whole
}
