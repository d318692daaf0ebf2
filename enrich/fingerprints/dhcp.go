package fingerprints

import "joy/record"

// DHCP options (RFC 2132) that fingerprints have with their data: mercury takes
// 124 (RFC 3925) and not 60 for the vendor's class. And the two without a length.
const (
	dhcpPad         = 0
	dhcpType        = 53
	dhcpParameters  = 55
	dhcpVendorClass = 124
	dhcpEnd         = 255

	dhcpRequest = 3 // a message type
)

// Ports of DHCP.
const (
	dhcpServerPort = 67
	dhcpClientPort = 68
)

// dhcp makes that of the first request of an address (DHCPREQUEST), as mercury
// does: ((option)...) in the order of the message.
func (s *stage) dhcp(r *record.Record) {
	side := 0
	if r.HasIn && r.SP == dhcpServerPort && r.DP == dhcpClientPort {
		side = 1
	}
	for i := range r.DHCP {
		m := &r.DHCP[i]
		if m.Malformed || m.Truncated {
			continue
		}
		at := len(s.text)
		if s.dhcpOptions(m.Field) {
			s.end(side, at, isNPF)
			return
		}
		s.text = s.text[:at]
	}
}

// dhcpOptions reports whether the message is a request.
func (s *stage) dhcpOptions(b []byte) (request bool) {
	s.text = append(s.text, "dhcp/("...)
	for len(b) > 0 {
		n := 1
		if b[0] != dhcpPad && b[0] != dhcpEnd {
			if len(b) < 2 || len(b) < 2+int(b[1]) {
				return false
			}
			n = 2 + int(b[1])
		}
		switch b[0] {
		case dhcpPad:
		case dhcpEnd:
			s.text = append(s.text, "(ff))"...)
			return request
		case dhcpType:
			request = n == 3 && b[2] == dhcpRequest
			fallthrough
		case dhcpParameters, dhcpVendorClass:
			s.bytes(b[:n])
		default:
			s.bytes(b[:1])
		}
		b = b[n:]
	}
	s.text = append(s.text, ')')
	return request
}
