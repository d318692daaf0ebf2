package telemetry

import (
	"joy/proto/tls"
	"joy/record"
)

// features fills in what the elements of Joy bring: lengths and times, byte
// distribution, first packet, TLS.
func (d *Decoder) features(v *values, r *record.Record) {
	if b := v.at[out][firstPacket]; b != nil {
		d.firstPacket(r, b)
	}
	switch {
	case v.has(packetLengths, out):
		r.Packets = appendLengths(r.Packets, v.at[out][packetLengths], v.at[out][packetTimes])
	case v.has(lengthsTimes, out):
		b := v.at[out][lengthsTimes]
		half := len(b) / 4 * 2
		r.Packets = appendLengths(r.Packets, b[:half], b[half:])
	}
	if b := v.at[out][byteCounts]; b != nil {
		d.byteCounts(r, b)
	}
	if v.hasTLS() {
		d.tls(v, r)
	}
}

const (
	noLength = -0x8000 // fills up a list of lengths
	maxList  = 4096    // entries of a list that runs could make long
)

// appendLengths reads lengths of packets, of 16 bits with a sign, and the
// milliseconds before them. A length of -n stands for n more packets with the
// length before it; they have the times that follow.
func appendLengths(list []record.Length, lengths, times []byte) []record.Length {
	last := uint32(0)
	take := func() (ms uint32) {
		if len(times) >= 2 {
			ms, times = uint32(number(times[:2])), times[2:]
		}
		return ms
	}
	for ; len(lengths) >= 2; lengths = lengths[2:] {
		n := int16(number(lengths[:2]))
		if n == noLength {
			break
		}
		repeat := 1
		if n < 0 {
			repeat = -int(n)
		} else {
			last = uint32(n)
		}
		for range min(repeat, maxList-len(list)) {
			list = append(list, record.Length{B: last, Dir: '>', IPT: take()})
		}
	}
	return list
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

func (v *values) hasTLS() bool {
	for s := tlsRecords; s <= tlsRandom; s++ {
		if v.has(s, out) {
			return true
		}
	}
	return v.has(recordLengths, out) || v.has(extensionTypes, out)
}

// tls fills in what the elements say; it is of the client, who sends the first
// hello. What the first packet shows is not replaced.
func (d *Decoder) tls(v *values, r *record.Record) {
	if r.TLS == nil {
		d.room.tls = tls.Info{
			CS: d.room.tls.CS[:0], CExtensions: d.room.tls.CExtensions[:0], SRLT: d.room.tls.SRLT[:0],
		}
		r.TLS = &d.room.tls
		d.tlsHello(v)
	}
	t := r.TLS
	if t.CKeyLength == 0 {
		t.CKeyLength = uint32(v.number(tlsKeyLength, out))
	}
	if len(t.SRLT) > 0 {
		return
	}
	t.SRLT = d.room.tls.SRLT[:0]
	d.room.messages = d.room.messages[:0]
	if b := v.at[out][tlsRecords]; b != nil {
		n := len(b) / 6
		d.records(t, b[:2*n], b[2*n:4*n], b[4*n:5*n], b[5*n:6*n])
	} else {
		d.records(t, v.at[out][recordLengths], v.at[out][recordTimes], v.at[out][recordTypes], v.at[out][recordMessages])
	}
	d.room.tls.SRLT = t.SRLT
}

// tlsHello fills in the fields of the hello.
func (d *Decoder) tlsHello(v *values) {
	t := &d.room.tls
	t.CVersion = uint8(v.number(tlsVersion, out))
	if b := v.at[out][tlsVersion]; len(b) == 2 && b[0] == 3 && b[1] <= 4 { // as on the wire
		t.CVersion = b[1] + 2
	}
	t.CRandom = v.at[out][tlsRandom]
	if b := v.at[out][tlsSessionID]; len(b) >= 2 {
		t.CSID = b[2:min(2+int(number(b[:2])), len(b))]
	}
	const end = 0xffff
	for b := v.at[out][tlsSuites]; len(b) >= 2 && number(b[:2]) != end; b = b[2:] {
		t.CS = append(t.CS, tls.Code(number(b[:2])))
	}
	types := v.at[out][extensionTypes]
	if b := v.at[out][tlsExtensions]; b != nil {
		types = trimPairs(b[len(b)/4*2:])
	}
	for ; len(types) >= 2; types = types[2:] {
		t.CExtensions = append(t.CExtensions, tls.Extension{Type: uint16(number(types[:2]))})
	}
}

// trimPairs drops the zeros that fill up a list of numbers of 16 bits.
func trimPairs(b []byte) []byte {
	b = b[:len(b)&^1]
	for len(b) >= 2 && b[len(b)-1]|b[len(b)-2] == 0 {
		b = b[:len(b)-2]
	}
	return b
}

// records lists TLS records: lengths and milliseconds of 16 bits, types of 8.
func (d *Decoder) records(t *tls.Info, lengths, times, types, messages []byte) {
	lengths = trimPairs(lengths)
	for i := 0; 2*i < len(lengths); i++ {
		rec := tls.Record{B: uint16(number(lengths[2*i : 2*i+2])), Dir: ">"}
		if len(times) >= 2*i+2 {
			rec.IPT = uint32(number(times[2*i : 2*i+2]))
		}
		if i < len(types) {
			rec.TP = types[i]
		}
		const handshake = 22
		if i < len(messages) && rec.TP == handshake {
			d.room.messages = append(d.room.messages, uint16(messages[i]))
			rec.HSTypes = d.room.messages[len(d.room.messages)-1:]
		}
		t.SRLT = append(t.SRLT, rec)
	}
}

// firstPacket fills in a packet from the IP header on, and what the protocols
// say of its payload. A field of fixed length is longer than the packet.
func (d *Decoder) firstPacket(r *record.Record, b []byte) {
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
