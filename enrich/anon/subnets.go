package anon

import (
	"fmt"
	"net/netip"

	"github.com/gaissmai/bart"

	"joy/enrich/label"
)

// subnets are the prefixes whose addresses are hidden. They are never written
// to once read, so goroutines share them.
type subnets struct {
	four, six heads
	table     bart.Lite
}

// heads has a bit for each value of the first 16 bits of an address: whether
// some prefix may hold it. Scans ask it first (BenchmarkBytes).
type heads [1 << 16 / 64]uint64

func (h *heads) has(head uint16) bool { return h[head>>6]&(1<<(head&63)) != 0 }

func (h *heads) add(p netip.Prefix) {
	raw := p.Addr().AsSlice()
	first := int(raw[0])<<8 | int(raw[1])
	for head := first; head < first+1<<max(0, 16-p.Bits()); head++ {
		h[head>>6] |= 1 << (head & 63)
	}
}

func readSubnets(file string) (*subnets, error) {
	prefixes, err := label.ReadPrefixes(file)
	if err != nil {
		return nil, err
	}
	if len(prefixes) == 0 {
		return nil, fmt.Errorf("%s lists no subnet", file)
	}
	return newSubnets(prefixes), nil
}

// newSubnets takes masked prefixes, none of them of IPv4-mapped addresses.
func newSubnets(prefixes []netip.Prefix) *subnets {
	s := new(subnets)
	for _, p := range prefixes {
		if s.table.Get(p) {
			continue
		}
		s.table.Insert(p)
		if p.Addr().Is4() {
			s.four.add(p)
		} else {
			s.six.add(p)
		}
	}
	return s
}

// hide reports whether a is in one of the prefixes.
func (s *subnets) hide(a netip.Addr) bool {
	a = a.Unmap()
	switch {
	case a.Is4():
		return s.hide4(a.As4())
	case a.Is6():
		return s.hide6(a.As16())
	}
	return false
}

func (s *subnets) hide4(a [4]byte) bool {
	return s.four.has(uint16(a[0])<<8|uint16(a[1])) && s.table.Contains(netip.AddrFrom4(a))
}

// hide6 takes an address that is not IPv4-mapped.
func (s *subnets) hide6(a [16]byte) bool {
	return s.six.has(uint16(a[0])<<8|uint16(a[1])) && s.table.Contains(netip.AddrFrom16(a))
}
