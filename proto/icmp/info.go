package icmp

import "joy/feature"

// Info is what the messages of a flow are.
type Info struct {
	// Kinds of messages in the order of their first one, at most 8 of both sides.
	Messages []Kind `json:"messages"`
	// Messages of other kinds; absent for none.
	More uint32 `json:"more,omitempty"`
	// First error or redirect of the side that opened the flow; absent for none.
	Out *Quote `json:"out,omitempty"`
	// First error or redirect of the other side; absent for none.
	In *Quote `json:"in,omitempty"`
}

// A Kind is messages of one type and code, that one side sent.
type Kind struct {
	// Type. Source: IANA, ICMP and ICMPv6 parameters.
	Type uint8 `json:"type"`
	// Code.
	Code uint8 `json:"code"`
	// Name of the type; absent when there is none.
	Name string `json:"name,omitempty"`
	// Who sent them: ">" the side that opened the flow, "<" the other one.
	Dir string `json:"dir"`
	// Number of messages.
	Count uint32 `json:"count"`
}

// A Quote is the packet that an error or a redirect is about, as far as it is
// quoted.
type Quote struct {
	// Type of the message that quotes it.
	Type uint8 `json:"type"`
	// Code of the message that quotes it.
	Code uint8 `json:"code"`
	// What the code says, such as port_unreachable; absent when not known. Source: IANA.
	Reason string `json:"reason,omitempty"`
	// Sender of the packet.
	Src feature.Addr `json:"sa,omitempty"`
	// Receiver of the packet.
	Dst feature.Addr `json:"da,omitempty"`
	// Protocol in the packet, behind extension headers.
	Proto uint8 `json:"pr"`
	// Port of the sender.
	SrcPort uint16 `json:"sp" when:"HasPorts"`
	// Port of the receiver.
	DstPort uint16 `json:"dp" when:"HasPorts"`
	// Type of the quoted ICMP message.
	Message uint8 `json:"icmp_type" when:"HasMessage"`
	// Code of the quoted ICMP message.
	MessageCode uint8 `json:"icmp_code" when:"HasMessage"`
	// Largest packet that fits, when one was too big; absent when not told. Source: RFC
	// 1191, RFC 4443.
	MTU uint32 `json:"mtu,omitempty"`
	// Gateway that a redirect names. Source: RFC 792, RFC 4861.
	Gateway feature.Addr `json:"gateway,omitempty"`
	// The packet has ports.
	HasPorts bool `json:"-"`
	// The packet is ICMP.
	HasMessage bool `json:"-"`
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	p.list = p.list[:0]
	for _, k := range p.kinds[:p.n] {
		if v.Has(k.dir) {
			p.list = append(p.list, Kind{Type: k.kind, Code: k.code, Name: name(k.kind, p.six), Dir: dirs[k.dir], Count: k.count})
		}
	}
	p.info.Messages = p.list
	for dir, at := range [2]**Quote{&p.info.Out, &p.info.In} {
		if !v.Has(feature.Dir(dir)) {
			continue
		}
		p.info.More += p.more[dir]
		if q := &p.quoted[dir]; p.has[dir] {
			*at = q
		}
	}
	if len(p.info.Messages) == 0 && p.info.More == 0 {
		return nil
	}
	return &p.info
}

var dirs = [2]string{">", "<"}

var types4 = [...]string{
	0: "echo_reply", 3: "destination_unreachable", 4: "source_quench", 5: "redirect", 8: "echo_request",
	9: "router_advertisement", 10: "router_solicitation", 11: "time_exceeded", 12: "parameter_problem",
	13: "timestamp_request", 14: "timestamp_reply", 15: "information_request", 16: "information_reply",
	17: "mask_request", 18: "mask_reply", 42: "extended_echo_request", 43: "extended_echo_reply",
}

var types6 = [...]string{
	1: "destination_unreachable", 2: "packet_too_big", 3: "time_exceeded", 4: "parameter_problem",
	128: "echo_request", 129: "echo_reply", 130: "mld_query", 131: "mld_report", 132: "mld_done",
	133: "router_solicitation", 134: "router_advertisement", 135: "neighbor_solicitation",
	136: "neighbor_advertisement", 137: "redirect", 138: "router_renumbering", 139: "node_information_query",
	140: "node_information_response", 143: "mld2_report", 144: "home_agent_request", 145: "home_agent_reply",
	146: "mobile_prefix_solicitation", 147: "mobile_prefix_advertisement", 148: "path_solicitation",
	149: "path_advertisement", 151: "multicast_router_advertisement", 152: "multicast_router_solicitation",
	153: "multicast_router_termination", 155: "rpl_control", 160: "extended_echo_request", 161: "extended_echo_reply",
}

// name is that of a type.
func name(kind uint8, six bool) string {
	names := types4[:]
	if six {
		names = types6[:]
	}
	if int(kind) < len(names) {
		return names[kind]
	}
	return ""
}

var unreachable4 = [...]string{
	"net_unreachable", "host_unreachable", "protocol_unreachable", "port_unreachable", "fragmentation_needed",
	"source_route_failed", "net_unknown", "host_unknown", "source_isolated", "net_prohibited", "host_prohibited",
	"net_unreachable_for_tos", "host_unreachable_for_tos", "communication_prohibited", "host_precedence_violation",
	"precedence_cutoff",
}

var unreachable6 = [...]string{
	"no_route", "communication_prohibited", "beyond_scope", "address_unreachable", "port_unreachable",
	"source_policy_failed", "reject_route", "source_routing_error",
}

var exceeded = [...]string{"hop_limit", "reassembly"}

// reason is the name of a code.
func reason(six bool, kind, code uint8) string {
	var names []string
	switch {
	case !six && kind == 3:
		names = unreachable4[:]
	case six && kind == 1:
		names = unreachable6[:]
	case !six && kind == 11 || six && kind == 3:
		names = exceeded[:]
	case six && kind == 2:
		return "packet_too_big"
	}
	if int(code) < len(names) {
		return names[code]
	}
	return ""
}
