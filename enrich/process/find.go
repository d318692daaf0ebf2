package process

import (
	"net/netip"
	"time"
)

// An end of a flow, with its time span in nanoseconds since 1970.
type endpoint struct {
	ends       // seen from the end that is asked for
	from, to   int64
	receives   bool // it is the destination, so that its address may be a group
	everywhere bool // the local address is one of this machine, or a group that it receives
}

// found is what the table has for an endpoint.
type found struct {
	who *process
	via Way
	how sureness
}

const (
	tcp = 6
	udp = 17
)

// slack is how far a flow and a socket may be apart in time and still belong
// together: lists are read now and then, and clocks differ a little.
const slack = int64(2 * time.Second)

// find looks for the process at an endpoint: first for a socket with both
// addresses, then for one that is bound to the local address or to all.
func (t *table) find(e endpoint) (found, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if !e.everywhere && t.addrs[e.local.Addr()] == 0 && t.strays == 0 {
		return found{}, false // as between two other machines
	}
	locals, n := spellings(e.local)
	accepted := false
	for _, local := range locals[:n] {
		s, _ := t.best(ends{e.proto, local, e.remote}, e)
		if s != nil && s.who != nil {
			return found{s.who, s.via, s.how}, true
		}
		accepted = accepted || s != nil
	}
	for _, local := range locals[:n] {
		s, alone := t.best(ends{e.proto, local, netip.AddrPort{}}, e)
		switch {
		case s == nil:
		case alone && (accepted || e.proto == udp) && s.ns == t.own:
			return found{s.who, s.via, min(s.how, likely)}, true
		default:
			return found{s.who, s.via, guess}, true
		}
	}
	return found{}, false
}

// spellings are the n local addresses that a socket which takes what comes to a
// may be bound to, most telling first: sockets of IPv6 may take IPv4 as well.
func spellings(a netip.AddrPort) (list [3]netip.AddrPort, n int) {
	v6 := netip.AddrPortFrom(netip.IPv6Unspecified(), a.Port())
	if a.Addr().Is4() {
		return [3]netip.AddrPort{a, netip.AddrPortFrom(netip.IPv4Unspecified(), a.Port()), v6}, 3
	}
	return [3]netip.AddrPort{a, v6}, 2
}

// best returns the socket with these ends that fits an endpoint best, and
// whether all that fit as well belong to one process. That of a socket that is
// not connected is known.
func (t *table) best(key ends, e endpoint) (s *socket, alone bool) {
	wild := key.local.Addr().IsUnspecified() && !key.remote.IsValid()
	if wild && !e.everywhere {
		return nil, false
	}
	most := 0
	for _, c := range t.byEnds[key] {
		n := t.worth(c, e)
		if n == 0 || wild && c.ns != t.own || c.who == nil && !key.remote.IsValid() {
			continue
		}
		if n > most || n == most && c.from >= s.from {
			alone = n > most || alone && c.who == s.who
			s, most = c, n
		}
	}
	return s, alone
}

// worth says how well a socket fits in time and place: 0 is not at all.
// Addresses of the loopback are of one namespace only.
func (t *table) worth(s *socket, e endpoint) int {
	if s.ns != t.own && e.local.Addr().IsLoopback() {
		return 0
	}
	n := 1
	switch {
	case s.from <= e.to && (s.to == 0 || s.to >= e.from):
		n = 3
	case s.from-slack > e.to || s.to != 0 && s.to+slack < e.from:
		return 0
	}
	if s.ns == t.own {
		n++
	}
	return n
}
