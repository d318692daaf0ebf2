package filter

import "strings"

// Protocol numbers of IP.
const (
	ipHopByHop  = 0
	ipICMP      = 1
	ipIGMP      = 2
	ipTCP       = 6
	ipIGRP      = 9
	ipUDP       = 17
	ipRouting   = 43
	ipFragment  = 44
	ipESP       = 50
	ipAH        = 51
	ipICMPv6    = 58
	ipDestOpts  = 60
	ipPIM       = 103
	ipVRRP      = 112 // and CARP
	ipSCTP      = 132
	fragmentOff = 0x1fff // fragment offset of IPv4
)

func (e *protocol) compile(g *generator) *cond {
	g.at = e.word
	return g.protocol(e.word.text)
}

// protocol is the condition that a word alone stands for.
func (g *generator) protocol(word string) *cond {
	switch word {
	case "tcp":
		return g.ipCarries("", ipTCP)
	case "udp":
		return g.ipCarries("", ipUDP)
	case "sctp":
		return g.ipCarries("", ipSCTP)
	case "icmp":
		return g.ipCarries("ip", ipICMP)
	case "igmp":
		return g.ipCarries("ip", ipIGMP)
	case "igrp":
		return g.ipCarries("ip", ipIGRP)
	case "pim":
		return g.ipCarries("", ipPIM)
	case "vrrp", "carp":
		return g.ipCarries("ip", ipVRRP)
	case "icmp6":
		return g.ipCarries("ip6", ipICMPv6)
	case "ah":
		return g.ipCarries("", ipAH)
	case "esp":
		return g.ipCarries("", ipESP)
	case "esis", "isis", "clnp":
		v, _ := lookUpNumber(isoTable, word)
		return g.isoCarries(v)
	case "ether", "radio":
		return g.fail("this is no protocol that a packet is of")
	}
	if types := isisTypes(word); types != nil {
		c := never()
		for _, t := range types {
			c = or(c, g.isisCarries(t))
		}
		return c
	}
	v, ok := lookUpNumber(etherTable, word)
	if !ok {
		return g.fail("this is no protocol that a packet is of")
	}
	return g.carries(v)
}

// ipCarries is the condition that IP carries a protocol: "ip", "ip6", or ""
// for both. For IPv6 only the first header is looked at, and the one behind a
// fragment header.
func (g *generator) ipCarries(version string, proto uint32) *cond {
	switch version {
	case "ip":
		return and(g.carries(etherIPv4), g.equal(g.network(), 9, sizeB, proto))
	case "ip6":
		return and(g.carries(etherIPv6), or(g.equal(g.network(), 6, sizeB, proto),
			and(g.equal(g.network(), 6, sizeB, ipFragment), g.equal(g.network(), 40, sizeB, proto))))
	}
	return or(g.ipCarries("ip", proto), g.ipCarries("ip6", proto))
}

// isoCarries is the condition of an OSI network protocol, told by its first
// byte.
func (g *generator) isoCarries(first uint32) *cond {
	switch g.family {
	case familyFrameRelay:
		return g.equal(g.header, 2, sizeH, 0x0300|first)
	case familyHDLC: // a byte of padding comes first
		return and(g.carries(sapISO), g.equal(g.networkLLC(), 1, sizeB, first))
	}
	return and(g.carries(sapISO), g.equal(g.networkLLC(), 0, sizeB, first))
}

func (g *generator) isisCarries(pdu uint32) *cond {
	v, _ := lookUpNumber(isoTable, "isis")
	return and(g.isoCarries(v), g.equal(g.networkLLC(), 4, sizeB, pdu))
}

