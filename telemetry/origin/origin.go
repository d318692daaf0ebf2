// Package origin holds what telemetry says of a flow beside the flow itself:
// who exported it, how it was sampled, how it was routed.
package origin

import "joy/feature"

// Info is what an exporter says of a flow. Records of packets have none.
type Info struct {
	// Address that the message came from. Source: IPFIX 130 and 131.
	Exporter feature.Addr `json:"exporter"`
	// Protocol of the message: "netflow5", "netflow9", "ipfix" or "sflow5".
	Protocol string `json:"protocol"`
	// Address by which an sFlow agent names itself; absent for other protocols.
	// Source: sFlow version 5.
	Agent feature.Addr `json:"agent,omitempty"`
	// Observation domain (IPFIX), source id (NetFlow 9), engine type times 256 plus
	// engine id (NetFlow 5), or number of the sub-agent (sFlow). Source: IPFIX 149.
	Domain uint32 `json:"domain"`
	// Number of the template of the record; absent for NetFlow 5 and sFlow. Source:
	// IPFIX 145.
	Template uint16 `json:"template,omitempty"`
	// What the sequence numbers say is missing just before the message of this
	// record: flow records (NetFlow 5, IPFIX), messages (NetFlow 9) or datagrams
	// (sFlow). Only in the first record of a message; absent when 0.
	Lost uint32 `json:"lost,omitempty"`
	// Of so many packets the exporter looked at one; absent when it does not say so.
	// No counter of the record is multiplied by it. Source: IPFIX 34, 50, 305 and
	// 306, 309 and 310, 311, those of the selector in 302 or 48; header of NetFlow
	// 5; sFlow.
	SamplingRate float64 `json:"sampling_rate,omitempty" format:"%.9g"`
	// Bytes of the IP packets that sa sent, headers included; absent when 0.
	// bytes_out is the payload where the exporter tells it, and else the same as
	// this. Source: IPFIX 1, 85, 231; sFlow.
	OctetsOut uint64 `json:"octets_out,omitempty"`
	// The same of da. Source: RFC 5103 for IPFIX 1 and 85; IPFIX 232.
	OctetsIn uint64 `json:"octets_in,omitempty"`
	// Shortest of the IP packets that sa sent, in bytes; absent when 0. Source:
	// IPFIX 25.
	MinLengthOut uint32 `json:"min_length_out,omitempty"`
	// Longest of them. Source: IPFIX 26.
	MaxLengthOut uint32 `json:"max_length_out,omitempty"`
	// Shortest of the IP packets that da sent. Source: RFC 5103 for IPFIX 25.
	MinLengthIn uint32 `json:"min_length_in,omitempty"`
	// Longest of them. Source: RFC 5103 for IPFIX 26.
	MaxLengthIn uint32 `json:"max_length_in,omitempty"`
	// Milliseconds from the SYN to its SYN-ACK, as in stats; absent when not told.
	// Source: joyServerRoundTrip.
	RTTServer float64 `json:"syn_synack_ms" when:"HasRTTServer" format:"%.3f"`
	// Milliseconds from the SYN-ACK to the ACK that answers it. Source:
	// joyClientRoundTrip.
	RTTClient float64 `json:"synack_ack_ms" when:"HasRTTClient" format:"%.3f"`
	// All TCP flags that the packets of sa had, letters in the order F S R P A U E C;
	// absent when none. Source: IPFIX 6.
	FlagsOut string `json:"tcp_flags_out,omitempty"`
	// The same of da.
	FlagsIn string `json:"tcp_flags_in,omitempty"`
	// Type of service or traffic class of the packets of sa; absent when 0. Source:
	// IPFIX 5.
	TOSOut uint8 `json:"tos_out,omitempty"`
	// The same of da.
	TOSIn uint8 `json:"tos_in,omitempty"`
	// Where the exporter saw the packets: "ingress" or "egress"; absent when it does
	// not say so. Source: IPFIX 61.
	Direction string `json:"direction,omitempty"`
	// Number of the interface that the packets of sa came in by; absent when 0.
	// Source: IPFIX 10.
	Input uint32 `json:"input,omitempty"`
	// Number of the interface that they left by, like input. Source: IPFIX 14.
	Output uint32 `json:"output,omitempty"`
	// Router that they were passed on to; absent when there is none. Source: IPFIX
	// 15 and 62.
	NextHop feature.Addr `json:"next_hop,omitempty"`
	// Next router by BGP, like next_hop. Source: IPFIX 18 and 63.
	BGPNextHop feature.Addr `json:"bgp_next_hop,omitempty"`
	// Autonomous system of sa; absent when 0. Source: IPFIX 16.
	SrcAS uint32 `json:"src_as,omitempty"`
	// Autonomous system of da. Source: IPFIX 17.
	DstAS uint32 `json:"dst_as,omitempty"`
	// Bits of the prefix by which sa is routed; absent when 0. Source: IPFIX 9 and 29.
	SrcPrefix uint8 `json:"src_prefix,omitempty"`
	// Bits of the prefix by which da is routed. Source: IPFIX 13 and 30.
	DstPrefix uint8 `json:"dst_prefix,omitempty"`
	// Application by the exporter's classification, "engine:selector" in decimal.
	// Source: IPFIX 95 (RFC 6759).
	AppID string `json:"app_id,omitempty"`
	// Name of that application, from the record or from the exporter's table of
	// names. Source: IPFIX 96.
	AppName feature.Text `json:"app_name,omitempty"`
	// User, of sa as far as there are two; left out with anonymization. Source:
	// IPFIX 371; sFlow.
	User User `json:"user,omitempty"`
	// What a translator of addresses made of the flow; absent without one.
	NAT *NAT `json:"nat,omitempty"`
	// What a firewall did: 1 created, 2 deleted, 3 denied, 4 alert, 5 update; absent
	// when 0. Source: IPFIX 233.
	FirewallEvent uint8 `json:"firewall_event,omitempty"`

	HasRTTServer bool `json:"-"`
	HasRTTClient bool `json:"-"`
}

// NAT is a flow behind the translation of its addresses.
type NAT struct {
	// Source address; absent when not told. Source: IPFIX 225 and 281.
	Src feature.Addr `json:"sa,omitempty"`
	// Destination address. Source: IPFIX 226 and 282.
	Dst feature.Addr `json:"da,omitempty"`
	// Source port; absent when 0. Source: IPFIX 227.
	SrcPort uint16 `json:"sp,omitempty"`
	// Destination port. Source: IPFIX 228.
	DstPort uint16 `json:"dp,omitempty"`
	// Number of the event that the record is of; absent when 0. Source: IPFIX 230.
	Event uint8 `json:"event,omitempty"`
}

// User is the name of a user.
type User []byte

// AppendJSON appends the name as a JSON string.
func (u User) AppendJSON(b []byte) []byte { return feature.AppendString(b, u) }

// Hide leaves the name out: it is no address, but tells who has one.
func (u *User) Hide(feature.Hider) { *u = nil }
