// Package contact tells how a flow began: who asked whom, and whether there was an
// answer.
package contact

import (
	"bytes"

	"joy/query/flow"
)

// A Contact is the beginning of a flow.
type Contact uint8

const (
	// Unknown is for flows whose beginning was not seen, and those of protocols
	// that have none.
	Unknown Contact = iota
	// Failed: sa asked, and da did not answer or refused.
	Failed
	// Silent: the connection was opened, and neither side said anything.
	Silent
	// Reached: sa asked, and da answered.
	Reached
)

// Protocols, by IANA's numbers.
const (
	ICMP   = 1
	TCP    = 6
	UDP    = 17
	ICMPv6 = 58
)

// Of looks at a flow.
func Of(f *flow.Flow) Contact {
	switch f.Pr {
	case TCP:
		return ofTCP(f)
	case UDP:
		return answered(f.HasIn)
	case ICMP, ICMPv6:
		return ofICMP(f)
	}
	return Unknown
}

func answered(yes bool) Contact {
	if yes {
		return Reached
	}
	return Failed
}

// Opened reports whether the SYN of sa was seen.
func Opened(f *flow.Flow) bool {
	flags := f.Rest.Get("tcp").Get("out").Get("flags").Text()
	return bytes.IndexByte(flags, 'S') >= 0 && bytes.IndexByte(flags, 'A') < 0
}

// Answers reports whether sa sent the SYN-ACK, and nothing of da is in the record:
// one of a single direction.
func Answers(f *flow.Flow) bool {
	flags := f.Rest.Get("tcp").Get("out").Get("flags").Text()
	return !f.HasIn && bytes.IndexByte(flags, 'S') >= 0 && bytes.IndexByte(flags, 'A') >= 0
}

func ofTCP(f *flow.Flow) Contact {
	tcp := f.Rest.Get("tcp")
	accepted := bytes.IndexByte(tcp.Get("in").Get("flags").Text(), 'S') >= 0
	said := f.BytesOut+f.BytesIn > 0
	switch {
	case tcp == nil && !said && isProbe(f):
		return Failed
	case !Opened(f):
		return Unknown
	case accepted && said:
		return Reached
	case accepted:
		return Silent
	case said: // the SYN-ACK was not captured
		return Unknown
	}
	return Failed
}

// ephemeral is where ports begin that clients are given.
const ephemeral = 32768

// isProbe reports whether a flow without SYN and data is like one of a scan by
// FIN, NULL, Xmas or ACK, and not the end of a connection that was forgotten:
// those that servers send late go from their port to that of a client.
func isProbe(f *flow.Flow) bool {
	return f.PktsOut <= 2 && f.PktsIn <= 2 && f.SP >= 1024 && (f.SP >= ephemeral || f.DP < ephemeral)
}

// maxICMPTypes bounds what is looked at: records have no more.
const maxICMPTypes = 8

// ofICMP looks for a question, which the option icmp shows.
func ofICMP(f *flow.Flow) Contact {
	n := 0
	for m := range f.Rest.Get("icmp").Get("messages").Items() {
		if n++; n > maxICMPTypes {
			break
		}
		if string(m.Get("dir").Text()) != ">" {
			continue
		}
		if asks(f.Pr, string(m.Get("type"))) {
			return answered(f.HasIn)
		}
	}
	return Unknown
}

// asks reports whether a type of message is a question: for an echo, a time or a
// mask.
func asks(pr uint8, kind string) bool {
	if pr == ICMPv6 {
		return kind == "128"
	}
	return kind == "8" || kind == "13" || kind == "17"
}
