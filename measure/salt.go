package measure

import "unsafe"

// maxSalt is the number of packets of a direction that Salt keeps.
const maxSalt = 200

// Salt keeps the TCP sequence and acknowledgement numbers of the first 200
// packets of each direction, as they are in the header (also where the ACK flag
// is not set).
type Salt struct {
	side [2][]saltPacket
}

type saltPacket struct{ seq, ack uint32 }

// Add notes a TCP packet that side dir sent.
func (s *Salt) Add(dir int, seq, ack uint32) {
	d := &s.side[dir]
	if *d == nil {
		*d = make([]saltPacket, 0, usualList/2)
	}
	if len(*d) < maxSalt {
		*d = append(*d, saltPacket{seq, ack})
	}
}

// Seqs appends the sequence numbers of a direction: the first as it is, then
// the signed differences to the packet before, modulo 2^32 (-2^31 to 2^31-1).
func (s *Salt) Seqs(dst []int64, dir int) []int64 {
	var before uint32
	for i, p := range s.side[dir] {
		dst = append(dst, step(i, before, p.seq))
		before = p.seq
	}
	return dst
}

// Acks appends the acknowledgement numbers of a direction, in the form of Seqs.
func (s *Salt) Acks(dst []int64, dir int) []int64 {
	var before uint32
	for i, p := range s.side[dir] {
		dst = append(dst, step(i, before, p.ack))
		before = p.ack
	}
	return dst
}

func step(i int, before, now uint32) int64 {
	if i == 0 {
		return int64(now)
	}
	return int64(int32(now - before))
}

// Size is the memory of the list, in bytes.
func (s *Salt) Size() int {
	return (len(s.side[0]) + len(s.side[1])) * int(unsafe.Sizeof(saltPacket{}))
}

// Reset forgets everything.
func (s *Salt) Reset() {
	for i := range s.side {
		s.side[i] = emptied(s.side[i], usualList)
	}
}
