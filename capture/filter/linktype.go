package filter

// EtherTypes and service access points of 802.2.
const (
	etherIPv4      = 0x0800
	etherARP       = 0x0806
	etherDECnet    = 0x6003
	etherBridge    = 0x6558 // transparent Ethernet bridging
	etherRARP      = 0x8035
	etherAppleTalk = 0x809b
	etherAARP      = 0x80f3
	etherVLAN      = 0x8100
	etherIPX       = 0x8137
	etherIPv6      = 0x86dd
	etherMPLS      = 0x8847
	etherPPPoED    = 0x8863
	etherPPPoES    = 0x8864
	etherQinQ      = 0x88a8
	etherQinQOld   = 0x9100

	sapIP      = 0x06
	sapBridge  = 0x42
	sapSNAP    = 0xaa
	sapIPX     = 0xe0
	sapNetBEUI = 0xf0
	sapISO     = 0xfe

	maxLength = 1500 // of an Ethernet frame; above it the field is an EtherType
)

// carries is the condition that the payload of the link is of a protocol: an
// EtherType or, up to maxLength, a service access point.
func (g *generator) carries(proto uint32) *cond {
	if g.labels > 0 {
		return g.mplsCarries(proto)
	}
	switch g.family {
	case familyEthernet:
		return g.etherCarries(proto)
	case familyHDLC:
		if proto == sapISO {
			proto = sapISO<<8 | sapISO
		}
		return g.equal(g.typ, 0, sizeH, proto)
	case familyPPP:
		return g.equal(g.typ, 0, sizeH, pppProtocol(proto))
	case familySLL:
		return g.sllCarries(proto)
	case familySLL2:
		return g.equal(g.typ, 0, sizeH, proto)
	case familyRaw, familyIPv4, familyIPv6:
		return g.rawCarries(proto)
	case familyNull, familyLoop:
		return g.loopbackCarries(proto)
	case familyWLAN:
		return and(g.wlanData(), g.llcCarries(proto))
	case familyLLC:
		return g.llcCarries(proto)
	case familyFrameRelay:
		return g.frameRelayCarries(proto)
	case familyPFLOG:
		return g.pflogCarries(proto)
	}
	return g.fail("frames of link type %d can be filtered by length and ether[...] only", g.link)
}

// etherCarries: 802.3 frames, with a length where others have the type, carry
// LLC.
func (g *generator) etherCarries(proto uint32) *cond {
	hasLLC := not(compare(g.loadAt(g.typ, 0, sizeH), jmpJGT, maxLength))
	switch {
	case proto == sapISO, proto == sapIP, proto == sapNetBEUI:
		return and(hasLLC, g.equal(g.payload, 0, sizeH, proto<<8|proto))
	case proto == sapIPX: // Ethernet II, raw 802.3, 802.2 or SNAP
		return or(g.equal(g.typ, 0, sizeH, etherIPX),
			and(hasLLC, or(g.snap(0, etherIPX), g.equal(g.payload, 0, sizeB, sapIPX), g.equal(g.payload, 0, sizeH, 0xffff))))
	case proto == etherAppleTalk:
		return or(g.equal(g.typ, 0, sizeH, proto), and(hasLLC, g.snap(0x080007, proto)))
	case proto == etherAARP:
		return or(g.equal(g.typ, 0, sizeH, proto), and(hasLLC, g.snap(0, proto)))
	case proto <= maxLength:
		return and(hasLLC, g.equal(g.typ, 2, sizeB, proto))
	}
	return g.equal(g.typ, 0, sizeH, proto)
}

// sllCarries: the type is 4 for frames with LLC and 1 for raw 802.3.
func (g *generator) sllCarries(proto uint32) *cond {
	hasLLC := g.equal(g.typ, 0, sizeH, 4)
	switch {
	case proto == sapISO, proto == sapIP, proto == sapNetBEUI:
		return and(hasLLC, g.equal(g.payload, 0, sizeH, proto<<8|proto))
	case proto == sapIPX:
		return or(g.equal(g.typ, 0, sizeH, etherIPX), g.equal(g.typ, 0, sizeH, 1),
			and(hasLLC, or(g.equal(g.payload, 0, sizeB, sapIPX), g.snap(0, etherIPX))))
	case proto == etherAppleTalk:
		return or(g.equal(g.typ, 0, sizeH, proto), and(hasLLC, g.snap(0x080007, proto)))
	case proto == etherAARP:
		return or(g.equal(g.typ, 0, sizeH, proto), and(hasLLC, g.snap(0, proto)))
	case proto <= maxLength:
		return and(hasLLC, g.equal(g.payload, 0, sizeB, proto))
	}
	return g.equal(g.typ, 0, sizeH, proto)
}

