package telemetry

import (
	"joy/record"
)

// features fills in what the elements of Joy bring: lengths and times, byte
// distribution, first packet, TLS.
func (d *Decoder) features(v *values, r *record.Record) {
	if b := v.at[out][firstPacket]; len(b) > 0 {
		d.firstPacket(r, b)
	}
	r.IDPIn = v.at[in][firstPacket]
	r.IDPLenIn = len(r.IDPIn)
	d.packets(v, r)
	if b := v.at[out][byteCounts]; len(b) > 0 {
		d.byteCounts(r, b)
	}
	if v.hasTLS() {
		d.tls(v, r)
	}
}

// packets lists lengths and times.
func (d *Decoder) packets(v *values, r *record.Record) {
	if b := v.at[out][lengthsTimes]; len(b) > 0 && !v.has(packetLengths, out) {
		half := len(b) / 4 * 2
		r.Packets = appendRuns(r.Packets, list{b[:half], 2}, list{b[half:], 2})
		return
	}
	times := v.numbers(packetTimes, out, 2)
	for l := v.numbers(packetLengths, out, 2); l.len() > 0; {
		p := record.Length{B: uint32(l.next()), Dir: '>', IPT: uint32(times.next())}
		if v.bit(packetDirections, len(r.Packets)) {
			p.Dir = '<'
		}
		r.Packets = append(r.Packets, p)
	}
}

const (
	noLength = -0x8000 // fills up a list of lengths
	maxList  = 4096    // entries of a list that runs could make long
)

// appendRuns reads lengths of packets, of 16 bits with a sign, and the
// milliseconds before them. A length of -n stands for n more packets with the
// length before it; they have the times that follow.
func appendRuns(dst []record.Length, lengths, times list) []record.Length {
	last := uint32(0)
	for lengths.len() > 0 {
		n, repeat := int16(lengths.next()), 1
		switch {
		case n == noLength:
			return dst
		case n < 0:
			repeat = -int(n)
		default:
			last = uint32(n)
		}
		for range min(repeat, maxList-len(dst)) {
			dst = append(dst, record.Length{B: last, Dir: '>', IPT: uint32(times.next())})
		}
	}
	return dst
}

// byteCounts reads 256 counters of 1, 2, 4 or 8 bytes.
func (d *Decoder) byteCounts(r *record.Record, b []byte) {
	size := len(b) / 256
	if size*256 != len(b) || size > 8 || size == 0 {
		return
	}
	h := &d.room.counts
	for i := range h {
		h[i] = number(b[i*size : (i+1)*size])
		if size == 8 {
			h[i] &= 1<<48 - 1 // so that no sum overflows
		}
	}
	d.room.dist = h.Distribution(d.room.dist[:0])
	r.ByteDist, r.HasDist = d.room.dist, true
	r.HasDistMoments = h.Total() > 0
	r.ByteDistMean, r.ByteDistStd = h.Moments()
}

// firstPacket fills in a packet from the IP header on, and what the protocols
// say of its payload. A field of fixed length is longer than the packet.
func (d *Decoder) firstPacket(r *record.Record, b []byte) {
	if d.vals.has(joyPresent, out) { // our own exporter says what it has found in it
		r.IDPOut, r.IDPLenOut = b, len(b)
		return
	}
	p := d.peek.decode(b, int64(r.TimeStart))
	if p == nil {
		r.IDPOut, r.IDPLenOut = b, len(b)
		return
	}
	b = b[:min(len(b), int(p.IP+p.Length))]
	r.IDPOut, r.IDPLenOut = b, len(b)
	if d.peek.protocols(r, p) {
		d.stats.add(ParserPanic)
	}
}
