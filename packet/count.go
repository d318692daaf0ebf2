package packet

// A Reason says what became of a frame, or of a part of it, that is not told
// by a Packet.
type Reason uint8

// The first group is of frames that gave no packet, one reason each; the
// second of what was lost because of a bound or was damaged on the way, in
// frames too. A frame of the second group may have given a packet.
const (
	UnknownLinkType Reason = iota
	TruncatedLink          // ends inside of its link layer headers
	NotData                // 802.11 management and control, empty data frames
	Encrypted              // 802.11 frame with its payload encrypted
	ARP
	NotIP // another network protocol
	TruncatedIP
	BadIPHeader
	TooManyHeaders  // more link layer headers than maxHeaders
	FragmentTooLong // reaches beyond the largest datagram

	FragmentWithoutFirst // of datagrams whose first fragment never came
	FragmentOverlap      // of IPv6 datagrams with overlapping fragments (RFC 5722), which stay as they are
	FragmentsTooMany     // more than maxPieces for one datagram
	FragmentsEvicted     // of unfinished datagrams that made room for others
	TooManyTunnels       // the packet inside of maxHops tunnels is in another one
	TooManyPaths         // the list of paths is full

	NumReasons
)

// String is the name of the reason, fit for a JSON key.
func (r Reason) String() string {
	names := [NumReasons]string{
		UnknownLinkType: "unknown_link_type", TruncatedLink: "truncated_link",
		NotData: "not_data", Encrypted: "encrypted", ARP: "arp", NotIP: "not_ip",
		TruncatedIP: "truncated_ip", BadIPHeader: "bad_ip_header", TooManyHeaders: "too_many_headers",
		FragmentWithoutFirst: "fragment_without_first", FragmentOverlap: "fragment_overlap",
		FragmentTooLong: "fragment_too_long", FragmentsTooMany: "fragments_too_many",
		FragmentsEvicted: "fragments_evicted", TooManyTunnels: "too_many_tunnels", TooManyPaths: "too_many_paths",
	}
	if r >= NumReasons {
		return "unknown"
	}
	return names[r]
}

// Counts are the totals of a Decoder. Every frame has given packets, is a
// fragment, or has one of the reasons of the first group.
type Counts struct {
	Frames    uint64 // given to Decode
	Packets   uint64 // appended
	Fragments uint64 // fragments of IP datagrams, tunnelled ones included
	Reasons   [NumReasons]uint64
}
