package snmp

import "joy/feature"

// Info has the first message of each side, of version 3 the first one with a user.
type Info struct {
	// First message of the side that opened the flow; absent for none.
	Out *Message `json:"out,omitempty"`
	// First message of the other side; absent for none.
	In *Message `json:"in,omitempty"`
}

// A Message is a message of SNMP. Texts are cut behind 256 bytes.
type Message struct {
	// Version as sent: 0 for 1, 1 for 2c, 3 for 3. Source: RFC 1157, 1901, 3412.
	Version int64 `json:"version"`
	// Community, as digest unless secrets=1; empty when it is, absent in version 3.
	Community feature.Text `json:"community" when:"HasCommunity"`
	// Operation: get, get_next, get_bulk, set, response, trap, trap2, inform, report;
	// absent when it is encrypted. Source: RFC 3416 section 3.
	PDU string `json:"pdu,omitempty"`
	// Error status of a response; absent for none. Source: RFC 3416 section 3.
	Error int64 `json:"error,omitempty"`
	// First object of the operation, with dots, at most 64 numbers; of a version 1
	// trap the enterprise.
	Object feature.Text `json:"object,omitempty"`
	// Address of the agent in a version 1 trap. Source: RFC 1157 section 4.1.6.
	Agent feature.Addr `json:"agent,omitempty"`
	// Security level of version 3: noAuthNoPriv, authNoPriv, authPriv. Source: RFC
	// 3412 section 6.4.
	Level string `json:"level,omitempty"`
	// Identifier of the engine of version 3. Source: RFC 3411 section 5.
	Engine feature.Hex `json:"engine,omitempty"`
	// User of version 3, as digest unless secrets=1. Source: RFC 3414 section 2.4.
	User feature.Text `json:"user,omitempty"`
	// Context of version 3. Source: RFC 3412 section 6.8.
	Context feature.Text `json:"context,omitempty"`
	// It has a community.
	HasCommunity bool `json:"-"`
}
