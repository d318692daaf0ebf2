package telemetry

import (
	"math/bits"
	"net/netip"
	"strconv"

	"joy/feature"
	"joy/measure"
	"joy/packet"
	"joy/proto/icmp"
	"joy/proto/tls"
	"joy/record"
	"joy/telemetry/element"
	"joy/telemetry/origin"
)

// room is what a record points to, kept from one record to the next.
type room struct {
	rec      record.Record
	origin   origin.Info
	nat      origin.NAT
	l2       record.L2
	vlans    [2][]uint16
	icmp     icmp.Parser
	packets  []record.Length
	encap    []record.Encap
	dist     []uint8
	counts   measure.Histogram
	tls      tls.Info
	messages []uint16 // of handshakes in TLS records
	ids      [2][1]uint16
	cid      []byte

	// For what only our own exporter sends.
	tcp       record.TCP
	syn       [2]record.SYN
	apps      []string
	labels    [2][]string
	wht       []float64
	payload   record.Payload
	protocols protocols
}

// record makes the record of the values; nil when they are not of a flow.
func (d *Decoder) record() *record.Record {
	v, r := &d.vals, &d.room.rec
	packets := d.room.packets[:0]
	*r = record.Record{Packets: packets, SP: -1, DP: -1}
	r.Src, r.Dst = v.address(srcAddr), v.address(dstAddr)
	r.SA.IP, r.DA.IP = r.Src, r.Dst
	if (!r.Src.IsValid() || !r.Dst.IsValid()) && !v.tokens(r) {
		return nil
	}
	r.Pr = uint8(v.number(protocol, out))
	start, end := d.times(v)
	r.TimeStart, r.TimeEnd = record.Time(start), record.Time(end)
	d.ports(v, r)
	d.icmp(v, r)
	d.counters(v, r)
	d.headers(v, r)
	d.linkLayer(v, r)
	d.origin(v, r)
	d.features(v, r)
	r.EndReason = record.EndReason(v.number(endReason, out))
	switch r.EndReason {
	case record.ActiveTimeout:
		r.ExpireType = "a"
	case record.IdleTimeout:
		r.ExpireType = "i"
	}
	r.FlowID = flowID(r)
	d.own(v, r)
	d.room.packets = r.Packets
	return r
}

// ports fills in the ports.
func (d *Decoder) ports(v *values, r *record.Record) {
	if packet.HasPorts(r.Pr) && (v.has(srcPort, out) || v.has(dstPort, out)) {
		r.SP, r.DP = record.Port(uint16(v.number(srcPort, out))), record.Port(uint16(v.number(dstPort, out)))
	}
}

// icmp fills in types and codes, with the names that package icmp has for them.
func (d *Decoder) icmp(v *values, r *record.Record) {
	if r.Pr != packet.ProtoICMP && r.Pr != packet.ProtoICMPv6 {
		return
	}
	p, over := &d.room.icmp, feature.ICMP
	if r.Pr == packet.ProtoICMPv6 {
		over = feature.ICMPv6
	}
	p.Reset()
	for dir := range 2 {
		if b, ok := v.typeCode(dir); ok {
			p.Data(&feature.Chunk{Over: over, Dir: feature.Dir(dir), Bytes: b[:]})
		}
	}
	if r.ICMP = p.Info(feature.Both); r.ICMP == nil {
		return
	}
	for i := range r.ICMP.Messages {
		m, dir := &r.ICMP.Messages[i], out
		if m.Dir == "<" {
			dir = in
		}
		m.Count = uint32(min(v.packets(dir), 1<<32-1))
	}
}

// typeCode is type and code of the messages of a direction. Where no element is
// for these, exporters write them as the destination port.
func (v *values) typeCode(dir int) (b [2]byte, ok bool) {
	switch {
	case v.has(joyPresent, out):
		ok = v.present([2]uint64{element.KnowsICMP, element.KnowsReverseICMP}[dir])
	case v.has(icmpType, dir):
		return [2]byte{byte(v.number(icmpType, dir)), byte(v.number(icmpCode, dir))}, true
	default:
		ok = v.has(icmpTypeCode, dir) || v.has(dstPort, dir)
	}
	n := v.first(dir, icmpTypeCode, dstPort)
	return [2]byte{byte(n >> 8), byte(n)}, ok
}

func (v *values) packets(dir int) uint64 { return v.first(dir, packets, allPackets, postPackets) }

func (v *values) octets(dir int) uint64 { return v.first(dir, octets, allOctets, postOctets) }

// bytes is the payload where it is told, and else all of the packets.
func (v *values) bytes(dir int) uint64 {
	if v.has(payloadOctets, dir) {
		return v.number(payloadOctets, dir)
	}
	return v.octets(dir)
}

func (d *Decoder) counters(v *values, r *record.Record) {
	r.BytesOut, r.PktsOut = v.bytes(out), v.packets(out)
	r.BytesIn, r.PktsIn = v.bytes(in), v.packets(in)
	r.HasIn = r.BytesIn > 0 || r.PktsIn > 0
	r.IP.HasIn = r.HasIn
}

