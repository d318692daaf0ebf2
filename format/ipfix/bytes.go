package ipfix

import (
	"math"

	"joy/record"
	"joy/telemetry/element"
)

// byteFields are the byte distribution and the first payload.
func byteFields() []field {
	return []field{
		always(element.ByteDistribution, hasBytes, func(e *encoder, r *record.Record) {
			if r.HasDist {
				e.octets(r.ByteDist)
			}
		}),
		always(element.JoyCompactBytes, hasBytes, func(e *encoder, r *record.Record) { e.octets(r.CompactByteDist) }),
		always(element.JoyByteMean, hasBytes, func(e *encoder, r *record.Record) { e.float(r.ByteDistMean) }),
		always(element.JoyByteDeviation, hasBytes, func(e *encoder, r *record.Record) { e.float(r.ByteDistStd) }),
		always(element.JoyEntropy, hasBytes, func(e *encoder, r *record.Record) { e.float(r.Entropy) }),
		always(element.JoyTotalEntropy, hasBytes, func(e *encoder, r *record.Record) { e.float(r.TotalEntropy) }),
		always(element.BasicListID, hasBytes, putWHT),
		always(element.JoyPayload, full|initial, func(e *encoder, r *record.Record) {
			if r.Payload != nil {
				e.octets(r.Payload.Out)
			}
		}),
		always(element.JoyReversePayload, full|initial|biflow, func(e *encoder, r *record.Record) {
			if r.Payload != nil {
				e.octets(r.Payload.In)
			}
		}),
	}
}

func putWHT(e *encoder, r *record.Record) {
	e.list(element.JoyWalshHadamard, 8)
	for _, x := range r.WHT {
		if !e.entry(math.Float64bits(x), 8) {
			return
		}
	}
}

// putLengths lists the lengths of the packets.
func putLengths(e *encoder, r *record.Record) {
	putNumbers(e, element.PacketLengths, element.JoyPacketLength, r.Packets, func(p *record.Length) uint32 { return p.B })
}

// putTimes lists the times between the packets.
func putTimes(e *encoder, r *record.Record) {
	putNumbers(e, element.PacketTimes, element.JoyPacketTime, r.Packets, func(p *record.Length) uint32 { return p.IPT })
}

// putDirections tells which of the packets da sent.
func putDirections(e *encoder, r *record.Record) {
	putBits(e, r.Packets, func(p *record.Length) bool { return p.Dir != '>' })
}

// putNumbers lists numbers in 16 bits under Cisco's number or, where one does
// not fit, in 32 under ours.
func putNumbers[T any](e *encoder, short, long element.ID, list []T, get func(*T) uint32) {
	id, size := short, uint16(2)
	for i := range list {
		if get(&list[i]) > math.MaxUint16 {
			id, size = long, 4
			break
		}
	}
	e.list(id, size)
	for i := range list {
		if !e.entry(uint64(get(&list[i])), size) {
			return
		}
	}
}

// putBits writes a bit for each entry, the first one highest, as far as there
// is room.
func putBits[T any](e *encoder, list []T, get func(*T) bool) {
	for i := 0; i < len(list); i += 8 {
		if e.room == 0 {
			e.cuts++
			return
		}
		var b byte
		for k := range list[i:min(i+8, len(list))] {
			if get(&list[i+k]) {
				b |= 0x80 >> k
			}
		}
		e.u8(b)
		e.room--
	}
}