// protoNumber is the protocol that follows proto or protochain.
func (g *generator) protoNumber(a *address) uint32 {
	table, most := ipTable, uint32(255)
	switch a.proto.text {
	case "", "ip", "ip6":
	case "ether":
		table, most = etherTable, 65535
	case "iso":
		table = isoTable
	case "isis":
		table = ""
	default:
		g.failAt(a.proto, "it has no field for a protocol; ether, ip, ip6, iso and isis have")
		return 0
	}
	switch a.value.kind {
	case tokenNumber:
		if a.value.number > most {
			g.fail("a protocol number is at most %d", most)
		}
		return a.value.number
	case tokenName:
		name := a.value.text
		if table == ipTable {
			name = strings.ToLower(name)
		}
		v, ok := lookUpNumber(table, name)
		if !ok {
			g.fail("unknown protocol name")
		}
		return v
	}
	g.fail("this is no protocol")
	return 0
}

// proto compiles [ip] proto N.
func (g *generator) proto(a *address) *cond {
	v := g.protoNumber(a)
	switch a.proto.text {
	case "ether":
		return g.carries(v)
	case "iso":
		return g.isoCarries(v)
	case "isis":
		return g.isisCarries(v)
	}
	return g.ipCarries(a.proto.text, v)
}

// chainLength is how many headers protochain goes through. More are not sent
// by anybody: each kind of them is allowed once, one of them twice (RFC 8200
// section 4.1).
const chainLength = 10

// protoChain compiles [ip|ip6] protochain N: as proto, but what is behind the
// extension headers of IPv6 and behind AH is found too. The machine has no
// loops; the search is written out.
func (g *generator) protoChain(a *address) *cond {
	v := g.protoNumber(a)
	o := g.network()
	if o.varying {
		return g.fail("not possible where the link header has no fixed length")
	}
	four := and(g.carries(etherIPv4), g.chain(v, and(compare(nil, jmpJEQ, ipAH), g.passHeader(o, 2, 4)),
		Instruction{Op: classLD | modeABS | sizeB, K: o.base + 9}, Instruction{Op: opLoadXHead, K: o.base}))
	extension := compare(nil, jmpJEQ, ipHopByHop)
	for _, proto := range []uint32{ipDestOpts, ipRouting, ipFragment} {
		extension = or(extension, compare(nil, jmpJEQ, proto))
	}
	pass6 := or(and(extension, g.passHeader(o, 1, 8)), and(compare(nil, jmpJEQ, ipAH), g.passHeader(o, 2, 4)))
	six := and(g.carries(etherIPv6), g.chain(v, pass6,
		Instruction{Op: classLD | modeABS | sizeB, K: o.base + 6}, Instruction{Op: opLoadXImm, K: 40}))
	switch a.proto.text {
	case "":
		return or(four, six)
	case "ip":
		return four
	case "ip6":
		return six
	}
	return g.failAt(a.proto, "protochain is for ip and ip6")
}

// chain is the condition that a header of protocol v is found. The first
// instructions load the number of the first header to A and its place in the
// packet to X; pass goes over one header.
func (g *generator) chain(v uint32, pass *cond, first ...Instruction) *cond {
	c := never()
	for range chainLength {
		c = or(compare(nil, jmpJEQ, v), and(pass, c))
	}
	return and(step(func(a *assembler, next target) target { return a.seq(next, first...) }), c)
}

// passHeader moves X behind a header whose second byte is its length, without
// the first words and in words of a size, and A to what its first byte says is
// next.
func (g *generator) passHeader(o offset, words, size uint32) *cond {
	keep := uint32(g.temporary)
	return step(func(a *assembler, next target) target {
		return a.seq(next,
			Instruction{Op: classLD | modeIND | sizeB, K: o.base}, Instruction{Op: opStore, K: keep},
			Instruction{Op: classLD | modeIND | sizeB, K: o.base + 1},
			Instruction{Op: classALU | aluADD | srcK, K: words}, Instruction{Op: classALU | aluMUL | srcK, K: size},
			Instruction{Op: classALU | aluADD | srcX}, Instruction{Op: opTAX}, Instruction{Op: opLoadMem, K: keep})
	})
}