// headers fills in facts of the IP headers.
func (d *Decoder) headers(v *values, r *record.Record) {
	for dir, side := range [2]*record.IPSide{&r.IP.Out, &r.IP.In} {
		side.TTL = uint8(v.first(dir, minTTL, ipTTL))
		if v.has(ipID, dir) {
			d.room.ids[dir][0] = uint16(v.number(ipID, dir))
			side.ID = d.room.ids[dir][:]
		}
	}
}

func (d *Decoder) linkLayer(v *values, r *record.Record) {
	l := &d.room.l2
	*l = record.L2{}
	copyMAC(&l.SMAC, v.at[out][srcMAC])
	copyMAC(&l.DMAC, v.at[out][dstMAC])
	for dir, list := range [2]*[]uint16{&l.VLANOut, &l.VLANIn} {
		tags := d.room.vlans[dir][:0]
		ids := v.numbers(vlanList, dir, 2)
		for n := min(ids.len(), maxTags); n > 0; n-- {
			tags = append(tags, uint16(ids.next()))
		}
		for _, s := range [2]slot{vlan, innerVLAN} {
			if id := uint16(v.number(s, dir)); id != 0 && !v.has(vlanList, dir) {
				tags = append(tags, id)
			}
		}
		d.room.vlans[dir], *list = tags, tags
	}
	if !l.SMAC.IsZero() || !l.DMAC.IsZero() || len(l.VLANOut)+len(l.VLANIn) > 0 {
		r.L2 = l
	}
}

const maxTags = 16 // VLAN tags that are listed

func copyMAC(m *record.MAC, b []byte) {
	if len(b) == len(m) {
		copy(m[:], b)
	}
}

// origin fills in what is not of the flow itself.
func (d *Decoder) origin(v *values, r *record.Record) {
	m, o := &d.msg, &d.room.origin
	*o = origin.Info{
		Protocol: m.protocol, Domain: m.stream.key.domain, Template: m.template, Lost: m.lost,
		SamplingRate: d.sampling(), OctetsOut: v.octets(out), OctetsIn: v.octets(in),
		TOSOut: uint8(v.number(tos, out)), TOSIn: uint8(v.number(tos, in)),
		Input: uint32(v.number(input, out)), Output: uint32(v.number(output, out)),
		SrcAS: uint32(v.number(srcAS, out)), DstAS: uint32(v.number(dstAS, out)),
		SrcPrefix: uint8(v.number(srcPrefix, out)), DstPrefix: uint8(v.number(dstPrefix, out)),
		User: v.text(user), FirewallEvent: uint8(v.number(firewallEvent, out)),
	}
	m.lost = 0
	o.MinLengthOut, o.MaxLengthOut = uint32(v.number(minLength, out)), uint32(v.number(maxLength, out))
	o.MinLengthIn, o.MaxLengthIn = uint32(v.number(minLength, in)), uint32(v.number(maxLength, in))
	o.Exporter.IP, o.Agent.IP = m.stream.key.addr, m.agent
	o.NextHop.IP, o.BGPNextHop.IP = v.router(nextHop), v.router(bgpNextHop)
	o.FlagsOut = measure.FlagString(uint8(v.number(tcpFlags, out)))
	o.FlagsIn = measure.FlagString(uint8(v.number(tcpFlags, in)))
	if b := v.at[out][direction]; b != nil {
		o.Direction = "ingress"
		if number(b) == 1 {
			o.Direction = "egress"
		}
	}
	d.application(v, o)
	d.translation(v, o)
	r.Telemetry = o
}

// application names the application: one byte says who classified it, the rest
// is the number there (RFC 6759 section 4).
func (d *Decoder) application(v *values, o *origin.Info) {
	o.AppName = v.text(appName)
	b := v.at[out][appID]
	if len(b) < 2 || len(b) > 8 || number(b) == 0 {
		return
	}
	o.AppID = strconv.Itoa(int(b[0])) + ":" + strconv.FormatUint(number(b[1:]), 10)
	if len(o.AppName) == 0 {
		o.AppName = d.msg.stream.apps[number(b)]
	}
}

func (d *Decoder) translation(v *values, o *origin.Info) {
	n := &d.room.nat
	*n = origin.NAT{
		SrcPort: uint16(v.number(natSrcPort, out)), DstPort: uint16(v.number(natDstPort, out)),
		Event: uint8(v.number(natEvent, out)),
	}
	n.Src.IP, n.Dst.IP = v.router(natSrc), v.router(natDst)
	if *n != (origin.NAT{}) {
		o.NAT = n
	}
}

// flowID is the same for both directions of a flow, and for records of one time.
func flowID(r *record.Record) record.FlowID {
	a, b, p, q := r.Src, r.Dst, uint16(r.SP), uint16(r.DP)
	if c := b.Compare(a); c < 0 || c == 0 && q < p {
		a, b, p, q = b, a, q, p
	}
	h := mix(uint64(r.Pr)<<32|uint64(p)<<16|uint64(q), uint64(r.TimeStart))
	for _, addr := range [2]netip.Addr{a, b} {
		x := addr.As16()
		for i := 0; i < len(x); i += 8 {
			h = mix(h, number(x[i:i+8]))
		}
	}
	return record.FlowID(h)
}

func mix(h, x uint64) uint64 {
	hi, lo := bits.Mul64(h^x^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return bits.RotateLeft64(hi^lo, 29) + 0x632be59bd9b4e019
}
