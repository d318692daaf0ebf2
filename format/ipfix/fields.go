package ipfix

import (
	"math"

	"joy/record"
	"joy/telemetry/element"
)

// keyFields are the addresses, ports and protocol, in Joy's order.
func keyFields() []field {
	v4 := func(id element.ID, put func(*encoder, *record.Record)) field {
		return field{id: id, size: sizeOf(id), mask: family, want: 0, put: put}
	}
	return []field{
		v4(element.SourceIPv4Address, func(e *encoder, r *record.Record) { e.ipv4(r.SA) }),
		v4(element.DestinationIPv4Address, func(e *encoder, r *record.Record) { e.ipv4(r.DA) }),
		always(element.SourceIPv6Address, ipv6, func(e *encoder, r *record.Record) { e.ipv6(r.SA) }),
		always(element.DestinationIPv6Address, ipv6, func(e *encoder, r *record.Record) { e.ipv6(r.DA) }),
		always(element.JoySourceText, text, func(e *encoder, r *record.Record) { e.endpoint(r.SA) }),
		always(element.JoyDestinationText, text, func(e *encoder, r *record.Record) { e.endpoint(r.DA) }),
		always(element.SourceTransportPort, 0, func(e *encoder, r *record.Record) { e.port(r.SP) }),
		always(element.DestinationTransportPort, 0, func(e *encoder, r *record.Record) { e.port(r.DP) }),
		always(element.ProtocolIdentifier, 0, func(e *encoder, r *record.Record) { e.u8(r.Pr) }),
	}
}

// flowFields are what all templates tell of a flow. nfdump has one place for the
// flags of both directions, and one for their VLANs, and keeps what comes last:
// that is to be what the source sent.
func flowFields() []field {
	return []field{
		always(element.FlowStartMilliseconds, 0, func(e *encoder, r *record.Record) { e.millis(r.TimeStart) }),
		always(element.FlowEndMilliseconds, 0, func(e *encoder, r *record.Record) { e.millis(r.TimeEnd) }),
		always(element.OctetDeltaCount, counted, func(e *encoder, r *record.Record) { e.u64(octets(&r.Stats.Out, r.PktsOut)) }),
		always(element.PacketDeltaCount, 0, func(e *encoder, r *record.Record) { e.u64(r.PktsOut) }),
		always(element.TransportOctetDeltaCount, 0, func(e *encoder, r *record.Record) { e.u64(r.BytesOut) }),
		always(element.OctetDeltaCount.Reverse(), biflow|counted, func(e *encoder, r *record.Record) { e.u64(octets(&r.Stats.In, r.PktsIn)) }),
		always(element.PacketDeltaCount.Reverse(), biflow, func(e *encoder, r *record.Record) { e.u64(r.PktsIn) }),
		always(element.TransportOctetDeltaCount.Reverse(), biflow, func(e *encoder, r *record.Record) { e.u64(r.BytesIn) }),
		always(element.TCPControlBits.Reverse(), biflow|counted, func(e *encoder, r *record.Record) { e.u16(flags(&r.Stats.In)) }),
		always(element.TCPControlBits, counted, func(e *encoder, r *record.Record) { e.u16(flags(&r.Stats.Out)) }),
		always(element.FlowEndReason, 0, func(e *encoder, r *record.Record) { e.u8(uint8(r.EndReason)) }),
		always(element.BiflowDirection, biflow, func(e *encoder, _ *record.Record) { e.u8(initiator) }),
		always(element.InitialDataPacket, initial, func(e *encoder, r *record.Record) { e.octets(r.IDPOut) }),
		always(element.JoyReverseInitialData, initial|biflow, func(e *encoder, r *record.Record) { e.octets(r.IDPIn) }),
	}
}

// initiator is the value of biflowDirection for a source that opened the flow
// (RFC 5103 section 6.3).
const initiator = 1

func (e *encoder) ipv4(a record.Addr) {
	b := address(a).As4()
	e.b = append(e.b, b[:]...)
}

func (e *encoder) ipv6(a record.Addr) {
	b := address(a).As16()
	e.b = append(e.b, b[:]...)
}

// endpoint appends what the record shows for an address.
func (e *encoder) endpoint(a record.Addr) {
	if a.Token != "" {
		putText(e, a.Token)
		return
	}
	if a.IP.IsValid() {
		var b [maxAddress]byte
		putText(e, a.IP.WithZone("").AppendTo(b[:0]))
	}
}

// maxAddress is the length of the longest address as text.
const maxAddress = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")

// port appends a port, 0 where the protocol has none.
func (e *encoder) port(p record.Port) { e.u16(uint16(max(p, 0))) }

// millis appends a dateTimeMilliseconds (RFC 7011 section 6.1.8). What lies
// before 1970 cannot be told.
func (e *encoder) millis(t record.Time) { e.u64(uint64(max(t, 0)) / 1e6) }

// nanos appends a dateTimeNanoseconds: seconds since 1900 modulo 2^32, and the
// fraction in units of 2^-32 s (RFC 7011 section 6.1.10), rounded up so that
// readers that cut and readers that round find the same nanosecond.
func (e *encoder) nanos(t record.Time) {
	const (
		epoch  = 2208988800 // seconds from 1900 to 1970
		second = 1e9
	)
	ns := uint64(max(t, 0))
	e.u32(uint32(ns/second + epoch))
	e.u32(uint32((ns%second<<32 + second - 1) / second))
}

// octets is the number of bytes of the IP packets of a direction, headers
// included: their mean length comes from an exact sum.
func octets(s *record.StatsSide, packets uint64) uint64 {
	n := math.Round(s.Len.Mean * float64(packets))
	if n >= 0 && n < math.MaxUint64 {
		return uint64(n)
	}
	return 0
}

// flags are all TCP flags that a direction has shown.
func flags(s *record.StatsSide) (f uint16) {
	for i, n := range s.Flags {
		if n > 0 {
			f |= 1 << i
		}
	}
	return f
}
