package ntp

import (
	"bytes"
	"net/netip"

	"joy/feature"
)

// Info has the first message of each side.
type Info struct {
	// First message of the side that opened the flow; absent for none.
	Out *Message `json:"out,omitempty"`
	// First message of the other side; absent for none.
	In *Message `json:"in,omitempty"`
}

// A Message is a message of NTP.
type Message struct {
	// Version, 1 to 4. Source: RFC 5905 section 7.3.
	Version uint8 `json:"version"`
	// Mode: client, server, broadcast, symmetric_active, symmetric_passive, control,
	// private. Source: RFC 5905 section 7.3.
	Mode string `json:"mode"`
	// Operation of a control message, or request of a private one (42 is monlist);
	// absent for other modes. Source: RFC 9327 section 2.
	Code uint8 `json:"code" when:"HasCode"`
	// Leap indicator, 3 when the clock is not synchronized. Source: RFC 5905.
	Leap uint8 `json:"leap" when:"HasTime"`
	// Hops from a reference clock; 0 is unknown or a kiss, 16 not synchronized.
	Stratum uint8 `json:"stratum" when:"HasTime"`
	// Poll interval, binary logarithm of seconds.
	Poll int8 `json:"poll" when:"HasTime"`
	// Precision of the clock, binary logarithm of seconds.
	Precision int8 `json:"precision" when:"HasTime"`
	// Kind of the reference clock, such as GPS (stratum 1); absent otherwise.
	Clock feature.Text `json:"clock,omitempty"`
	// Kiss code, such as RATE (stratum 0); absent otherwise. Source: RFC 5905 section
	// 7.4.
	Kiss feature.Text `json:"kiss,omitempty"`
	// Server that this one follows (stratum 2 to 15): its IPv4 address, or the first
	// bytes of a hash of its IPv6 address.
	Reference feature.Addr `json:"reference,omitempty"`
	// Bytes behind the header: extensions (NTS) and authenticator; absent for none.
	Extra uint32 `json:"extra_bytes,omitempty"`
	// It has a code.
	HasCode bool `json:"-"`
	// It is about time.
	HasTime bool `json:"-"`
}

// reference sets the field that the reference identifier is for.
func (m *Message) reference(id []byte) {
	text := bytes.TrimRight(id, "\x00")
	switch {
	case len(text) == 0:
	case m.Stratum == 0:
		m.Kiss = text
	case m.Stratum == 1:
		m.Clock = text
	case m.Stratum < 16:
		m.Reference = feature.Addr{IP: netip.AddrFrom4([4]byte(id))}
	}
}
