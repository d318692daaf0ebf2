package ipfix

import (
	"net/netip"

	"joy/record"
)

// A variant says what a record has, and so which elements its template lists:
// a template exists for every combination that has occurred. Its identifier
// follows from the variant, so that it means the same in every run.
type variant uint16

const (
	ipv6     variant = 1 << iota // addresses of IPv6
	text                         // what stands for the addresses is no address
	biflow                       // both directions (RFC 5103)
	counted                      // statistics: octets with headers, TCP flags
	initial                      // initial data packet
	full                         // the template of the same name; it alone has what follows
	hasLink                      // MAC addresses and VLANs
	hasBytes                     // byte distribution
	hasLabels
	hasTLS
	hasDNS
	hasHTTP
	hasSSH
	hasDHCP
	hasQUIC
)

// family are the bits for the kind of address.
const family = ipv6 | text

// firstID is the smallest identifier of a template (RFC 7011 section 3.4.1).
const firstID = 256

func (v variant) id() uint16 { return firstID + uint16(v) }

// template is the identifier of a template in Config.
func (t Template) variant() variant {
	switch t {
	case IDP:
		return initial
	case Full:
		return full
	}
	return 0
}

// variantOf is what a record has of what template t is made for.
func variantOf(t Template, r *record.Record) variant {
	v := t.variant()
	src, dst := address(r.SA), address(r.DA)
	switch {
	case !src.IsValid() || !dst.IsValid():
		v |= text
	case !src.Is4() || !dst.Is4():
		v |= ipv6
	}
	v = v.with(biflow, r.HasIn)
	v = v.with(counted, r.Stats != nil && (r.Stats.HasIn || !r.HasIn))
	if v&full == 0 {
		return v
	}
	v = v.with(initial, len(r.IDPOut)+len(r.IDPIn) > 0 || r.Payload != nil)
	v = v.with(hasLink, r.L2 != nil)
	v = v.with(hasBytes, r.HasDist || r.HasDistMoments || r.HasEntropy || len(r.CompactByteDist)+len(r.WHT) > 0)
	v = v.with(hasLabels, len(r.SALabels)+len(r.DALabels) > 0)
	v = v.with(hasTLS, r.TLS != nil)
	v = v.with(hasDNS, len(r.DNS) > 0)
	v = v.with(hasHTTP, r.HTTP != nil && len(*r.HTTP) > 0)
	v = v.with(hasSSH, r.SSH != nil)
	v = v.with(hasDHCP, len(r.DHCP) > 0)
	return v.with(hasQUIC, r.QUIC != nil)
}

func (v variant) with(bit variant, has bool) variant {
	if has {
		return v | bit
	}
	return v
}

// address is the address of an endpoint: its own or, with anonymization that
// puts addresses in the place of addresses, the one that stands for it. It is
// not valid where a token is none.
func address(a record.Addr) netip.Addr {
	ip := a.IP
	if a.Token != "" {
		ip, _ = netip.ParseAddr(a.Token) // what is no address is a text
	}
	return ip.WithZone("")
}