// llcCarries is for links that have nothing but LLC.
func (g *generator) llcCarries(proto uint32) *cond {
	switch {
	case proto == sapISO, proto == sapIP, proto == sapNetBEUI:
		return g.equal(g.payload, 0, sizeH, proto<<8|proto)
	case proto == etherAppleTalk:
		return g.snap(0x080007, proto)
	case proto <= maxLength:
		return g.equal(g.payload, 0, sizeB, proto)
	}
	return g.equal(g.payload, 6, sizeH, proto) // as libpcap, without a look at the SNAP header
}

// snap is the condition of an LLC header with SNAP behind it.
func (g *generator) snap(organization, proto uint32) *cond {
	return g.bytesEqual(g.payload, 0, []byte{
		sapSNAP, sapSNAP, 3,
		byte(organization >> 16), byte(organization >> 8), byte(organization), byte(proto >> 8), byte(proto),
	})
}

func pppProtocol(proto uint32) uint32 {
	switch proto {
	case etherIPv4:
		return 0x21
	case etherIPv6:
		return 0x57
	case etherDECnet:
		return 0x27
	case etherAppleTalk:
		return 0x29
	case 0x0600: // XNS
		return 0x25
	case sapISO:
		return 0x23
	case sapBridge:
		return 0x31
	case sapIPX:
		return 0x2b
	}
	return proto
}

func (g *generator) rawCarries(proto uint32) *cond {
	switch {
	case proto == etherIPv4 && g.family == familyRaw:
		return g.masked(g.header, 0, sizeB, 0x40, 0xf0)
	case proto == etherIPv6 && g.family == familyRaw:
		return g.masked(g.header, 0, sizeB, 0x60, 0xf0)
	case proto == etherIPv4 && g.family == familyIPv4, proto == etherIPv6 && g.family == familyIPv6:
		return always()
	}
	return never()
}

// loopbackCarries looks at an address family: IPv4 is 2 everywhere, IPv6 24 on
// NetBSD and OpenBSD, 28 on FreeBSD, 30 on Darwin. Which byte order the host
// had is not known here; both are taken.
func (g *generator) loopbackCarries(proto uint32) *cond {
	families := map[uint32][]uint32{etherIPv4: {2}, etherIPv6: {24, 28, 30}}[proto]
	c := never()
	for _, f := range families {
		if g.family == familyNull {
			c = or(c, g.equal(g.header, 0, sizeW, swap(f)))
		}
		c = or(c, g.equal(g.header, 0, sizeW, f))
	}
	return c
}

// frameRelayCarries looks for an address of two bytes and an NLPID (RFC 2427).
func (g *generator) frameRelayCarries(proto uint32) *cond {
	nlpid := func(id uint32) *cond { return g.equal(g.header, 2, sizeH, 0x0300|id) }
	switch proto {
	case etherIPv4:
		return nlpid(0xcc)
	case etherIPv6:
		return nlpid(0x8e)
	case sapISO:
		return or(nlpid(0x81), nlpid(0x82), nlpid(0x83))
	}
	return never()
}

// pflogCarries: the family is that of the system that wrote it; see
// loopbackCarries. Linux, where libpcap looks for 10, writes none.
func (g *generator) pflogCarries(proto uint32) *cond {
	af := func(f uint32) *cond { return g.equal(g.header, 1, sizeB, f) }
	switch proto {
	case etherIPv4:
		return af(2)
	case etherIPv6:
		return or(af(10), af(24), af(28), af(30))
	}
	return never()
}

// mplsCarries: there is no type behind labels, but an IP header is told by its
// version. The label before it must be the last one.
func (g *generator) mplsCarries(proto uint32) *cond {
	o := g.network()
	last := offset{base: o.base - 2, slot: o.slot, varying: o.varying}
	version := map[uint32]uint32{etherIPv4: 0x40, etherIPv6: 0x60}[proto]
	if version == 0 {
		return g.fail("only IP can be looked for behind MPLS labels")
	}
	return and(g.masked(last, 0, sizeB, 1, 1), g.masked(o, 0, sizeB, version, 0xf0))
}
