package pop3

import (
	"joy/feature"
	"joy/proto/plain"
)

// Info is what a connection of POP3 tells before it is encrypted. Texts are cut
// behind 256 bytes, all of a record behind 4 KiB.
type Info struct {
	// What the client sent; absent when nothing.
	Cli *Client `json:"cli,omitempty"`
	// What the server sent; absent when nothing.
	Srv *Server `json:"srv,omitempty"`
	// Bytes that are missing in the capture; absent for none.
	Lost uint32 `json:"lost,omitempty"`
	// A bound of joy cut a text or a list.
	Truncated bool `json:"truncated,omitempty"`
}

// A Client is what the client sent.
type Client struct {
	// The client asked to change to TLS. Source: RFC 2595 section 4.
	StartTLS bool `json:"starttls,omitempty"`
	// Login, by USER and PASS, by APOP (the password is then a hash), or by AUTH;
	// absent for none. Source: RFC 1939, RFC 5034.
	Auth *plain.Login `json:"auth,omitempty"`
	// Command of the login: USER, APOP or AUTH; absent for none.
	By string `json:"login_by,omitempty"`
	// Commands.
	Commands uint32 `json:"commands"`
}

// A Server is what the server sent.
type Server struct {
	// Greeting, behind its +OK or -ERR.
	Banner feature.Text `json:"banner,omitempty"`
	// The greeting has the time stamp that APOP needs. Source: RFC 1939 section 7.
	OffersAPOP bool `json:"offers_apop,omitempty"`
	// Answer to CAPA, each line, at most 32. Source: RFC 2449.
	Capabilities []feature.Text `json:"capabilities,omitempty"`
	// The server offers to change to TLS.
	OffersTLS bool `json:"offers_starttls,omitempty"`
	// The server agreed to change to TLS.
	StartTLS bool `json:"starttls,omitempty"`
	// What became of a login: accepted or refused; absent for neither.
	Login string `json:"login,omitempty"`
	// Replies.
	Replies uint32 `json:"replies"`
}
