package socks

import (
	"net/netip"

	"joy/feature"
)

// answer reads what a server of version 5 says.
func (p *Parser) answer(b []byte) (int, feature.Verdict) {
	dir := p.client ^ 1
	switch {
	case p.state[dir] == atStart && b[0] != 5:
		return 0, feature.Reject
	case len(b) < 2:
		return 0, feature.More
	case p.state[dir] == atStart:
		return 2, p.method(b[1])
	case p.state[dir] == atLogin:
		p.state[dir], p.found[dir] = atReply, true
		p.srv.Login = "refused"
		if b[1] != 0 {
			return 2, feature.Done
		}
		p.srv.Login = "accepted"
		return 2, feature.More
	case b[0] != 5:
		return 0, feature.Done
	case len(b) < 4:
		return 0, feature.More
	}
	_, addr, port, n := target(b)
	if n <= 0 {
		return stuck(n)
	}
	return n, p.replied(b[1], b[1] == 0, addr, port)
}

func (p *Parser) method(m byte) feature.Verdict {
	p.srv.Method, p.srv.HasMethod = m, true
	p.found[p.client^1] = true
	switch m {
	case 0:
		p.state[p.client^1] = atReply
	case methodPW:
		p.state[p.client^1] = atLogin
	default:
		return feature.Done
	}
	return feature.More
}

// reply4: a zero, a number from 90 to 93, port and address.
func (p *Parser) reply4(b []byte) (int, feature.Verdict) {
	if b[0] != 0 || len(b) > 1 && (b[1] < 90 || b[1] > 93) {
		return 0, feature.Reject
	}
	if len(b) < 8 {
		return 0, feature.More
	}
	addr := feature.Addr{IP: netip.AddrFrom4([4]byte(b[4:8]))}
	return 8, p.replied(b[1], b[1] == 90, addr, uint16(b[2])<<8|uint16(b[3]))
}

// replied: the target's protocol begins behind the reply to connect, and behind
// the second one to bind.
func (p *Parser) replied(number byte, granted bool, addr feature.Addr, port uint16) feature.Verdict {
	dir := p.client ^ 1
	p.found[dir] = true
	p.srv.Reply, p.srv.HasReply, p.srv.Granted = number, true, granted
	if p.srv.Addr, p.srv.Port = addr, port; addr.IP.IsUnspecified() {
		p.srv.Addr = feature.Addr{}
	}
	switch {
	case !granted:
		return feature.Done
	case p.command == 2 && p.state[dir] != atSecond:
		p.state[dir] = atSecond
		return feature.More
	case p.command == 1 || p.command == 2:
		return feature.Switch
	}
	return feature.Done
}
