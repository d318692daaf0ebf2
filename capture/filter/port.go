package filter

import (
	"strconv"
	"strings"
)

// A portSet is a range of ports of some transport protocols.
type portSet struct {
	low, high uint32
	protos    []uint32
}

// ports compiles port and portrange. Of IPv4 fragments only the first has
// ports; behind IPv6 extension headers they are not looked for.
func (g *generator) ports(e *address) *cond {
	set, ok := g.portSet(e)
	if !ok {
		return never()
	}
	return or(g.ports6(set, e.dir), g.ports4(set, e.dir))
}

func (g *generator) ports4(set portSet, d direction) *cond {
	carries, o := g.carries(etherIPv4), g.network()
	c := never()
	for _, proto := range set.protos {
		c = or(c, and(g.equal(o, 9, sizeB, proto), not(g.bitsSet(o, 6, sizeH, fragmentOff)),
			ends(d, set.match(g.load4(0, sizeH)), set.match(g.load4(2, sizeH)))))
	}
	return and(carries, c)
}

func (g *generator) ports6(set portSet, d direction) *cond {
	carries, o := g.carries(etherIPv6), g.network()
	c := never()
	for _, proto := range set.protos {
		c = or(c, and(g.equal(o, 6, sizeB, proto),
			ends(d, set.match(g.load6(0, sizeH)), set.match(g.load6(2, sizeH)))))
	}
	return and(carries, c)
}

// match compares a port that code loads.
func (s portSet) match(code []Instruction) *cond {
	if s.low == s.high {
		return compare(code, jmpJEQ, s.low)
	}
	return and(compare(code, jmpJGE, s.low), not(compare(code, jmpJGT, s.high)))
}

// portSet is what the value and the protocol before it say.
func (g *generator) portSet(e *address) (s portSet, ok bool) {
	tcp, udp, isRange := true, true, e.kind == kindPortRange
	switch e.value.kind {
	case tokenNumber:
		s.low, s.high = e.value.number, e.value.number
		ok = s.low <= 0xffff
	case tokenName:
		if first, second, found := strings.Cut(e.value.text, "-"); isRange && found {
			s.low, s.high, tcp, udp, ok = portRange(first, second)
		} else {
			s.low, tcp, udp, ok = portNumber(e.value.text)
			s.high = s.low
		}
	}
	if !ok {
		g.fail("this is no port (0 to 65535) and no service name known here")
		return s, false
	}
	s.low, s.high = min(s.low, s.high), max(s.low, s.high)
	return s, g.portProtocols(e, &s, tcp, udp)
}

// portProtocols sets the transport protocols; a service name may be of one
// only.
func (g *generator) portProtocols(e *address, s *portSet, tcp, udp bool) bool {
	switch proto := e.proto.text; {
	case proto == "tcp" && tcp:
		s.protos = []uint32{ipTCP}
	case proto == "udp" && udp:
		s.protos = []uint32{ipUDP}
	case proto == "sctp" && tcp && udp:
		s.protos = []uint32{ipSCTP}
	case proto == "" && tcp && udp:
		s.protos = []uint32{ipSCTP, ipTCP, ipUDP}
	case proto == "" && tcp:
		s.protos = []uint32{ipTCP}
	case proto == "":
		s.protos = []uint32{ipUDP}
	case proto == "tcp" || proto == "udp" || proto == "sctp":
		g.fail("this service does not use %s", proto)
		return false
	default:
		g.failAt(e.proto, "it has no ports; tcp, udp and sctp have")
		return false
	}
	return true
}

// portNumber reads a port or the name of a service.
func portNumber(name string) (port uint32, tcp, udp, ok bool) {
	if n, err := strconv.ParseUint(name, 10, 16); err == nil {
		return uint32(n), true, true, true
	}
	p, tcp, udp, ok := service(name)
	return uint32(p), tcp, udp, ok
}

// portRange joins two ports. If their services do not use the same protocols,
// all are meant.
func portRange(first, second string) (low, high uint32, tcp, udp, ok bool) {
	low, tcp, udp, ok = portNumber(first)
	high, tcp2, udp2, ok2 := portNumber(second)
	if tcp != tcp2 || udp != udp2 {
		tcp, udp = true, true
	}
	return low, high, tcp, udp, ok && ok2
}
