package mysql

import "joy/feature"

// Info is what the beginning of a connection of MySQL or MariaDB tells. Texts
// are cut behind 256 bytes, all of a record behind 4 KiB.
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

// A Server is what the server sent. Source: MySQL, Connection Phase Packets.
type Server struct {
	// Version of the protocol, 10 or 9; absent when no greeting was seen.
	Protocol uint8 `json:"protocol,omitempty"`
	// Version of the server; of MariaDB 10 it begins with 5.5.5-.
	Version feature.Text `json:"version,omitempty"`
	// Number of the connection.
	Connection uint32 `json:"connection" when:"HasGreeting"`
	// Capability flags, as a number.
	Capabilities uint32 `json:"capabilities" when:"HasGreeting"`
	// The server offers TLS: a flag of these.
	OffersTLS bool `json:"offers_tls,omitempty"`
	// Plugin for the login.
	Plugin feature.Text `json:"auth_plugin,omitempty"`
	// What became of the login: accepted or refused; absent for neither.
	Login string `json:"login,omitempty"`
	// Number of the error, such as 1045; absent for none.
	Error uint16 `json:"error,omitempty"`
	// SQLSTATE of the error; absent for none.
	State feature.Text `json:"sqlstate,omitempty"`
	// Text of the error.
	ErrorText feature.Text `json:"error_text,omitempty"`
	// A greeting was seen.
	HasGreeting bool `json:"-"`
}

// A Client is what the client sent.
type Client struct {
	// The client changed to TLS.
	TLS bool `json:"tls,omitempty"`
	// Capability flags, as a number.
	Capabilities uint32 `json:"capabilities"`
	// User; absent with TLS.
	User feature.Text `json:"user,omitempty"`
	// What proves the password, as digest unless secrets=1.
	Password feature.Text `json:"password,omitempty"`
	// Database; absent for none.
	Database feature.Text `json:"database,omitempty"`
	// Plugin for the login.
	Plugin feature.Text `json:"auth_plugin,omitempty"`
	// Name of the program (attribute program_name); absent for none.
	Program feature.Text `json:"program,omitempty"`
	// Name of the library (attribute _client_name).
	Library feature.Text `json:"library,omitempty"`
	// Version of the library (attribute _client_version).
	LibraryVersion feature.Text `json:"library_version,omitempty"`
	// Operating system (attribute _os).
	OS feature.Text `json:"os,omitempty"`
}
