package filter

func (e *special) compile(g *generator) *cond {
	g.at = e.word
	switch e.word.text {
	case "vlan":
		return g.vlan(e)
	case "mpls":
		return g.mpls(e)
	case "pppoed":
		return g.carries(etherPPPoED)
	case "pppoes":
		return g.pppoes(e)
	case "geneve":
		return g.geneveIn(e)
	case "broadcast":
		return g.broadcast(e.proto.text)
	case "multicast":
		return g.multicast(e.proto.text)
	case "less":
		return not(compare([]Instruction{{Op: opLoadLen}}, jmpJGT, e.arg.number))
	case "greater":
		return compare([]Instruction{{Op: opLoadLen}}, jmpJGE, e.arg.number)
	case "llc":
		return g.llc(e)
	case "inbound", "outbound":
		return g.outbound(e.word.text == "outbound")
	case "ifindex":
		return g.ifindex(e.arg.number)
	case "type", "subtype", "dir":
		return g.wlanField(e)
	}
	return g.pflogField(e)
}

func (g *generator) broadcast(proto string) *cond {
	all := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	switch proto {
	case "", "ether":
		switch {
		case g.family == familyWLAN:
			return g.wlanAddress(dirDst, all)
		case g.hasMAC():
			return g.framed(g.macEqual(0, all))
		}
		return g.fail("link type %d has no broadcast", g.link)
	case "ip":
		// Without a mask, as tcpdump on files: all bits are set, or none.
		return and(g.carries(etherIPv4), or(g.equal(g.network(), 16, sizeW, 0), g.equal(g.network(), 16, sizeW, 0xffffffff)))
	}
	return g.fail("broadcast is for ether and ip")
}

func (g *generator) multicast(proto string) *cond {
	switch proto {
	case "", "ether":
		switch {
		case g.family == familyWLAN:
			return g.wlanMulticast()
		case g.family == familyLLC && g.hasMAC():
			return g.bitsSet(g.header, 1, sizeB, 1)
		case g.hasMAC():
			return g.framed(g.bitsSet(g.header, 0, sizeB, 1))
		}
		return g.fail("link type %d has no multicast", g.link)
	case "ip":
		return and(g.carries(etherIPv4), compare(g.loadAt(g.network(), 16, sizeB), jmpJGE, 224))
	case "ip6":
		return and(g.carries(etherIPv6), g.equal(g.network(), 24, sizeB, 255))
	}
	return g.fail("multicast is for ether, ip and ip6")
}

// llc compiles llc [TYPE]: i, s, u, or a command or response.
func (g *generator) llc(e *special) *cond {
	var is *cond
	switch {
	case g.family == familyEthernet: // ff ff is no LLC but NetWare
		is = and(not(compare(g.loadAt(g.typ, 0, sizeH), jmpJGT, maxLength)), not(g.equal(g.payload, 0, sizeH, 0xffff)))
	case g.family == familyLLC:
		is = always()
	case g.family == familyWLAN:
		is = g.wlanData()
	default:
		return g.fail("link type %d has no LLC", g.link)
	}
	if !e.hasArg {
		return is
	}
	control := func(v, mask uint32) *cond { return and(is, g.masked(g.payload, 2, sizeB, v, mask)) }
	switch e.arg.text {
	case "i", "I":
		return and(is, not(g.bitsSet(g.payload, 2, sizeB, 1)))
	case "s", "S":
		return control(1, 3)
	case "u", "U":
		return control(3, 3)
	}
	if v, ok := g.option(e.arg, llcSTable, 0); ok {
		return control(v, 0x0f)
	}
	if v, ok := g.option(e.arg, llcUTable, 0); ok {
		return control(v, 0xef)
	}
	return g.fail("unknown type of LLC")
}

// outbound compiles outbound and inbound, its opposite.
func (g *generator) outbound(out bool) *cond {
	var c *cond
	switch {
	case g.family == familySLL:
		c = g.equal(g.header, 0, sizeH, 4)
	case g.family == familySLL2:
		c = g.equal(g.header, 10, sizeB, 4)
	case g.family == familyPFLOG && out:
		return g.equal(g.header, 60, sizeB, 2)
	case g.family == familyPFLOG:
		return g.equal(g.header, 60, sizeB, 1)
	case g.opt.Live:
		c = compare([]Instruction{{Op: classLD | modeABS | sizeH, K: besidePacketType}}, jmpJEQ, 4)
	default:
		return g.fail("frames of link type %d do not say it", g.link)
	}
	if out {
		return c
	}
	return not(c)
}

func (g *generator) ifindex(n uint32) *cond {
	switch {
	case g.family == familySLL2:
		return g.equal(g.header, 4, sizeW, n)
	case g.opt.Live:
		return compare([]Instruction{{Op: classLD | modeABS | sizeW, K: besideIfindex}}, jmpJEQ, n)
	}
	return g.fail("frames of link type %d do not say it", g.link)
}

// pflogField compiles the fields of a PFLOG header.
func (g *generator) pflogField(e *special) *cond {
	if g.link != linkPFLOG {
		return g.fail("only PFLOG frames have this field")
	}
	switch e.word.text {
	case "on", "rset":
		at := map[string]uint32{"on": 4, "rset": 20}[e.word.text]
		if len(e.arg.text) > 15 {
			return g.failAt(e.arg, "at most 15 characters are allowed")
		}
		return g.bytesEqual(g.header, at, []byte(e.arg.text))
	case "rnr":
		return g.equal(g.header, 36, sizeW, e.arg.number)
	case "srnr":
		return g.equal(g.header, 40, sizeW, e.arg.number)
	case "reason":
		v, ok := g.option(e.arg, pflogReasonTable, ^uint32(0))
		if !ok {
			return g.fail("unknown reason of PFLOG")
		}
		return g.equal(g.header, 3, sizeB, v)
	}
	v, ok := g.option(e.arg, pflogActionTable, 0)
	if !ok {
		return g.fail("unknown action of PFLOG")
	}
	return g.equal(g.header, 2, sizeB, v)
}
