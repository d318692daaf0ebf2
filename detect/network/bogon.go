package network

import (
	"net/netip"
	"strings"
)

// A Bogon is a subnet that no packet on a network should come from.
type Bogon struct {
	Prefix netip.Prefix
	Why    string
}

// bogons are from IANA's registries of special-purpose addresses (RFC 6890): those
// that are no source. The private ones are not among them, nor those for documentation
// and benchmarks, which are what laboratories have. 0.0.0.0 and :: are left to hosts
// that have no address yet.
const bogons = `0.0.0.0/8 this network
127.0.0.0/8 loopback
224.0.0.0/4 multicast
240.0.0.0/4 reserved
::1/128 loopback
100::/64 discard
ff00::/8 multicast`

// Bogons returns the table, without what is in one's own subnets.
func (n *Network) Bogons() (list []Bogon) {
	for line := range strings.Lines(bogons) {
		prefix, why, _ := strings.Cut(strings.TrimSpace(line), " ")
		if b := (Bogon{netip.MustParsePrefix(prefix), why}); !within(n.own, b.Prefix.Addr()) {
			list = append(list, b)
		}
	}
	return list
}

func prefixes(text string) (list []netip.Prefix) {
	for p := range strings.FieldsSeq(text) {
		list = append(list, netip.MustParsePrefix(p))
	}
	return list
}
