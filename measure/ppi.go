package measure

import (
	"encoding/binary"

	"joy/packet"
)

// maxPPI is the number of packets of a direction that PPI keeps.
const maxPPI = 50

// PPI keeps what the headers of the first 50 TCP packets of each direction
// say, in the order of capture.
type PPI struct {
	packets List // of ppiPacket, each with its options behind it
	highest [2]uint32
	seen    [2]bool // highest is valid
	n       [2]uint8
}

type ppiPacket struct {
	time       int64
	seq, ack   uint32
	rseq, rack int32
	length     uint32
	flags      uint8
	options    uint8 // bytes of options
	dir        uint8
}

// ppiBytes is a packet in a List, without its options.
const ppiBytes = 31

func (p *ppiPacket) put(b []byte) {
	le := binary.LittleEndian
	le.PutUint64(b, uint64(p.time))
	le.PutUint32(b[8:], p.seq)
	le.PutUint32(b[12:], p.ack)
	le.PutUint32(b[16:], uint32(p.rseq))
	le.PutUint32(b[20:], uint32(p.rack))
	le.PutUint32(b[24:], p.length)
	b[28], b[29], b[30] = p.flags, p.options, p.dir
}

func (p *ppiPacket) get(b []byte) {
	le := binary.LittleEndian
	*p = ppiPacket{
		time: int64(le.Uint64(b)), seq: le.Uint32(b[8:]), ack: le.Uint32(b[12:]),
		rseq: int32(le.Uint32(b[16:])), rack: int32(le.Uint32(b[20:])),
		length: le.Uint32(b[24:]), flags: b[28], options: b[29], dir: b[30],
	}
}

// A PPIEntry describes one TCP packet.
type PPIEntry struct {
	// Sequence number.
	Seq uint32 `json:"seq"`
	// Acknowledgement number, also where the ACK flag is not set.
	Ack uint32 `json:"ack"`
	// Sequence number less the highest one seen before on this side, signed; 0
	// for a SYN and for the first packet of a side.
	RSeq int32 `json:"rseq"`
	// Acknowledgement number less the highest sequence number seen on the other
	// side, signed; 0 without the ACK flag and when the other side was not seen.
	RAck int32 `json:"rack"`
	// Payload in bytes, on the wire.
	B uint32 `json:"b"`
	// Bytes of TCP options, as far as captured.
	OLen int `json:"olen"`
	// ">" from sa, "<" from da.
	Dir string `json:"dir"`
	// Whole milliseconds since the earliest packet of the list.
	T uint64 `json:"t"`
	// TCP flags, letters in the order F S R P A U E C.
	Flags string `json:"flags"`
	// TCP options in order; empty when there are none.
	Opts []Option `json:"opts"`
}

// Add notes a TCP packet that side dir sent. The packet is borrowed.
func (y *PPI) Add(s *Blocks, dir int, p *packet.Packet) {
	rseq, rack := y.relative(dir, p)
	if y.n[dir] == maxPPI {
		return
	}
	y.n[dir]++
	var b [ppiBytes + maxOptions]byte
	n := copy(b[ppiBytes:], p.TCPOptions())
	e := ppiPacket{
		time: p.Time, seq: p.Seq, ack: p.Ack, rseq: rseq, rack: rack,
		length: p.PayloadLen, flags: p.Flags, options: uint8(n), dir: uint8(dir),
	}
	e.put(b[:])
	y.packets.add(s, b[:ppiBytes+n])
}

// relative compares the numbers of p with the highest ones before it, and
// notes those of p.
func (y *PPI) relative(dir int, p *packet.Packet) (rseq, rack int32) {
	if p.Flags&packet.SYN != 0 || !y.seen[dir] {
		y.highest[dir], y.seen[dir] = p.Seq, true
	}
	rseq = int32(p.Seq - y.highest[dir])
	if rseq > 0 {
		y.highest[dir] = p.Seq
	}
	if p.Flags&packet.ACK != 0 && y.seen[dir^1] {
		rack = int32(p.Ack - y.highest[dir^1])
	}
	return rseq, rack
}

// Entries appends the packets in the order of capture; those that side out
// sent have the direction ">". Unless both is set, only they are listed. The
// list of options of an entry beyond the length of dst is used again.
func (y *PPI) Entries(dst []PPIEntry, s *Blocks, out int, both bool) []PPIEntry {
	all := y.packets.all(s)
	start := ppiStart(all, out, both)
	for p := (ppiPacket{}); len(all) > 0; {
		p.get(all)
		mine := all[ppiBytes : ppiBytes+int(p.options)]
		all = all[ppiBytes+len(mine):]
		if !both && int(p.dir) != out {
			continue
		}
		if len(dst) == cap(dst) {
			dst = append(dst, PPIEntry{})[:len(dst)]
		}
		dst = dst[:len(dst)+1]
		e := &dst[len(dst)-1]
		*e = p.entry(ParseOptions(e.Opts[:0], mine))
		e.T = gap(start, p.time) / 1e6
		if int(p.dir) == out {
			e.Dir = ">"
		}
	}
	return dst
}

// ppiStart is the time of the earliest packet that Entries lists.
func ppiStart(all []byte, out int, both bool) (start int64) {
	first := true
	for p := (ppiPacket{}); len(all) > 0; all = all[ppiBytes+int(p.options):] {
		p.get(all)
		if (both || int(p.dir) == out) && (first || p.time < start) {
			start, first = p.time, false
		}
	}
	return start
}

func (p *ppiPacket) entry(options []Option) PPIEntry {
	return PPIEntry{
		Seq: p.seq, Ack: p.ack, RSeq: p.rseq, RAck: p.rack, B: p.length,
		OLen: int(p.options), Dir: "<", Flags: FlagString(p.flags), Opts: options,
	}
}

// Size is the memory of the list, in bytes.
func (y *PPI) Size() int { return y.packets.Size() }

// Reset forgets everything.
func (y *PPI) Reset(s *Blocks) {
	y.packets.Drop(s)
	*y = PPI{}
}
