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
// that are no source, without the private ones. 0.0.0.0 and :: are left to hosts
// that have no address yet.
const bogons = `0.0.0.0/8 this network
127.0.0.0/8 loopback
192.0.2.0/24 documentation (TEST-NET-1)
198.18.0.0/15 benchmarks
198.51.100.0/24 documentation (TEST-NET-2)
203.0.113.0/24 documentation (TEST-NET-3)
224.0.0.0/4 multicast
240.0.0.0/4 reserved
::1/128 loopback
100::/64 discard
2001:db8::/32 documentation
3fff::/20 documentation
ff00::/8 multicast`

// Bogons returns the table.
func Bogons() (list []Bogon) {
	for line := range strings.Lines(bogons) {
		prefix, why, _ := strings.Cut(strings.TrimSpace(line), " ")
		list = append(list, Bogon{netip.MustParsePrefix(prefix), why})
	}
	return list
}

func prefixes(text string) (list []netip.Prefix) {
	for p := range strings.FieldsSeq(text) {
		list = append(list, netip.MustParsePrefix(p))
	}
	return list
}
