// Package filter compiles the filter expressions of tcpdump (pcap-filter(7))
// to classic BPF and runs the programs, without libpcap.
//
// # Language
//
// An expression is made of primitives, joined by and (&&), or (||), not (!)
// and parentheses; and and or bind equally and from left to right. A
// primitive is
//
//	[proto] [src|dst|src or dst|src and dst] host|net|port|portrange VALUE [or VALUE ...]
//	[ip|ip6|ether|iso|isis] proto VALUE, [ip|ip6] protochain VALUE
//	a protocol: ip ip6 arp rarp tcp udp sctp icmp icmp6 igmp igrp pim vrrp carp ah esp
//	    iso clnp esis isis l1 l2 iih lsp snp csnp psnp stp ipx netbeui
//	    atalk aarp decnet lat sca moprc mopdl
//	[ether|ip] broadcast, [ether|ip|ip6] multicast
//	vlan [ID], mpls [LABEL], pppoed, pppoes [ID], geneve [VNI]
//	llc [TYPE], and type, subtype, dir, addr1 to addr4, ra, ta of 802.11
//	less N, greater N, EXPR relop EXPR with proto[offset:size] and len
//	inbound, outbound, ifindex and the fields of PFLOG where a link type, or a socket, has them
//
// As in libpcap, vlan, mpls, pppoes and geneve move what is behind them in the
// expression to what is behind their header in the frame.
//
// # Refused
//
// Names of hosts and networks (the result would depend on the machine),
// gateway, vxlan, byte, the primitives of raw ATM, MTP2, MTP3, ARCnet and
// DECnet addresses, and what libpcap refuses for a link type. What cannot be
// compiled is an *Error that names the word and its place.
package filter

import "fmt"

// Options change how an expression is compiled.
type Options struct {
	// Live compiles for a packet socket of Linux. The frames that such a program
	// lets pass are those that the program for files would choose from what is
	// captured, that is with the outer VLAN tag put back, which the kernel took
	// out of the frame, or with the header of cooked mode. Link types are those
	// of such sockets: Ethernet, raw IP, and LINUX_SLL2 in cooked mode. What the
	// kernel cannot do, or does otherwise, is an *Error; the frames have to be
	// filtered by Match then. A live program is nothing for Match.
	Live bool
}

// Bounds of what is compiled. A filter for a hundred networks needs 2 kB.
const (
	maxExpression = 64 << 10 // bytes
	maxDepth      = 200      // parentheses, negations and signs inside each other
)

// Compile makes the program of an expression for frames of a link type
// (tcpdump.org/linktypes.html). The empty expression accepts all frames.
// A program that accepts nothing, such as that of "arp" for raw IP, is no
// error: another input of the same run may have the frames.
func Compile(expr string, link uint16, opt Options) (*Program, error) {
	e, err := parse(expr)
	if err != nil {
		return nil, err
	}
	g := newGenerator(link, opt)
	c := always()
	if e != nil {
		c = e.compile(g)
	}
	if c = g.guard(c); opt.Live {
		c = g.live(c)
	}
	code, ok := assemble(c, g.prologue)
	if g.err != nil {
		g.err.Expr = expr
		return nil, g.err
	}
	if !ok || len(code) > maxProgram {
		return nil, &Error{Expr: expr, Reason: fmt.Sprintf("needs more than %d instructions", maxProgram)}
	}
	return Load(code)
}

// Check reports whether an expression can be read at all, whatever the link
// type: what it asks for may still be refused for frames of some. Only a filter
// for 802.11 may say "type mgt".
func Check(expr string) error {
	_, err := parse(expr)
	return err
}

// An Error says why an expression cannot be compiled.
type Error struct {
	Expr   string
	Pos    int    // byte in Expr where Word is
	Word   string // what is refused, empty for the end of the expression
	Reason string
}

func (e *Error) Error() string {
	if e.Word == "" {
		if e.Pos == 0 {
			return "filter: " + e.Reason
		}
		return "filter: at the end: " + e.Reason
	}
	return fmt.Sprintf("filter: column %d, %q: %s", e.Pos+1, e.Word, e.Reason)
}
