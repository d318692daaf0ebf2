package imap

import (
	"joy/feature"
	"joy/proto/plain"
)

// Info is what a connection of IMAP tells before it is encrypted. Texts are cut
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
	// The client asked to change to TLS. Source: RFC 9051 section 6.2.1.
	StartTLS bool `json:"starttls,omitempty"`
	// Login, by LOGIN or AUTHENTICATE; absent for none.
	Auth *plain.Login `json:"auth,omitempty"`
	// Arguments of ID: names and values in turn, at most 16. Source: RFC 2971.
	ID []feature.Text `json:"id,omitempty"`
	// Commands.
	Commands uint32 `json:"commands"`
}

// A Server is what the server sent.
type Server struct {
	// Greeting, behind its star. Source: RFC 9051 section 7.1.
	Banner feature.Text `json:"banner,omitempty"`
	// Capabilities, each once, at most 48. Source: RFC 9051 section 7.2.2.
	Capabilities []feature.Text `json:"capabilities,omitempty"`
	// The server offers to change to TLS.
	OffersTLS bool `json:"offers_starttls,omitempty"`
	// The server agreed to change to TLS.
	StartTLS bool `json:"starttls,omitempty"`
	// What became of a login: accepted or refused; absent for neither.
	Login string `json:"login,omitempty"`
	// Answer to ID: names and values in turn, at most 16. Source: RFC 2971.
	ID []feature.Text `json:"id,omitempty"`
	// Lines, with those inside of answers.
	Lines uint32 `json:"lines"`
}
