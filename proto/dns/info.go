package dns

import (
	"bytes"
	"encoding/hex"

	"joy/feature"
)

// Info lists the messages of the flow, in the order of their first bytes. A
// message with several questions has an entry for each; what could not be
// listed is counted in a last entry.
type Info []Message

// A Message is a message of DNS, or one of its questions. Source: Joy.
type Message struct {
	// Name of the question, in a query: without the final dot, "." for the root,
	// empty without a question. Dots and backslashes inside a label, control
	// characters, and other bytes that are not UTF-8, are written \., \\ and \DDD
	// (RFC 1035, 5.1), so that different names never look alike. A NetBIOS name is
	// decoded, its last byte shown as <hh>. Source: Joy (other bytes than
	// printable ASCII are * there).
	QN feature.Text `json:"qn" when:"HasQN"`
	// Name of the question, like qn, in a response. Source: Joy.
	RN feature.Text `json:"rn" when:"HasRN"`
	// Type of the question, as a mnemonic of IANA or TYPE and the number; NB and
	// NBSTAT for NetBIOS names. Absent without a question. Source: RFC 1035, 4.1.2.
	QType QType `json:"qt" when:"HasQType"`
	// Class of the question; absent for IN, and without a question. Source: RFC
	// 1035, 4.1.2.
	Class QClass `json:"class" when:"HasClass"`
	// A unicast response to a multicast question is welcome. Source: RFC 6762, 5.4.
	QU bool `json:"qu,omitempty"`
	// Number of the question in its message, from 2 on: the entry is one more
	// question of the message before it, and what is not about the question is
	// there. Absent for the first question. Source: own.
	Question int `json:"question,omitempty"`
	// Identifier of the message. Source: RFC 1035, 4.1.1.
	ID uint16 `json:"id" when:"HasHeader"`
	// What is asked for, as a mnemonic; absent for a plain query (0). NetBIOS
	// names have REGISTRATION, RELEASE, WACK, REFRESH. Source: RFC 1035, 4.1.1;
	// RFC 1002, 4.2.1.1.
	Opcode string `json:"opcode,omitempty"`
	// Flags that are set, of aa tc rd ra z ad cd (b, broadcast, instead of cd for
	// NetBIOS names; in LLMNR aa is the conflict bit and rd the tentative bit);
	// absent when none is. Source: RFC 1035, 4.1.1; RFC 4035, 3; RFC 1002,
	// 4.2.1.1; RFC 4795, 2.1.1.
	Flags []string `json:"flags,omitempty"`
	// Response code, the 4 bits of the header; edns has the extended one. Source:
	// Joy.
	RC uint8 `json:"rc" when:"HasHeader"`
	// Time from the first byte of the query to that of this response, in
	// milliseconds: the earliest query from the other side with the same
	// identifier and question that had no response yet. Absent in queries and
	// when no such query was seen in the 60 seconds before. Source: own.
	Response float64 `json:"response_ms" when:"HasResponse" format:"%.3f"`
	// Records of all sections, in the order of the message; an empty list when
	// there are none. Source: Joy.
	RR []RR `json:"rr" when:"HasHeader"`
	// Number of records, as the header counts them, that are not listed since the
	// message has more than 256 or its names are too long; absent when 0. Source:
	// own.
	MoreRR int `json:"more_rr,omitempty"`
	// Extended DNS; absent without a record OPT. Source: RFC 6891.
	EDNS *EDNS `json:"edns,omitempty"`
	// Bytes behind the last record that the header counts; absent when 0. Source:
	// own.
	Trailing int `json:"trailing,omitempty"`
	// Only the first 16384 bytes of the message were looked at, or a part of it is
	// not listed. Source: own.
	Truncated bool `json:"truncated,omitempty"`
	// What is wrong with the message; the rest of it is not listed unless it could
	// be found. Source: own (Joy has the number of bytes left here).
	Malformed string `json:"malformed,omitempty"`
	// In the last entry only: number of messages that are not listed, since the
	// list has 200 of their direction or all together are too large. Source: own.
	More uint64 `json:"more,omitempty"`
	// In the last entry only: bytes of the TCP stream that were not captured, or
	// behind which no message could be found. Source: own.
	Lost uint64 `json:"lost,omitempty"`

	HasQN, HasRN, HasQType, HasClass, HasHeader, HasResponse bool `json:"-"`
}

