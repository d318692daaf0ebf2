package fingerprints

import (
	"encoding/hex"

	"joy/proto/dhcp"
	"joy/record"
)

// DHCP options (RFC 2132) that fingerprints have with their data, and padding.
const (
	dhcpPad         = 0
	dhcpType        = 53
	dhcpParameters  = 55
	dhcpVendorClass = 60

	dhcpRequest = 3 // a message type
)

// Ports of DHCP.
const (
	dhcpServerPort = 67
	dhcpClientPort = 68
)

// dhcp makes that of the first request of an address (DHCPREQUEST), as mercury
// does.
func (s *stage) dhcp(r *record.Record) {
	side := 0
	if r.HasIn && r.SP == dhcpServerPort && r.DP == dhcpClientPort {
		side = 1
	}
	for i := range r.DHCP {
		m := &r.DHCP[i]
		if isRequest(m) {
			at := len(s.text)
			s.text = append(s.text, "dhcp/("...)
			for _, o := range m.Options {
				s.dhcpOption(o)
			}
			s.text = append(s.text, ')')
			s.end(side, at, isNPF)
			return
		}
	}
}

func isRequest(m *dhcp.Message) bool {
	if m.Malformed || m.Truncated || m.MoreOptions > 0 {
		return false
	}
	for _, o := range m.Options {
		if o.Code == dhcpType {
			return len(o.Data) == 1 && o.Data[0] == dhcpRequest
		}
	}
	return false
}

func (s *stage) dhcpOption(o dhcp.Option) {
	switch o.Code {
	case dhcpPad:
		return
	case dhcpType, dhcpParameters, dhcpVendorClass:
		s.text = append(s.text, '(')
		s.text = hex.AppendEncode(s.text, []byte{o.Code, byte(len(o.Data))})
		s.text = hex.AppendEncode(s.text, o.Data)
		s.text = append(s.text, ')')
		return
	}
	s.bytes([]byte{o.Code})
}
