package ipfix

import (
	"math"

	"joy/proto/icmp"
	"joy/record"
	"joy/telemetry/element"
)

// fullFields are what the full template tells of all flows.
func fullFields() []field {
	list := []field{
		always(element.FlowStartNanoseconds, full, func(e *encoder, r *record.Record) { e.nanos(r.TimeStart) }),
		always(element.FlowEndNanoseconds, full, func(e *encoder, r *record.Record) { e.nanos(r.TimeEnd) }),
		always(element.FlowID, full, func(e *encoder, r *record.Record) { e.u64(uint64(r.FlowID)) }),
		always(element.JoySegment, full, func(e *encoder, r *record.Record) { e.u32(r.Segment) }),
		always(element.JoyPresent, full, func(e *encoder, r *record.Record) { e.u32(e.present(r)) }),
		always(element.MinimumTTL, full, func(e *encoder, r *record.Record) { e.u8(r.IP.Out.TTL) }),
		always(element.MinimumTTL.Reverse(), full|biflow, func(e *encoder, r *record.Record) { e.u8(r.IP.In.TTL) }),
		always(element.TCPSequenceNumber, full, func(e *encoder, r *record.Record) { e.u32(firstSeq(r)) }),
		always(element.TCPWindowSize, full, func(e *encoder, r *record.Record) { e.u16(window(r, false)) }),
		always(element.TCPWindowSize.Reverse(), full|biflow, func(e *encoder, r *record.Record) { e.u16(window(r, true)) }),
		always(element.ApplicationName, full, putApp),
		always(element.JoyApplicationBy, full, func(e *encoder, r *record.Record) { putText(e, r.AppBy) }),
		always(element.JoyCommunityID, full, func(e *encoder, r *record.Record) { putText(e, r.CommunityID) }),
	}
	list = append(list, icmpFields()...)
	list = append(list, packetFields()...)
	list = append(list, statsFields()...)
	return append(list, linkFields()...)
}

// icmpFields are type and code of the first message of a direction.
func icmpFields() []field {
	out := func(e *encoder, r *record.Record) { e.u16(typeCode(firstICMP(r, ">"))) }
	in := func(e *encoder, r *record.Record) { e.u16(typeCode(firstICMP(r, "<"))) }
	const v4 = family | full
	return []field{
		{id: element.ICMPTypeCodeIPv4, size: 2, mask: v4, want: full, put: out},
		{id: element.ICMPTypeCodeIPv4.Reverse(), size: 2, mask: v4 | biflow, want: full | biflow, put: in},
		always(element.ICMPTypeCodeIPv6, full|ipv6, out),
		always(element.ICMPTypeCodeIPv6.Reverse(), full|ipv6|biflow, in),
	}
}

// packetFields are the sequence of lengths and times.
func packetFields() []field {
	return []field{
		always(element.BasicListID, full, putLengths),
		always(element.BasicListID, full, putTimes),
		always(element.JoyPacketDirections, full, putDirections),
	}
}

// statsFields are what statistics tell beside octets and flags.
func statsFields() []field {
	length := func(x float64) uint64 { return uint64(max(0, min(x, math.MaxUint32))) }
	return []field{
		always(element.MinimumIPTotalLength, full|counted, func(e *encoder, r *record.Record) { e.u64(length(r.Stats.Out.Len.Min)) }),
		always(element.MaximumIPTotalLength, full|counted, func(e *encoder, r *record.Record) { e.u64(length(r.Stats.Out.Len.Max)) }),
		always(element.MinimumIPTotalLength.Reverse(), full|counted|biflow, func(e *encoder, r *record.Record) { e.u64(length(r.Stats.In.Len.Min)) }),
		always(element.MaximumIPTotalLength.Reverse(), full|counted|biflow, func(e *encoder, r *record.Record) { e.u64(length(r.Stats.In.Len.Max)) }),
		always(element.JoyServerRTT, full|counted, func(e *encoder, r *record.Record) { e.float(r.Stats.RTTServer) }),
		always(element.JoyClientRTT, full|counted, func(e *encoder, r *record.Record) { e.float(r.Stats.RTTClient) }),
	}
}

// linkFields are the link layer and the labels.
func linkFields() []field {
	return []field{
		always(element.SourceMACAddress, hasLink, func(e *encoder, r *record.Record) { e.b = append(e.b, r.L2.SMAC[:]...) }),
		always(element.DestinationMACAddress, hasLink, func(e *encoder, r *record.Record) { e.b = append(e.b, r.L2.DMAC[:]...) }),
		always(element.VLANID.Reverse(), hasLink|biflow, func(e *encoder, r *record.Record) { e.u16(outermost(r.L2.VLANIn)) }),
		always(element.VLANID, hasLink, func(e *encoder, r *record.Record) { e.u16(outermost(r.L2.VLANOut)) }),
		always(element.BasicListID, hasLink, func(e *encoder, r *record.Record) { putVLANs(e, element.VLANID, r.L2.VLANOut) }),
		always(element.BasicListID, hasLink|biflow, func(e *encoder, r *record.Record) { putVLANs(e, element.VLANID.Reverse(), r.L2.VLANIn) }),
		always(element.BasicListID, hasLabels, func(e *encoder, r *record.Record) { putLabels(e, element.JoySourceLabel, r.SALabels) }),
		always(element.BasicListID, hasLabels, func(e *encoder, r *record.Record) { putLabels(e, element.JoyDestinationLabel, r.DALabels) }),
	}
}

func firstSeq(r *record.Record) uint32 {
	if r.TCP == nil || !r.TCP.HasFirstSeq {
		return 0
	}
	return r.TCP.FirstSeq
}

// syn is the SYN of a direction, nil for none.
func syn(r *record.Record, in bool) *record.SYN {
	switch {
	case r.TCP == nil:
		return nil
	case in:
		return r.TCP.In
	}
	return r.TCP.Out
}

func window(r *record.Record, in bool) uint16 {
	if s := syn(r, in); s != nil {
		return s.Window
	}
	return 0
}

// firstICMP is the first kind of message that a side sent, nil for none.
func firstICMP(r *record.Record, dir string) *icmp.Kind {
	if r.ICMP == nil {
		return nil
	}
	for i := range r.ICMP.Messages {
		if k := &r.ICMP.Messages[i]; k.Dir == dir {
			return k
		}
	}
	return nil
}

func typeCode(k *icmp.Kind) uint16 {
	if k == nil {
		return 0
	}
	return uint16(k.Type)<<8 | uint16(k.Code)
}

// putApp writes the protocols with a slash between them: "smtp/tls".
func putApp(e *encoder, r *record.Record) {
	for i, a := range r.App {
		if i > 0 && !putText(e, "/") || !putText(e, a) {
			return
		}
	}
}

func outermost(vlans []uint16) uint16 {
	if len(vlans) == 0 {
		return 0
	}
	return vlans[0]
}

func putVLANs(e *encoder, id element.ID, vlans []uint16) {
	e.list(id, 2)
	for _, v := range vlans {
		if !e.entry(uint64(v), 2) {
			return
		}
	}
}

func putLabels(e *encoder, id element.ID, list []string) {
	e.list(id, element.Variable)
	for _, s := range list {
		if !putTextEntry(e, s) {
			return
		}
	}
}
