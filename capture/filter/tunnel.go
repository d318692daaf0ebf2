package filter

import "joy/capture"

// numbered checks the number behind vlan and its kin.
func (g *generator) numbered(e *special, most uint32) {
	if e.hasArg && e.arg.number > most {
		g.failAt(e.arg, "%s is at most %d", e.word.text, most)
	}
}

// vlan compiles vlan [ID]. What follows in the expression is behind the tag.
func (g *generator) vlan(e *special) *cond {
	g.numbered(e, 0xfff)
	switch {
	case g.labels > 0:
		return g.fail("there are no VLAN tags behind MPLS labels")
	case g.family != familyEthernet && (g.family != familyWLAN || g.link == capture.LinkPPI):
		return g.fail("there are no VLAN tags here; link type %d", g.link)
	}
	c := or(g.carries(etherVLAN), g.carries(etherQinQ), g.carries(etherQinQOld))
	if e.hasArg {
		c = and(c, g.masked(g.network(), 0, sizeH, e.arg.number, 0xfff))
	}
	g.payload.base += 4
	g.typ.base += 4
	return c
}

// mpls compiles mpls [LABEL].
func (g *generator) mpls(e *special) *cond {
	g.numbered(e, 0xfffff)
	var c *cond
	switch {
	case g.labels > 0: // the label before it must not be the last
		before := g.network()
		before.base -= 4
		c = g.masked(before, 2, sizeB, 0, 1)
	case g.family == familyEthernet, g.family == familyHDLC:
		c = g.carries(etherMPLS)
	case g.family == familyPPP && g.link == capture.LinkPPP:
		c = g.carries(0x281)
	default:
		return g.fail("there are no MPLS labels here; link type %d", g.link)
	}
	if e.hasArg {
		c = and(c, g.masked(g.network(), 0, sizeW, e.arg.number<<12, 0xfffff000))
	}
	g.net += 4
	g.netLLC += 4
	g.labels++
	return c
}

// pppoes compiles pppoes [ID]. What follows in the expression is in PPP.
func (g *generator) pppoes(e *special) *cond {
	g.numbered(e, 0xffff)
	c := g.carries(etherPPPoES)
	if e.hasArg {
		c = and(c, g.masked(g.network(), 0, sizeW, e.arg.number, 0xffff))
	}
	g.header = g.network()
	g.header.base += 6
	g.typ = g.header
	g.payload = g.header
	g.payload.base += 2
	g.family, g.link = familyPPP, capture.LinkPPP
	g.net, g.netLLC, g.geneve = 0, 0, false
	return c
}

const genevePort = 6081

// geneveIn compiles geneve [VNI] (RFC 8926). What follows in the expression is
// in the frame, or packet, that is carried.
func (g *generator) geneveIn(e *special) *cond {
	g.numbered(e, 0xffffff)
	set := portSet{low: genevePort, high: genevePort, protos: []uint32{ipUDP}}
	header, typ, payload := g.slot(), g.slot(), g.slot()
	before := g.network()
	check := func(load func(uint32, uint16) []Instruction) *cond {
		c := compare(append(load(8, sizeB), Instruction{Op: classALU | aluAND | srcK, K: 0xc0}), jmpJEQ, 0) // version
		if e.hasArg {
			vni := append(load(12, sizeW), Instruction{Op: classALU | aluAND | srcK, K: 0xffffff00})
			c = and(c, compare(vni, jmpJEQ, e.arg.number<<8))
		}
		return c
	}
	over4 := and(g.ports4(set, dirDst), check(g.load4), g.keepLength(typ, g.transport()))
	length6 := []Instruction{{Op: opLoadXImm, K: 40}}
	if before.varying {
		length6 = []Instruction{g.slotToX(before), {Op: opTXA}, {Op: classALU | aluADD | srcK, K: 40}, {Op: opTAX}}
	}
	over6 := and(g.ports6(set, dirDst), check(g.load6), g.keepLength(typ, length6))
	c := and(or(over4, over6), geneveOffsets(before.base, header, typ, payload))
	g.header = offset{slot: header, varying: true}
	g.typ = offset{slot: typ, varying: true}
	g.payload = offset{slot: payload, varying: true}
	g.family, g.link, g.net, g.geneve = familyEthernet, capture.LinkEthernet, 0, true
	g.zero = append(g.zero, header, typ, payload)
	return c
}

// keepLength stores X, the length of the IP header.
func (g *generator) keepLength(slot uint8, code []Instruction) *cond {
	return step(func(a *assembler, next target) target {
		return a.seq(next, append(code[:len(code):len(code)], Instruction{Op: opStoreX, K: uint32(slot)})...)
	})
}

// geneveOffsets stores where the header, type and payload are of what Geneve
// carries. The slot of the type has the length of the IP header before it. If
// there is no Ethernet header, the type is that of Geneve.
func geneveOffsets(network uint32, header, typ, payload uint8) *cond {
	store := func(slot uint8) Instruction { return Instruction{Op: opStore, K: uint32(slot)} }
	add := func(n uint32) Instruction { return Instruction{Op: classALU | aluADD | srcK, K: n} }
	return step(func(a *assembler, next target) target {
		bare := a.seq(next, Instruction{Op: opStoreX, K: uint32(payload)})
		framed := a.seq(bare, Instruction{Op: opTXA}, add(12), store(typ), add(2), Instruction{Op: opTAX})
		return a.branch([]Instruction{
			{Op: opLoadMem, K: uint32(typ)},
			add(network + 8),
			{Op: opTAX},
			add(2), store(typ),
			{Op: classLD | modeIND | sizeB},
			{Op: classALU | aluAND | srcK, K: 0x3f},
			{Op: classALU | aluMUL | srcK, K: 4},
			add(8),
			{Op: classALU | aluADD | srcX},
			store(header),
			{Op: classLD | modeIND | sizeH, K: 2},
			{Op: opLoadXMem, K: uint32(header)},
		}, classJMP|jmpJEQ|srcK, etherBridge, framed, bare)
	})
}
