// Package analyst has what people who look into flows ask with: functions, views
// over the flow records, and named questions.
package analyst

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gopacket/gopacket/layers"
	"golang.org/x/net/publicsuffix"

	"joy/joy-sql/duck"
	"joy/proto/tls"
	"joy/query/value"
)

// Functions are those that SQL cannot say itself. Macros are built on them.
func Functions() []*duck.Function {
	return []*duck.Function{
		{Name: "in_network", Args: 2, Bool: inNetwork},
		{Name: "is_internal", Args: 1, Bool: isInternal},
		{Name: "registered_domain", Args: 1, Text: registeredDomain},
		{Name: "suite_name", Args: 1, Text: suiteName},
		{Name: "joy_service_name", Args: 2, Text: serviceName},
		{Name: "joy_protocol_name", Args: 1, Text: protocolName},
		{Name: "header", Args: 2, Text: header},
	}
}

// address reads an address. What anonymization left is none.
func address(text []byte) (netip.Addr, bool) {
	a, err := netip.ParseAddr(string(text))
	return a.Unmap().WithZone(""), err == nil
}

// inNetwork matches an address with networks, separated by commas.
func inNetwork(args [][]byte) (found, ok bool, err error) {
	a, ok := address(args[0])
	for network := range bytes.SplitSeq(args[1], []byte{','}) {
		p, err := prefix(string(bytes.TrimSpace(network)))
		if err != nil {
			return false, false, fmt.Errorf("%q is no network, such as 10.0.0.0/8 or 2001:db8::/32", network)
		}
		found = found || ok && p.Contains(a)
	}
	return found, ok, nil
}

// prefix reads a network, or an address as the network of itself.
func prefix(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		return netip.ParsePrefix(s)
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return a.Prefix(a.BitLen())
}

// isInternal reports whether an address is one that the internet does not route:
// private, of the link, or the machine itself.
func isInternal(args [][]byte) (internal, ok bool, err error) {
	a, ok := address(args[0])
	return a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsLoopback(), ok, nil
}

// registeredDomain is the part of a name that somebody registered, by the public
// suffix list: example.co.uk of www.example.co.uk. NULL for addresses, and for
// what is a public suffix itself.
func registeredDomain(args [][]byte) ([]byte, bool, error) {
	name := strings.ToLower(strings.TrimSuffix(string(args[0]), "."))
	if _, ok := address(args[0]); ok || strings.HasPrefix(name, ".") {
		return nil, false, nil
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(name)
	return []byte(domain), err == nil, nil
}

// suiteName is IANA's name of a TLS cipher suite, given as joy writes it: four
// hexadecimal digits.
func suiteName(args [][]byte) ([]byte, bool, error) {
	code, err := strconv.ParseUint(string(args[0]), 16, 16)
	if err != nil {
		return nil, false, nil
	}
	return []byte(tls.Code(code).Name()), true, nil
}

// serviceName is the name that IANA has for a port of TCP, UDP, SCTP or DCCP.
func serviceName(args [][]byte) ([]byte, bool, error) {
	port, err := strconv.ParseUint(string(args[0]), 10, 16)
	if err != nil {
		return nil, false, nil
	}
	name := ""
	switch string(args[1]) {
	case "6":
		name = layers.TCPPort(port).String()
	case "17", "136":
		name = layers.UDPPort(port).String()
	case "132":
		name = layers.SCTPPort(port).String()
	}
	_, name, ok := strings.Cut(strings.TrimSuffix(name, ")"), "(") // 443(https)
	return []byte(name), ok, nil
}

// protocolName is the name of an IP protocol.
func protocolName(args [][]byte) ([]byte, bool, error) {
	pr, err := strconv.ParseUint(string(args[0]), 10, 8)
	if err != nil {
		return nil, false, nil
	}
	name := layers.IPProtocol(pr).String()
	return []byte(strings.ToLower(name)), !strings.HasPrefix(name, "Unknown"), nil
}

// header is the first value of a name in a list of objects with one member each,
// which is how joy writes HTTP headers and the names in certificates. Capital
// letters do not matter.
func header(args [][]byte) ([]byte, bool, error) {
	var r value.Record
	// Only records are taken apart with a check, so the list becomes one.
	text := append(append([]byte(`{"list":`), args[0]...), '}')
	if r.Parse(text) != nil {
		return nil, false, nil
	}
	for item := range r.Get("list").Items() {
		for name, v := range item.Members() {
			if bytes.EqualFold(name, args[1]) {
				return found(v)
			}
		}
	}
	return nil, false, nil
}

// found is a value of a header as text.
func found(v value.Value) ([]byte, bool, error) {
	switch v.Kind() {
	case value.String:
		return v.Text(), true, nil
	case value.Null, value.None:
		return nil, false, nil
	}
	return v, true, nil
}
