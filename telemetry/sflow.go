package telemetry

import (
	"net/netip"

	"joy/capture"
	"joy/packet"
	"joy/record"
	"joy/wire"
)

// Kinds of samples of sFlow version 5.
const (
	flowSample            = 1
	counterSample         = 2
	expandedFlowSample    = 3
	expandedCounterSample = 4
)

// Kinds of records in a flow sample.
const (
	rawHeader       = 1
	ethernetFrame   = 2
	ipv4Data        = 3
	ipv6Data        = 4
	extendedSwitch  = 1001
	extendedRouter  = 1002
	extendedGateway = 1003
	extendedUser    = 1004
)

// sflow decodes a datagram of sFlow version 5. It reports false when it is none.
func (d *Decoder) sflow(b []byte, from netip.Addr, now int64, emit func(*record.Record)) bool {
	r := wire.NewReader(b)
	if r.Uint32() != 5 {
		d.stats.add(ForeignMessage)
		return false
	}
	d.msg = message{now: now, time: now, emit: emit}
	agent, _ := netip.AddrFromSlice(r.Bytes(addressSize(&r)))
	subAgent, number, uptime, samples := r.Uint32(), r.Uint32(), r.Uint32(), r.Uint32()
	if r.Bad() {
		d.stats.add(ShortMessage)
		return true
	}
	d.msg.agent = agent
	d.begin(streamKey{addr: from, domain: subAgent}, "sflow5")
	d.sequenced(number, 1, true, uptime)
	for ; samples > 0; samples-- {
		kind := r.Uint32()
		b := readOpaque(&r)
		if r.Bad() {
			d.stats.add(ShortMessage)
			return true
		}
		sample := wire.NewReader(b)
		d.sample(kind, &sample)
	}
	return true
}

// addressSize is the size of an address that follows its type; 0 when there is
// none, or one of a type that is not known.
func addressSize(r *wire.Reader) int {
	switch r.Uint32() {
	case 1:
		return 4
	case 2:
		return 16
	}
	return 0
}

// sample makes the record of a flow sample: one packet, with the rate at which
// packets are sampled.
func (d *Decoder) sample(kind uint32, r *wire.Reader) {
	v := &d.vals
	v.reset()
	switch kind {
	case flowSample:
		r.Skip(8) // sequence number, source
		v.set(place{samplingInterval, out}, r.Bytes(4))
		r.Skip(8) // pool, drops
		v.putInterface(input, 0, r.Uint32())
		v.putInterface(output, 0, r.Uint32())
	case expandedFlowSample:
		r.Skip(12)
		v.set(place{samplingInterval, out}, r.Bytes(4))
		r.Skip(8)
		v.putInterface(input, r.Uint32(), r.Uint32())
		v.putInterface(output, r.Uint32(), r.Uint32())
	case counterSample, expandedCounterSample:
		d.stats.add(CounterSample)
		return
	default:
		d.stats.add(UnknownSample)
		return
	}
	v.put(packets, 1)
	p, ok := d.sampleRecords(r)
	if !ok {
		d.stats.add(BadSample)
	}
	d.emitSample(p)
}

// putInterface notes the number of an interface. Formats beside 0 say why a
// packet was dropped, or how many interfaces it went to; the short form has them
// in its upper two bits. All other bits set stand for an unknown one.
func (v *values) putInterface(s slot, format, n uint32) {
	const unknown = 1<<30 - 1
	if format == 0 && n != 1<<32-1 && n>>30 == 0 && n != unknown {
		v.put(s, uint64(n))
	}
}

// sampleRecords reads the records of a sample, and returns its packet, nil when
// there is no header of one. It reports false when they go beyond the end of
// the sample; what was read stays.
func (d *Decoder) sampleRecords(r *wire.Reader) (p *packet.Packet, ok bool) {
	for n := r.Uint32(); n > 0; n-- {
		kind := r.Uint32()
		b := readOpaque(r)
		if r.Bad() {
			return p, false
		}
		content := wire.NewReader(b)
		if kind == rawHeader {
			p = d.header(&content)
		} else {
			d.vals.sampleRecord(kind, &content)
		}
	}
	return p, !r.Bad()
}

// readOpaque reads bytes with their length before them.
func readOpaque(r *wire.Reader) []byte {
	n := r.Uint32()
	return r.Bytes(int(min(n, 1<<30)))
}

