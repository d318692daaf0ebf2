package postgres

import "joy/feature"

// Info is what a connection of PostgreSQL tells up to its first query. Texts are
// cut behind 256 bytes, all of a record behind 4 KiB.
type Info struct {
	// What the client sent; absent when nothing.
	Cli *Client `json:"cli,omitempty"`
	// What the server sent; absent when nothing.
	Srv *Server `json:"srv,omitempty"`
	// Bytes are missing in the capture; nothing behind them was read.
	Lost bool `json:"lost,omitempty"`
	// A bound of joy cut a text.
	Truncated bool `json:"truncated,omitempty"`
}

// A Client is what the client sent. Source: PostgreSQL, Frontend/Backend
// Protocol, Message Formats.
type Client struct {
	// The client asked for TLS.
	SSLRequest bool `json:"ssl_request,omitempty"`
	// The client asked for encryption by GSS-API.
	GSSRequest bool `json:"gss_request,omitempty"`
	// The client wants a query of another connection to be cancelled.
	Cancel bool `json:"cancel,omitempty"`
	// Major version of the protocol; absent when no startup was seen.
	Major uint16 `json:"major" when:"HasStartup"`
	// Minor version of the protocol.
	Minor uint16 `json:"minor" when:"HasStartup"`
	// User.
	User feature.Text `json:"user,omitempty"`
	// Database; absent when it is that of the name of the user.
	Database feature.Text `json:"database,omitempty"`
	// Name of the program.
	Application feature.Text `json:"application_name,omitempty"`
	// Mechanism of SASL.
	Mechanism feature.Text `json:"mechanism,omitempty"`
	// Password or its MD5 hash, as digest unless secrets=1; absent for SASL.
	Password feature.Text `json:"password,omitempty"`
	// A startup message was seen.
	HasStartup bool `json:"-"`
}

// A Server is what the server sent.
type Server struct {
	// Answer to the request for encryption: S or G yes, N no; absent for none.
	Encryption string `json:"encryption,omitempty"`
	// Kind of login that it wants: none, kerberos5, password, md5, scm, gss, sspi,
	// sasl, or unknown; absent when not seen.
	Auth string `json:"auth,omitempty"`
	// The login was accepted.
	Accepted bool `json:"accepted,omitempty"`
	// Version that the server reports.
	Version feature.Text `json:"server_version,omitempty"`
	// SQLSTATE of the first error, such as 28P01; absent for none.
	Error feature.Text `json:"error,omitempty"`
	// Text of this error.
	ErrorText feature.Text `json:"error_text,omitempty"`
}

func authName(n uint32) string {
	switch n {
	case 0:
		return "none"
	case 2:
		return "kerberos5"
	case 3:
		return "password"
	case 5:
		return "md5"
	case 6:
		return "scm"
	case 7:
		return "gss"
	case 9:
		return "sspi"
	case 10:
		return "sasl"
	}
	return "unknown"
}
