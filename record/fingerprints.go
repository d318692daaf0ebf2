package record

// Fingerprints are strings of what one side of a flow sent, by which software can
// be told. docs/fingerprints.md defines them.
type Fingerprints struct {
	// Options of its SYN without ACK, a group each: kind, and of the maximum
	// segment size and the window scale length and value too, hexadecimal. Absent
	// when there was none. Source: Joy.
	TCP Text `json:"tcp,omitempty" anon:"keep"`
	// ClientHello: version, suites, and the extensions in order, with the data of
	// those numbered 5, 10, 11, 13, 16, 43 and 45; GREASE as it is. Absent when none
	// was seen whole, and beyond 8,192 characters. Source: Joy.
	TLS Text `json:"tls,omitempty" anon:"stage"`
	// Fingerprints of the Network Protocol Fingerprinting format, the one that says
	// most first: tls/1 and tls/2, quic/1, ssh, http, tcp, ...; those of servers are
	// tls_server, ssh_server and so on. Source: mercury (doc/npf.md).
	NPF []Text `json:"npf,omitempty" anon:"stage"`
	// A string was left out, since it has more than 8,192 characters. Source: own.
	Truncated bool `json:"truncated,omitempty"`
}
