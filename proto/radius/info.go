package radius

import "joy/feature"

// Info has the first message of each side.
type Info struct {
	// First message of the side that opened the flow; absent for none.
	Out *Message `json:"out,omitempty"`
	// First message of the other side; absent for none.
	In *Message `json:"in,omitempty"`
}

// A Message is a message of RADIUS. Of an attribute that comes several times
// the first one is reported; what a message has not is absent.
type Message struct {
	// Code, such as Access-Request. Source: RFC 2865 section 3, RFC 5176.
	Code string `json:"code"`
	// Identifier, the same in request and answer.
	ID uint8 `json:"id"`
	// User, as digest unless secrets=1 (User-Name).
	User feature.Text `json:"user,omitempty"`
	// There is a password, hidden with the shared secret (User-Password).
	Password bool `json:"password,omitempty"`
	// There is an answer to a challenge (CHAP-Password).
	CHAP bool `json:"chap,omitempty"`
	// There is a message of EAP. Source: RFC 3579.
	EAP bool `json:"eap,omitempty"`
	// Address of the access server (NAS-IP-Address).
	NASIP feature.Addr `json:"nas_ip,omitempty"`
	// IPv6 address of the access server (NAS-IPv6-Address). Source: RFC 3162.
	NASIPv6 feature.Addr `json:"nas_ipv6,omitempty"`
	// Name of the access server (NAS-Identifier).
	NASID feature.Text `json:"nas_id,omitempty"`
	// Number or address that was called; of Wi-Fi the access point and the network
	// (Called-Station-Id).
	Called feature.Text `json:"called_station,omitempty"`
	// Number or address of the caller (Calling-Station-Id).
	Calling feature.Text `json:"calling_station,omitempty"`
	// Address that the user gets (Framed-IP-Address).
	FramedIP feature.Addr `json:"framed_ip,omitempty"`
	// Text for the user (Reply-Message).
	Reply feature.Text `json:"reply,omitempty"`
	// What an accounting request tells: Start, Stop, Interim-Update and others.
	// Source: RFC 2866 section 5.1.
	Status string `json:"status,omitempty"`
	// Session of accounting (Acct-Session-Id).
	Session feature.Text `json:"session,omitempty"`
}
