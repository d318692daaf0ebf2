package dhcp

import (
	"strconv"

	"joy/feature"
)

// Info lists the messages of the flow in the order of their packets.
type Info []Message

// A Message is a message of DHCP or BOOTP. Up to options the fields are Joy's,
// which has the numbers as strings; behind it are options in readable form. A
// field of these is absent when the message has no such option, or one of a
// length that is not possible.
type Message struct {
	// Operation: 1 request, 2 reply. Source: RFC 2131 section 2, Joy.
	Op uint8 `json:"op"`
	// Type of the hardware address, 1 for Ethernet. Source: RFC 2131, Joy.
	HType uint8 `json:"htype"`
	// Length of the hardware address in bytes, as the message says it. Source: RFC
	// 2131, Joy.
	HLen uint8 `json:"hlen"`
	// Relay agents that passed it on. Source: RFC 2131, Joy.
	Hops uint8 `json:"hops"`
	// Transaction, the same in request and reply. Source: RFC 2131, Joy.
	XID uint32 `json:"xid"`
	// Seconds since the client began. Source: RFC 2131, Joy.
	Secs uint16 `json:"secs"`
	// Flags; 32768 asks for a broadcast reply. Source: RFC 2131, Joy.
	Flags uint16 `json:"flags"`
	// Address that the client has; 0.0.0.0 for none. Source: RFC 2131, Joy.
	Ciaddr feature.Addr `json:"ciaddr"`
	// Address that the client gets; 0.0.0.0 for none. Source: RFC 2131, Joy.
	Yiaddr feature.Addr `json:"yiaddr"`
	// Address of the next server; 0.0.0.0 for none. Source: RFC 2131, Joy.
	Siaddr feature.Addr `json:"siaddr"`
	// Address of the relay agent; 0.0.0.0 for none. Source: RFC 2131, Joy.
	Giaddr feature.Addr `json:"giaddr"`
	// Hardware address of the client with its padding, 16 bytes. Source: RFC 2131,
	// Joy.
	Chaddr feature.Hex `json:"chaddr"`
	// Name of the server up to the first zero; absent when empty, or when it holds
	// options. Source: RFC 2131, Joy.
	Sname feature.Text `json:"sname,omitempty"`
	// Boot file up to the first zero; absent when empty, or when it holds options.
	// Source: RFC 2131, Joy.
	File feature.Text `json:"file,omitempty"`
	// Options in the order of the message, then those in file and sname, at most
	// 255, without padding and end: {"<name>":"<hex>"}, or {"kind":n,"data":"<hex>"}
	// for a code without a name and for an unknown message type;
	// {"msg_type":"DHCPREQUEST"} for a known one. A split option is one, at the
	// place of its first part, with "parts":n. Of an authentication option the
	// token or key is not in the data but, as digest, in "secret" (unless
	// secrets=1). Absent for none. Source: Joy, RFC 2132, RFC 3396.
	Options []Option `json:"options,omitempty"`
	// Options beyond 255; absent for none.
	MoreOptions uint32 `json:"more_options,omitempty"`
	// Host name of the client (option 12).
	Hostname feature.Text `json:"hostname,omitempty"`
	// Domain name of the client (option 81), without the final dot. Source: RFC
	// 4702.
	FQDN feature.Text `json:"fqdn,omitempty"`
	// Class of the client's system (option 60).
	VendorClass feature.Text `json:"vendor_class,omitempty"`
	// Address that the client asks for (option 50).
	RequestedIP feature.Addr `json:"requested_ip,omitempty"`
	// Address of the server (option 54).
	Server feature.Addr `json:"server,omitempty"`
	// Duration of the lease in seconds (option 51), 4294967295 for ever.
	LeaseTime uint32 `json:"lease_time" when:"HasLeaseTime"`
	// Mask of the subnet (option 1).
	SubnetMask feature.Addr `json:"subnet_mask,omitempty"`
	// Routers (option 3), at most 255 in all lists of addresses.
	Routers []feature.Addr `json:"routers,omitempty"`
	// Name servers (option 6).
	DNSServers []feature.Addr `json:"dns_servers,omitempty"`
	// Domain of the client's network (option 15).
	Domain feature.Text `json:"domain,omitempty"`
	// Text of the server or client, mostly why something failed (option 56).
	Text feature.Text `json:"message,omitempty"`
	// Codes of the options that the client asks for, in its order (option 55).
	Parameters []uint8 `json:"parameters,omitempty" encode:"numbers" anon:"keep"`
	// What the relay agent added (option 82), written as options are. Source: RFC
	// 3046 and IANA's registry of its sub-options.
	Relay []SubOption `json:"relay,omitempty"`
	// The message has no magic cookie: BOOTP, without options.
	BOOTP bool `json:"bootp,omitempty"`
	// An option, or one within the relay agent's, goes past its end: what there is
	// of it is in options.
	Malformed bool `json:"malformed,omitempty"`
	// The message has more than 4096 bytes, and what is behind them was not read; or
	// it was cut off before its options.
	Truncated bool `json:"truncated,omitempty"`
	// In the last entry only: messages that are not listed, since more than 64, or
	// more than 64 KiB, came for one record; absent for none.
	More uint32 `json:"more,omitempty"`
	// There is a lease time.
	HasLeaseTime bool `json:"-"`
	// Field is the field of options as it came, with padding and end: of it
	// fingerprints are made.
	Field []byte `json:"-"`
}