// sampleRecord notes what one of the records but for the header says.
func (v *values) sampleRecord(kind uint32, r *wire.Reader) {
	take := func(s slot, n int) { v.set(place{s, out}, r.Bytes(n)) }
	switch kind {
	case ethernetFrame:
		r.Skip(4)
		take(srcMAC, 6)
		r.Skip(2)
		take(dstMAC, 6)
	case ipv4Data, ipv6Data:
		size := 4
		if kind == ipv6Data {
			size = 16
		}
		take(octets, 4)
		take(protocol, 4)
		take(srcAddr, size)
		take(dstAddr, size)
		take(srcPort, 4)
		take(dstPort, 4)
		take(tcpFlags, 4)
		take(tos, 4)
	case extendedSwitch:
		take(vlan, 4)
	case extendedRouter:
		take(nextHop, addressSize(r))
		take(srcPrefix, 4)
		take(dstPrefix, 4)
	case extendedGateway:
		take(bgpNextHop, addressSize(r))
		r.Skip(4) // the router's own
		take(srcAS, 4)
		r.Skip(4) // the neighbour's
		v.lastAS(r)
	case extendedUser:
		r.Skip(4) // character set
		v.set(place{user, out}, readOpaque(r))
	}
}

// lastAS notes the last one of a path of autonomous systems.
func (v *values) lastAS(r *wire.Reader) {
	for n := r.Uint32(); n > 0 && !r.Bad(); n-- {
		r.Skip(4) // set or sequence
		if length := int(min(r.Uint32(), 1<<24)); length > 0 {
			r.Skip(4 * (length - 1))
			v.set(place{dstAS, out}, r.Bytes(4))
		}
	}
}

// links are the protocols of headers as link types.
var links = map[uint32]uint16{
	1: capture.LinkEthernet, 5: linkFrameRelay, 7: capture.LinkPPP, 8: capture.LinkPPP, 11: capture.LinkIPv4, 12: capture.LinkIPv6,
}

const linkFrameRelay = 107

// header notes what the header of a packet says, and returns the packet; nil
// when it is none of IP.
func (d *Decoder) header(r *wire.Reader) *packet.Packet {
	link, known := links[r.Uint32()]
	length, stripped := r.Uint32(), r.Uint32()
	b := readOpaque(r)
	if r.Bad() || !known {
		return nil
	}
	size := max(len(b), int(min(length-min(stripped, length), 1<<20)))
	p := d.peek.frame(&capture.Frame{Time: d.msg.now, Data: b, Wire: size, Link: link})
	if p == nil {
		return nil
	}
	d.vals.putPacket(p)
	return p
}

// putPacket notes the facts of a packet.
func (v *values) putPacket(p *packet.Packet) {
	src, dst, ports := p.Key.A(), p.Key.B(), p.Key.Ports
	if p.Swapped {
		src, dst, ports = dst, src, ports<<16|ports>>16
	}
	v.putAddress(srcAddr, src)
	v.putAddress(dstAddr, dst)
	v.put(protocol, uint64(p.Key.Proto()))
	switch proto := p.Key.Proto(); {
	case packet.HasPorts(proto) && (ports != 0 || !p.Invalid):
		v.put(srcPort, uint64(ports>>16))
		v.put(dstPort, uint64(ports&0xffff))
	case (proto == packet.ProtoICMP || proto == packet.ProtoICMPv6) && p.L4+2 <= p.End:
		v.set(place{icmpTypeCode, out}, p.Data[p.L4:p.L4+2])
	}
	v.put(octets, uint64(p.Length))
	v.put(payloadOctets, uint64(p.PayloadLen))
	v.put(tcpFlags, uint64(p.Flags))
	v.put(minTTL, uint64(p.TTL))
	if b := p.Data[p.IP:p.End]; !p.Key.V6() && len(b) >= 2 {
		v.put(ipID, uint64(p.ID))
		v.put(tos, uint64(b[1]))
	} else if len(b) >= 2 {
		v.put(tos, uint64(b[0]<<4|b[1]>>4))
	}
	if s, d, ok := p.MACs(); ok {
		v.set(place{srcMAC, out}, append(v.scratch(6), s[:]...))
		v.set(place{dstMAC, out}, append(v.scratch(6), d[:]...))
	}
	var tags [2]uint16
	for i, id := range p.VLANs(tags[:0]) {
		if i < 2 {
			v.put([2]slot{vlan, innerVLAN}[i], uint64(id))
		}
	}
}

// emitSample passes on the record of a sample.
func (d *Decoder) emitSample(p *packet.Packet) {
	r := d.record()
	if r == nil {
		d.stats.add(OpaqueSample)
		return
	}
	if p != nil && p.PayloadLen > 0 {
		r.Packets = append(r.Packets, record.Length{B: p.PayloadLen, Dir: '>'})
		d.room.packets = r.Packets
	}
	if p != nil && p.Path != nil {
		list := d.room.encap[:0]
		for _, h := range p.Path.Hops {
			list = append(list, record.Encap{
				Type: h.Kind, Src: record.Addr{IP: h.Src}, Dst: record.Addr{IP: h.Dst}, ID: h.ID, HasID: h.HasID,
			})
		}
		d.room.encap, r.Encap = list, list
	}
	d.pass(r)
}
