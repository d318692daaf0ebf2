package measure

import "encoding/binary"

// maxSalt is the number of packets of a direction that Salt keeps.
const maxSalt = 200

// Salt keeps the TCP sequence and acknowledgement numbers of the first 200
// packets of each direction, as they are in the header (also where the ACK flag
// is not set).
type Salt struct {
	side [2]List
}

// saltBytes are the two numbers of a packet in a List.
const saltBytes = 8

// Add notes a TCP packet that side dir sent.
func (s *Salt) Add(b *Blocks, dir int, seq, ack uint32) {
	d := &s.side[dir]
	if d.n == maxSalt*saltBytes {
		return
	}
	var p [saltBytes]byte
	binary.LittleEndian.PutUint64(p[:], uint64(ack)<<32|uint64(seq))
	d.add(b, p[:])
}

// Seqs appends the sequence numbers of a direction: the first as it is, then
// the signed differences to the packet before, modulo 2^32 (-2^31 to 2^31-1).
func (s *Salt) Seqs(dst []int64, b *Blocks, dir int) []int64 {
	return steps(dst, s.side[dir].all(b))
}

// Acks appends the acknowledgement numbers of a direction, in the form of Seqs.
func (s *Salt) Acks(dst []int64, b *Blocks, dir int) []int64 {
	p := s.side[dir].all(b)
	return steps(dst, p[min(len(p), 4):])
}

// steps appends the first of every two numbers in p.
func steps(dst []int64, p []byte) []int64 {
	if len(p) < 4 {
		return dst
	}
	before := binary.LittleEndian.Uint32(p)
	dst = append(dst, int64(before))
	for len(p) >= saltBytes+4 {
		p = p[saltBytes:]
		now := binary.LittleEndian.Uint32(p)
		dst = append(dst, int64(int32(now-before)))
		before = now
	}
	return dst
}

// Size is the memory of the list, in bytes.
func (s *Salt) Size() int {
	return s.side[0].Size() + s.side[1].Size()
}

// Reset forgets everything.
func (s *Salt) Reset(b *Blocks) {
	s.side[0].Drop(b)
	s.side[1].Drop(b)
}
