package measure

import (
	"unsafe"

	"joy/packet"
)

// maxPPI is the number of packets of a direction that PPI keeps.
const maxPPI = 50

// PPI keeps what the headers of the first 50 TCP packets of each direction
// say, in the order of capture.
type PPI struct {
	packets []ppiPacket
	options []byte // of all packets, one after the other
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
	options    uint8 // bytes of PPI.options
	dir        uint8
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
func (y *PPI) Add(dir int, p *packet.Packet) {
	rseq, rack := y.relative(dir, p)
	if y.n[dir] == maxPPI {
		return
	}
	y.n[dir]++
	if y.packets == nil {
		y.packets = make([]ppiPacket, 0, usualList/2)
		y.options = make([]byte, 0, 8*usualList)
	}
	options := p.TCPOptions()
	options = options[:min(len(options), maxOptions)]
	y.options = append(y.options, options...)
	y.packets = append(y.packets, ppiPacket{
		time: p.Time, seq: p.Seq, ack: p.Ack, rseq: rseq, rack: rack,
		length: p.PayloadLen, flags: p.Flags, options: uint8(len(options)), dir: uint8(dir),
	})
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
func (y *PPI) Entries(dst []PPIEntry, out int, both bool) []PPIEntry {
	start := y.start(out, both)
	options := y.options
	for i := range y.packets {
		p := &y.packets[i]
		mine := options[:p.options]
		options = options[p.options:]
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

// start is the time of the earliest packet that Entries lists.
func (y *PPI) start(out int, both bool) (start int64) {
	first := true
	for i := range y.packets {
		p := &y.packets[i]
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
func (y *PPI) Size() int { return len(y.packets)*int(unsafe.Sizeof(ppiPacket{})) + len(y.options) }

// Reset forgets everything.
func (y *PPI) Reset() {
	*y = PPI{packets: emptied(y.packets, usualList), options: emptied(y.options, 16*usualList)}
}
