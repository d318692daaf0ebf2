// Package network tells addresses of one's own network from others, and from
// those that no host has.
package network

import (
	"fmt"
	"net/netip"
)

// A Network knows which subnets are one's own.
type Network struct{ own []netip.Prefix }

// private are the subnets that are one's own unless others are named: RFC 1918,
// 6598, 3927, 4193, and the link-local ones of RFC 4291.
const private = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 169.254.0.0/16 fc00::/7 fe80::/10"

// New returns a Network of these subnets, of the private ones for none.
func New(own []netip.Prefix) *Network {
	if len(own) == 0 {
		own = prefixes(private)
	}
	return &Network{own}
}

// Internal reports whether an address is one's own; loopback always is.
func (n *Network) Internal(a netip.Addr) bool { return a.IsLoopback() || within(n.own, a) }

func within(list []netip.Prefix, a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Group reports whether an address stands for several hosts: multicast, the
// limited broadcast, and what looks like the broadcast of a subnet of ours.
func (n *Network) Group(a netip.Addr) bool {
	if a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return true
	}
	return a.Is4() && a.As4()[3] == 255 && n.Internal(a)
}

// Side says where an address is, in a word.
func (n *Network) Side(a netip.Addr) string {
	if n.Internal(a) {
		return "internal"
	}
	return "external"
}

// ParsePrefix reads a subnet, or an address.
func ParsePrefix(s string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no subnet", s)
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}