// An Option is an option as Joy writes it.
type Option struct {
	Code   uint8
	Parts  uint16 // that it was split into, 1 mostly
	Data   []byte
	Digest []byte // of a secret that follows Data
}

// AppendJSON appends the option as a JSON object.
func (o Option) AppendJSON(b []byte) []byte {
	name := optionNames[o.Code]
	if o.Code == codeType {
		if t := o.messageType(); t != "" {
			return append(feature.AppendString(append(b, `{"msg_type":`...), t), '}')
		}
		name = ""
	}
	b = appendNamed(b, name, o.Code, o.Data)
	if o.Parts > 1 {
		b = strconv.AppendUint(append(b, `,"parts":`...), uint64(o.Parts), 10)
	}
	if len(o.Digest) > 0 {
		b = feature.AppendString(append(b, `,"secret":`...), o.Digest)
	}
	return append(b, '}')
}

// Hide leaves the data out if it holds a hidden address.
func (o *Option) Hide(h feature.Hider) {
	if o.Code != codeParameters { // codes
		o.Data = h.Hex(o.Data)
	}
}

// messageType is the name of the type that option 53 tells, "" for none.
func (o Option) messageType() string {
	if len(o.Data) != 1 || int(o.Data[0]) >= len(messageNames) {
		return ""
	}
	return messageNames[o.Data[0]]
}

// A SubOption is a part of what a relay agent adds.
type SubOption struct {
	Code uint8
	Data []byte
}

// AppendJSON appends the sub-option as a JSON object.
func (o SubOption) AppendJSON(b []byte) []byte {
	name := ""
	if int(o.Code) < len(relayNames) {
		name = relayNames[o.Code]
	}
	return append(appendNamed(b, name, o.Code, o.Data), '}')
}

// Hide leaves the data out if it holds a hidden address.
func (o *SubOption) Hide(h feature.Hider) { o.Data = h.Hex(o.Data) }

// appendNamed appends an object with a name or a number and data, without its
// closing brace.
func appendNamed(b []byte, name string, code uint8, data []byte) []byte {
	if name != "" {
		b = feature.AppendString(append(b, '{'), name)
		return feature.Hex(data).AppendJSON(append(b, ':'))
	}
	b = strconv.AppendUint(append(b, `{"kind":`...), uint64(code), 10)
	return feature.Hex(data).AppendJSON(append(b, `,"data":`...))
}

// relayNames are the sub-options of relay agents (IANA, DHCP Relay Agent
// Sub-Option Codes, 2025).
var relayNames = [...]string{
	1: "circuit_id", 2: "remote_id", 4: "docsis_device_class", 5: "link_selection", 6: "subscriber_id",
	7: "radius_attributes", 8: "authentication", 9: "vendor_specific", 10: "relay_agent_flags", 11: "server_id_override",
	12: "relay_agent_id", 13: "access_technology", 14: "access_network_name", 15: "access_point_name",
	16: "access_point_bssid", 17: "operator_id", 18: "operator_realm", 19: "relay_source_port",
	151: "virtual_subnet", 152: "virtual_subnet_control",
}
