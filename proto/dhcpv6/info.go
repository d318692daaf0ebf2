package dhcpv6

import (
	"strconv"

	"joy/feature"
)

// Info lists the messages of the flow in the order of their packets.
type Info []Message

// A Message is a message of DHCPv6, also one that a relay agent wrapped.
type Message struct {
	// Type such as SOLICIT; the number as text of those that Joy does not know.
	// Source: Joy, RFC 8415 section 7.3.
	Type MessageType `json:"type"`
	// Name of a type that Joy does not know, such as LEASEQUERY; absent for the
	// others. Source: IANA.
	TypeName string `json:"type_name,omitempty"`
	// Transaction in hexadecimal digits without leading zeros; absent for relays'
	// messages, which have none. Source: Joy, RFC 8415 section 8.
	TransID TransID `json:"transid" when:"HasTransID"`
	// The first option, as in options. Source: Joy.
	Option Code `json:"option" when:"HasOption"`
	// Length of the first option in bytes. Source: Joy.
	OptLen uint16 `json:"optlen" when:"HasOption"`
	// The link-layer address in the first DUID of the message that has one.
	// Source: Joy, which takes it from a fixed place.
	MACAddr MAC `json:"macaddr,omitempty"`
	// Relay agents that passed it on before. Source: RFC 8415 section 9.
	Hops uint8 `json:"hop_count" when:"IsRelay"`
	// Address that tells the link of the client, :: for none. Source: RFC 8415
	// section 9.
	LinkAddress feature.Addr `json:"link_address" when:"IsRelay"`
	// Address of the client or of the relay agent before. Source: RFC 8415 section
	// 9.
	PeerAddress feature.Addr `json:"peer_address" when:"IsRelay"`
	// Options in their order. Joy has the first one only.
	Options []Option `json:"options,omitempty"`
	// Options that are not listed: a message has more than 128, with those inside
	// of others and of wrapped messages; or they are deeper than 24.
	MoreOptions uint32 `json:"more_options,omitempty"`
	// An option goes past the end of what it is in; it is not listed.
	Malformed bool `json:"malformed,omitempty"`
	// The message has more than 4096 bytes; what is behind them was not read.
	Truncated bool `json:"truncated,omitempty"`
	// In the last entry only: messages that are not listed, since more than 64, or
	// more than 64 KiB, came for one record; absent for none.
	More uint32 `json:"more,omitempty"`
	// There is an option.
	HasOption bool `json:"-"`
	// It has a transaction.
	HasTransID bool `json:"-"`
	// It is of a relay agent.
	IsRelay bool `json:"-"`
}

// An Option has the fields that its code asks for. What is not decoded, and an
// option whose length is not possible, is in data.
type Option struct {
	// Name such as IANA (Joy's spelling), or the number as text.
	Code Code `json:"option"`
	// Length in bytes.
	Len uint16 `json:"optlen"`
	// Identifier of a client or server. Source: RFC 8415 section 11.
	DUID *DUID `json:"duid,omitempty"`
	// Identity association. Source: RFC 8415 sections 21.4, 21.5 and 21.21.
	IAID uint32 `json:"iaid" when:"HasIA"`
	// Seconds until renewal at the server that gave it. Source: RFC 8415.
	T1 uint32 `json:"t1" when:"HasT"`
	// Seconds until rebinding at any server. Source: RFC 8415.
	T2 uint32 `json:"t2" when:"HasT"`
	// Address, or prefix, of an IAADDR, IAPREFIX or UNICAST; the link of an
	// LQQUERY, and the relay agent of LQRELAYDATA. Source: RFC 8415 sections 21.6,
	// 21.12 and 21.22, RFC 5007 section 4.1.
	Address feature.Addr `json:"address,omitempty"`
	// Length of the prefix in bits.
	PrefixLength uint8 `json:"prefix_length" when:"HasPrefix"`
	// Preferred lifetime in seconds, 4294967295 for ever.
	Preferred uint32 `json:"preferred" when:"HasLifetime"`
	// Valid lifetime in seconds, 4294967295 for ever.
	Valid uint32 `json:"valid" when:"HasLifetime"`
	// Status, 0 for success. Source: RFC 8415 section 21.13.
	Status uint16 `json:"status" when:"HasStatus"`
	// Numbers of the options that are asked for. Source: RFC 8415 section 21.7.
	Requested []uint16 `json:"requested,omitempty"`
	// Number that the option tells: preference, elapsed time in 1/100 s, message
	// type of a reconfigure, seconds of times, kind of a query.
	Value uint32 `json:"value" when:"HasValue"`
	// Addresses of servers (DNS and others).
	Addresses []feature.Addr `json:"addresses,omitempty"`
	// Domain names, without the final dot. Source: RFC 3646, RFC 4704.
	Names []feature.Text `json:"names,omitempty"`
	// Enterprise number of the vendor (IANA). Source: RFC 8415 sections 21.16 and
	// 21.17, RFC 4649.
	Enterprise uint32 `json:"enterprise" when:"HasEnterprise"`
	// Texts: status message, classes of user and vendor, boot file, URLs.
	Texts []feature.Text `json:"texts,omitempty"`
	// Link-layer address of the client. Source: RFC 6939.
	MACAddr MAC `json:"macaddr,omitempty"`
	// What is not decoded.
	Data feature.Hex `json:"data,omitempty"`
	// Digest of a token or key that follows the data of AUTHENTICATION; with
	// secrets=1 it is not here but in data. Source: RFC 8415 section 20.4.
	Secret feature.Text `json:"secret,omitempty"`
	// The message that a relay agent passes on.
	Message *Message `json:"message,omitempty"`
	// Options in this one.
	Options []Option `json:"options,omitempty"`
	// It has an IAID.
	HasIA bool `json:"-"`
	// It has T1 and T2.
	HasT bool `json:"-"`
	// It has a prefix.
	HasPrefix bool `json:"-"`
	// It has lifetimes.
	HasLifetime bool `json:"-"`
	// It has a status.
	HasStatus bool `json:"-"`
	// It has a number.
	HasValue bool `json:"-"`
	// It has an enterprise number.
	HasEnterprise bool `json:"-"`
}