// An RR is a resource record. One key has its data, named like the type in
// lower case; type has other types, with data or rdata. Source: Joy.
type RR struct {
	// Address (A), or what stands for it. Source: Joy.
	A feature.Addr `json:"a,omitempty"`
	// IPv6 address (AAAA), or what stands for it. Source: Joy.
	AAAA feature.Addr `json:"aaaa,omitempty"`
	// Canonical name, in the form of qn. Source: Joy.
	CNAME feature.Text `json:"cname,omitempty"`
	// Name that this address or service points to, in the form of qn. Source: Joy.
	PTR feature.Text `json:"ptr,omitempty"`
	// Name server, in the form of qn. Source: Joy.
	NS feature.Text `json:"ns,omitempty"`
	// Primary server of the zone, in the form of qn; zone has the rest. Source:
	// Joy.
	SOA feature.Text `json:"soa,omitempty"`
	// The rest of a SOA record. Source: RFC 1035, 3.3.13.
	Zone *Zone `json:"zone,omitempty"`
	// Mail server, in the form of qn. Source: Joy.
	MX feature.Text `json:"mx,omitempty"`
	// Preference of the mail server, the lowest first; absent for other types.
	// Source: RFC 1035, 3.3.9.
	Preference uint16 `json:"preference" when:"HasPreference"`
	// Name that the tree below the owner is found under (DNAME), in the form of
	// qn. Source: RFC 6672.
	DNAME feature.Text `json:"dname,omitempty"`
	// The strings of a TXT record. Source: RFC 1035, 3.3.14 (Joy has NYI here).
	TXT []feature.Text `json:"txt,omitempty"`
	// Server of a service. Source: RFC 2782.
	SRV *SRV `json:"srv,omitempty"`
	// Service binding of HTTPS. Source: RFC 9460.
	HTTPS *SVCB `json:"https,omitempty"`
	// Service binding. Source: RFC 9460.
	SVCB *SVCB `json:"svcb,omitempty"`
	// Holders of a NetBIOS name (NB). Source: RFC 1002, 4.2.1.3.
	NB []NB `json:"nb,omitempty"`
	// Names of a NetBIOS node (NBSTAT). Source: RFC 1002, 4.2.18.
	NBSTAT []NBName `json:"nbstat,omitempty"`
	// Unit identifier of a NetBIOS node (NBSTAT), mostly its MAC address. Source:
	// RFC 1002, 4.2.18.
	UnitID feature.Hex `json:"unit_id,omitempty"`
	// Type of a record without a key of its own, or without data: the mnemonic of
	// IANA, or the number in hexadecimal as in Joy. Source: Joy.
	Type RRType `json:"type" when:"HasType"`
	// Class: CH, HS, NONE or ANY, others in hexadecimal as in Joy; absent for IN
	// when the type is known. Source: Joy.
	Class RRClass `json:"class" when:"HasClass"`
	// Number of bytes of the data that the record claims; only beside type. Source:
	// Joy.
	RDLength uint16 `json:"rdlength" when:"HasType"`
	// Data in the presentation form of the type's RFC, names in the form of qn.
	// Signatures are left out, and keys are replaced by id= and the key tag.
	// Source: RFC 4034, RFC 5155, RFC 8659 and others.
	Data Presented `json:"data,omitempty"`
	// Data of other types, and data that is malformed; at most 512 bytes. Source:
	// RFC 3597.
	RData feature.Hex `json:"rdata,omitempty"`
	// Time to live in seconds. Source: Joy.
	TTL uint32 `json:"ttl"`
	// Owner, in the form of qn; absent when it is the name of the question.
	// Source: RFC 1035, 4.1.3.
	Name feature.Text `json:"name,omitempty"`
	// Section: authority or additional; absent for answer. For the opcode UPDATE
	// these are update and additional, and absent for prerequisite. Source: RFC
	// 1035, 4.1; RFC 2136, 2.
	Section string `json:"section,omitempty"`
	// The cache-flush bit of multicast DNS is set. Source: RFC 6762, 10.2.
	Flush bool `json:"flush,omitempty"`
	// What is wrong with the data. Source: own.
	Malformed string `json:"malformed,omitempty"`

	HasPreference, HasType, HasClass bool `json:"-"`
}

