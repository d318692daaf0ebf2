package filter

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

func (e *address) compile(g *generator) *cond {
	g.at = e.value
	if e.value.kind == tokenMAC || e.proto.text == "ether" && e.kind <= kindHost {
		return g.mac(e)
	}
	if e.dir >= dirAddr1 {
		return g.fail("addr1 to addr4, ra and ta are about Ethernet addresses of 802.11")
	}
	switch e.kind {
	case kindPort, kindPortRange:
		return g.ports(e)
	case kindProto:
		return g.proto(e)
	case kindProtoChain:
		return g.protoChain(e)
	}
	switch e.value.kind {
	case tokenName:
		return g.fail("names are not looked up; write the address")
	case tokenIPv6:
		return g.hostIPv6(e)
	}
	return g.hostIPv4(e)
}

// ends joins what is true of a source and of a destination as the direction
// says.
func ends(d direction, src, dst *cond) *cond {
	switch d {
	case dirSrc:
		return src
	case dirDst:
		return dst
	case dirBoth:
		return and(src, dst)
	}
	return or(src, dst)
}

// hostIPv4 compiles host and net for IPv4, which are in ARP too.
func (g *generator) hostIPv4(e *address) *cond {
	addr, mask, ok := g.networkIPv4(e)
	if !ok {
		return never()
	}
	in := func(proto, src, dst uint32) *cond {
		carries := g.carries(proto)
		o := g.network()
		return and(carries, ends(e.dir, g.masked(o, src, sizeW, addr, mask), g.masked(o, dst, sizeW, addr, mask)))
	}
	switch e.proto.text {
	case "ip":
		return in(etherIPv4, 12, 16)
	case "arp":
		return in(etherARP, 14, 24)
	case "rarp":
		return in(etherRARP, 14, 24)
	case "":
		if g.labels > 0 { // only IP can be told behind labels
			return in(etherIPv4, 12, 16)
		}
		return or(in(etherIPv4, 12, 16), in(etherARP, 14, 24), in(etherRARP, 14, 24))
	}
	return g.failAt(e.proto, "it has no IPv4 addresses; ip, arp and rarp have")
}

// networkIPv4 is the address and mask that e is about. As in libpcap, an
// address with less than four numbers is a network.
func (g *generator) networkIPv4(e *address) (addr, mask uint32, ok bool) {
	mask = 0xffffffff
	if e.value.kind == tokenNumber {
		addr = e.value.number
		for e.kind == kindNet && addr != 0 && addr>>24 == 0 {
			addr, mask = addr<<8, mask<<8
		}
		return addr, mask, true
	}
	addr, bits, ok := dotted(e.value.text)
	if !ok {
		g.fail("this is no IPv4 address")
		return 0, 0, false
	}
	switch {
	case (e.slash || e.mask.kind != tokenEnd) && e.kind != kindNet:
		g.fail("only a net can have a mask")
		return 0, 0, false
	case e.slash && e.bits > 32:
		g.fail("a mask has at most 32 bits")
		return 0, 0, false
	case e.slash:
		mask = uint32(uint64(0xffffffff) << (32 - e.bits))
	case e.mask.kind != tokenEnd:
		if mask, _, ok = dotted(e.mask.text); !ok {
			g.failAt(e.mask, "this is no mask")
			return 0, 0, false
		}
	default:
		return addr, mask << (32 - bits), true
	}
	if addr&^mask != 0 {
		g.fail("bits are set behind the end of its mask")
		return 0, 0, false
	}
	return addr, mask, true
}

// dotted reads one to four numbers with dots between them; bits is how many
// the numbers fill, from the first.
func dotted(s string) (addr, bits uint32, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return 0, 0, false
	}
	for _, p := range parts {
		v, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return 0, 0, false
		}
		bits += 8
		addr |= uint32(v) << (32 - bits)
	}
	return addr, bits, true
}

// hostIPv6 compiles host and net for IPv6.
func (g *generator) hostIPv6(e *address) *cond {
	bits := uint32(128)
	if e.slash {
		bits = e.bits
	}
	switch {
	case bits > 128:
		return g.fail("a mask has at most 128 bits")
	case bits != 128 && e.kind != kindNet:
		return g.fail("only a net can have a mask")
	case e.proto.text != "" && e.proto.text != "ip6":
		return g.failAt(e.proto, "it has no IPv6 addresses; ip6 has")
	}
	prefix, err := e.value.addr.Prefix(int(bits))
	if err != nil || prefix.Addr() != e.value.addr {
		return g.fail("bits are set behind the end of its mask")
	}
	carries := g.carries(etherIPv6)
	return and(carries, ends(e.dir, g.inPrefix(8, prefix), g.inPrefix(24, prefix)))
}

// inPrefix compares an IPv6 address word by word, as far as the mask reaches.
func (g *generator) inPrefix(delta uint32, prefix netip.Prefix) *cond {
	b := prefix.Addr().As16()
	c := always()
	for i := range uint32(4) {
		bits := min(max(prefix.Bits()-int(i)*32, 0), 32)
		mask := uint32(uint64(0xffffffff) << (32 - bits))
		c = and(c, g.masked(g.network(), delta+i*4, sizeW, binary.BigEndian.Uint32(b[i*4:]), mask))
	}
	return c
}

// mac compiles ether host and the addresses of 802.11.
func (g *generator) mac(e *address) *cond {
	switch {
	case e.kind > kindHost || e.proto.text != "ether":
		return g.fail("an Ethernet address is written behind ether host, ether src or ether dst")
	case e.value.kind == tokenName:
		return g.fail("names are not looked up; write the address")
	case e.value.kind != tokenMAC:
		return g.fail("this is no Ethernet address")
	case g.family == familyWLAN:
		return g.wlanAddress(e.dir, e.value.mac[:])
	case !g.hasMAC():
		return g.fail("link type %d has no Ethernet addresses", g.link)
	case e.dir >= dirAddr1:
		return g.fail("addr1 to addr4, ra and ta are for 802.11 only")
	}
	return g.framed(ends(e.dir, g.macEqual(6, e.value.mac[:]), g.macEqual(0, e.value.mac[:])))
}

// macEqual compares the address at a place of an Ethernet or FDDI header; the
// latter has a byte before its addresses.
func (g *generator) macEqual(delta uint32, mac []byte) *cond {
	if g.family == familyLLC {
		delta++
	}
	return g.bytesEqual(g.header, delta, mac)
}

// framed adds, behind geneve, the condition that there is an Ethernet header.
func (g *generator) framed(c *cond) *cond {
	if !g.geneve {
		return c
	}
	code := []Instruction{{Op: opLoadMem, K: uint32(g.header.slot)}, g.slotToX(g.payload)}
	return and(not(&cond{kind: condCompare, code: code, op: classJMP | jmpJEQ | srcX}), c)
}