// A DUID identifies a client or server.
type DUID struct {
	// LLT (link-layer address and time), EN (enterprise), LL (link-layer address),
	// UUID, or a number as text. Source: RFC 8415 section 11.
	Type DUIDType `json:"type"`
	// Type of the hardware, 1 for Ethernet.
	HType uint16 `json:"htype" when:"HasHType"`
	// When it was made, seconds since 1970. Source: RFC 8415 section 11.2 (seconds
	// since 2000 there, modulo 2^32).
	Time uint64 `json:"time" when:"HasTime"`
	// Link-layer address.
	MACAddr MAC `json:"macaddr,omitempty"`
	// Enterprise number of the vendor (IANA).
	Enterprise uint32 `json:"enterprise" when:"HasEnterprise"`
	// All its bytes.
	ID feature.Hex `json:"id"`
	// It has a type of hardware.
	HasHType bool `json:"-"`
	// It has a time.
	HasTime bool `json:"-"`
	// It has an enterprise number.
	HasEnterprise bool `json:"-"`
}

// A MessageType is the type of a message.
type MessageType uint8

// AppendJSON appends the name or number as a JSON string.
func (t MessageType) AppendJSON(b []byte) []byte {
	return feature.AppendName(b, messageNames[:], int64(t))
}

// A Code says what an option is.
type Code uint16

// AppendJSON appends the name or number as a JSON string.
func (c Code) AppendJSON(b []byte) []byte { return feature.AppendName(b, optionNames[:], int64(c)) }

// A DUIDType says how a DUID was made.
type DUIDType uint16

// AppendJSON appends the name or number as a JSON string.
func (t DUIDType) AppendJSON(b []byte) []byte { return feature.AppendName(b, duidNames[:], int64(t)) }

var duidNames = [...]string{1: "LLT", 2: "EN", 3: "LL", 4: "UUID"}

// A TransID is the number of a transaction, of 24 bits.
type TransID uint32

// AppendJSON appends it as a JSON string of hexadecimal digits without leading
// zeros.
func (t TransID) AppendJSON(b []byte) []byte {
	return append(strconv.AppendUint(append(b, '"'), uint64(t), 16), '"')
}

// A MAC is a link-layer address of any length.
type MAC []byte

// AppendJSON appends it as a JSON string, in the form 02:00:5e:10:00:01.
func (m MAC) AppendJSON(b []byte) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	for i, c := range m {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, digits[c>>4], digits[c&15])
	}
	return append(b, '"')
}

// Hide leaves the address out if it holds a hidden one: those of tunnels are
// addresses of IP.
func (m *MAC) Hide(h feature.Hider) { *m = MAC(h.Hex(feature.Hex(*m))) }
