// Package fingerprint has the words that the packages below it share: what a
// flow shows of the software at its ends, and what a database knows of a
// fingerprint.
package fingerprint

import "net/netip"

// A Fingerprint is a string that says its kind first: mercury's NPF strings
// ("tls/1/(0303)(1301)[(0000)]", "ssh/(5353...)") as they are, and others with
// the name of their method before them ("ja3/" and 32 digits, "ja4/", "hassh/",
// "hassh_server/", "ja3s/"). Two fingerprints are the same when their strings
// are.
type Fingerprint = string

// A Context is the destination of a flow, as its client addressed it.
type Context struct {
	// Name that the client asked for: of TLS and QUIC the server name, of HTTP the
	// host; lower case, without a port and a dot at the end; "" when there was none.
	Name string
	// Address of the server, and its port.
	Addr netip.Addr
	Port uint16
	// Agent that the client says it is, for HTTP; "" when it did not.
	Agent string
}

// An Observation is what one end of a flow shows of its software.
type Observation struct {
	// Fingerprints, the one that says most first. Several of them may be forms of
	// one message (tls/1, tls/2, ja3, ja4).
	Fingerprints []Fingerprint
	Context      Context
	// Server is true for the end that answered.
	Server bool
}

// An Entry is what a database knows of one fingerprint: one line of its file.
type Entry struct {
	// Fingerprint, as above; its first part is its kind.
	Fingerprint Fingerprint `json:"fingerprint"`
	// Flows that were seen with it; the sum of those of the processes.
	Count uint64 `json:"count"`
	// First and last day (2006-01-02, UTC) on which it was seen; "" when not known.
	First string `json:"first,omitempty"`
	Last  string `json:"last,omitempty"`
	// Processes that sent it, the most frequent first; of equal counts by name,
	// version and SHA-256.
	Processes []Process `json:"processes"`
	// Where it is known from, sorted: one word or sentence for each source.
	Sources []string `json:"sources"`
}

// A Process is a program, of a version and on a system, that sent a fingerprint.
type Process struct {
	// Name of the program, "firefox".
	Name string `json:"name"`
	// Version of the program, "140.5.0"; "" when not known.
	Version string `json:"version,omitempty"`
	// SHA-256 of its file, 64 hexadecimal digits in lower case; "" when not known.
	SHA256 string `json:"sha256,omitempty"`
	// System that it ran on, "Debian 12"; "" when not known.
	OS string `json:"os,omitempty"`
	// Category, "browser"; "" when not known.
	Category string `json:"category,omitempty"`
	// Malware is true when whoever contributed it says so.
	Malware bool `json:"malware,omitempty"`
	// Flows that were seen of it with this fingerprint, at least 1.
	Count uint64 `json:"count"`
	// Flows by destination: ports, names that were asked for, blocks of addresses
	// (/24 of IPv4, /48 of IPv6), and user agents.
	Ports  map[string]uint64 `json:"ports,omitempty"`
	Names  map[string]uint64 `json:"names,omitempty"`
	Blocks map[string]uint64 `json:"blocks,omitempty"`
	Agents map[string]uint64 `json:"agents,omitempty"`
}