// Presented is data in its presentation form.
type Presented feature.Text

// AppendJSON appends the text as a JSON string.
func (p Presented) AppendJSON(b []byte) []byte { return feature.AppendString(b, p) }

// longestDigest is the number of hexadecimal digits of a SHA-512.
const longestDigest = 128

// Hide replaces hidden addresses. A word of hexadecimal digits is a digest or a
// salt, but a long one, as in TLSA, is a certificate or a key that may hold an
// address; a hyphen stands for it.
func (p *Presented) Hide(h feature.Hider) {
	text := h.Text(feature.Text(*p))
	var words [][]byte
	for word := range bytes.SplitSeq(text, []byte(" ")) {
		if b, err := hex.AppendDecode(nil, word); len(word) > longestDigest && err == nil && h.Hex(b) == nil {
			word = []byte("-")
		}
		words = append(words, word)
	}
	*p = bytes.Join(words, []byte(" "))
}

// A Zone is what a SOA record has beside the primary server. Source: RFC 1035,
// 3.3.13.
type Zone struct {
	// Mailbox of who is responsible, in the form of qn.
	RName feature.Text `json:"rname"`
	// Version of the zone.
	Serial uint32 `json:"serial"`
	// Seconds between refreshes.
	Refresh uint32 `json:"refresh"`
	// Seconds before a failed refresh is tried again.
	Retry uint32 `json:"retry"`
	// Seconds after which the zone is not valid any more.
	Expire uint32 `json:"expire"`
	// Seconds that a negative answer may be kept (RFC 2308).
	Minimum uint32 `json:"minimum"`
}

// An SRV is the server of a service. Source: RFC 2782.
type SRV struct {
	// Priority, the lowest first.
	Priority uint16 `json:"priority"`
	// Weight among servers of one priority.
	Weight uint16 `json:"weight"`
	// Port of the service.
	Port uint16 `json:"port"`
	// Name of the server, in the form of qn.
	Target feature.Text `json:"target"`
}

// A SVCB is a service binding. Source: RFC 9460.
type SVCB struct {
	// Priority; 0 makes it an alias.
	Priority uint16 `json:"priority"`
	// Name of the service, in the form of qn; "." for the owner itself.
	Target feature.Text `json:"target"`
	// Protocols (ALPN) that are offered.
	ALPN []feature.Text `json:"alpn,omitempty"`
	// Port; absent when not given.
	Port uint16 `json:"port" when:"HasPort"`
	// IPv4 addresses to try.
	IPv4Hint []feature.Addr `json:"ipv4hint,omitempty"`
	// IPv6 addresses to try.
	IPv6Hint []feature.Addr `json:"ipv6hint,omitempty"`
	// A configuration for the Encrypted Client Hello is given.
	ECH bool `json:"ech,omitempty"`
	// Other parameters that are given.
	Keys []SVCKey `json:"keys,omitempty"`

	HasPort bool `json:"-"`
}

// An NB is a holder of a NetBIOS name. Source: RFC 1002, 4.2.1.3.
type NB struct {
	// Address, or what stands for it.
	A feature.Addr `json:"a"`
	// The name is one of a group.
	Group bool `json:"group,omitempty"`
	// Type of the node: B, P, M or H.
	Node string `json:"node"`
}

// An NBName is a name of a NetBIOS node. Source: RFC 1002, 4.2.18.
type NBName struct {
	// Name, with its last byte as <hh>.
	Name feature.Text `json:"name"`
	// The name is one of a group.
	Group bool `json:"group,omitempty"`
}

// EDNS is what the record OPT says. Source: RFC 6891.
type EDNS struct {
	// Version.
	Version uint8 `json:"version"`
	// Largest UDP payload in bytes that the sender can receive.
	UDPSize uint16 `json:"udp_size"`
	// Records of DNSSEC are wanted (RFC 3225).
	DO bool `json:"do,omitempty"`
	// Extended response code, with the 4 bits of rc; absent when those are all.
	RC uint16 `json:"rc,omitempty"`
	// Kinds of options, in their order: mnemonics of IANA, or OPT and the number.
	Options []Option `json:"options,omitempty"`
}
