package process

import (
	"net"
	"net/netip"
)

// Locals are the addresses of this machine.
type locals struct {
	addrs map[netip.Addr]bool
	casts map[netip.Addr]bool // broadcast addresses of its subnets
}

// readLocals asks the machine for its addresses.
func readLocals() (*locals, error) {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	l := &locals{addrs: make(map[netip.Addr]bool, len(list)), casts: map[netip.Addr]bool{netip.AddrFrom4([4]byte{255, 255, 255, 255}): true}}
	for _, a := range list {
		p, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue // an address of no IP
		}
		l.addrs[p.Addr().Unmap()] = true
		if p.Addr().Is4() && p.Bits() < 31 {
			l.casts[broadcast(p)] = true
		}
	}
	return l, nil
}

// broadcast is the last address of an IPv4 subnet.
func broadcast(p netip.Prefix) netip.Addr {
	b := p.Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(b)
}

// has reports whether a socket that is bound to no address takes part in what
// comes from a, or with receives in what goes there.
func (l *locals) has(a netip.Addr, receives bool) bool {
	return a.IsLoopback() || l.addrs[a] || receives && (a.IsMulticast() || l.casts[a])
}
