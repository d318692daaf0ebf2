package filter

import "joy/capture"

// load reads a field. Its guard is that the frame has the header, and what the
// index asks for.
func (v *field) load(g *generator) ([]Instruction, *cond) {
	size := map[uint32]uint16{1: sizeB, 2: sizeH, 4: sizeW}[v.size.number]
	index, isFixed := fixed(v.index)
	code, guard := v.index.load(g)
	g.at = v.proto
	o, own, behindIP := g.header4(v.proto.text)
	// A negative index reaches back; the machine adds it rightly only to A.
	if isFixed && (index < 1<<31 || !o.varying && !behindIP) {
		return g.fieldAt(o, index, size, behindIP), guardField(guard, own)
	}
	if behindIP {
		slot := uint32(g.hold())
		g.release()
		code = append(code, Instruction{Op: opStore, K: slot})
		code = append(code, g.transport()...)
		code = append(code, Instruction{Op: opLoadMem, K: slot})
	} else if o.varying {
		code = append(code, g.slotToX(o))
	}
	if behindIP || o.varying {
		code = append(code, Instruction{Op: classALU | aluADD | srcX})
	}
	return append(code, Instruction{Op: opTAX}, Instruction{Op: classLD | modeIND | size, K: o.base}), guardField(guard, own)
}

// fieldAt loads from a place that is known now.
func (g *generator) fieldAt(o offset, index uint32, size uint16, behindIP bool) []Instruction {
	switch {
	case behindIP:
		return g.load4(index, size)
	case g.opt.Live && !o.varying && o.base+index >= 1<<31:
		g.fail("the offset is out of range") // the kernel has other things there
	}
	return g.loadAt(o, index, size)
}

// guardField joins the guard of an index with that of the field itself: the
// network protocol first, then the index, then the protocol behind IP.
func guardField(index *cond, own [2]*cond) *cond {
	var out *cond
	for _, c := range []*cond{own[0], index, own[1]} {
		switch {
		case c == nil:
		case out == nil:
			out = c
		default:
			out = and(out, c)
		}
	}
	return out
}

// header4 is where the header of a protocol begins, or that of the IPv4 header
// before it, and the conditions that it is there.
func (g *generator) header4(proto string) (o offset, own [2]*cond, behindIP bool) {
	switch proto {
	case "ether":
		return g.header, own, false
	case "radio":
		switch g.link {
		case capture.LinkAVS, capture.LinkRadiotap, capture.LinkPrism:
		default:
			g.fail("link type %d has no radio header", g.link)
		}
		return offset{}, own, false
	case "ip", "arp", "rarp", "atalk", "decnet", "sca", "lat", "moprc", "mopdl", "ip6":
		own[1] = g.protocol(proto)
		return g.network(), own, false
	case "icmp6":
		own[1] = and(g.carries(etherIPv6), g.equal(g.network(), 6, sizeB, ipICMPv6))
		o = g.network()
		o.base += 40
		return o, own, false
	case "sctp", "tcp", "udp", "icmp", "igmp", "igrp", "pim", "vrrp", "carp":
		own[0] = g.carries(etherIPv4)
		own[1] = and(g.protocol(proto), not(g.bitsSet(g.network(), 6, sizeH, fragmentOff)))
		return g.network(), own, true
	}
	g.fail("the header of this protocol cannot be read")
	return o, own, false
}
