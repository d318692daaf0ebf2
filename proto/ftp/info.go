package ftp

import (
	"joy/feature"
	"joy/proto/plain"
)

// Info is what a control connection of FTP tells before it is encrypted. Texts
// are cut behind 256 bytes, all of a record behind 4 KiB.
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
	// The client asked to change to TLS. Source: RFC 4217.
	AuthTLS bool `json:"auth_tls,omitempty"`
	// Login by USER and PASS; absent for none.
	Auth *plain.Login `json:"auth,omitempty"`
	// Transfers and other changes of files, at most 16.
	Files []File `json:"files,omitempty"`
	// Where the client waits for data connections (PORT, EPRT), at most 8.
	Data []Endpoint `json:"data,omitempty"`
	// Commands.
	Commands uint32 `json:"commands"`
}

// A File is a command about a file. Source: RFC 959 section 4.1.3.
type File struct {
	// RETR, STOR, STOU, APPE, DELE, RNFR, RNTO, MKD, RMD.
	Command string `json:"command"`
	// Its name, as sent.
	Path feature.Text `json:"path"`
}

// An Endpoint is where a data connection goes.
type Endpoint struct {
	// Address as sent, which can be another than the sender's; absent for EPSV.
	Addr feature.Addr `json:"addr,omitempty"`
	// Port.
	Port uint16 `json:"port"`
}

// A Server is what the server sent.
type Server struct {
	// Greeting without the number; of several lines the first.
	Banner feature.Text `json:"banner,omitempty"`
	// Answer to SYST. Source: RFC 959 section 4.1.3.
	System feature.Text `json:"system,omitempty"`
	// Answer to FEAT, at most 32. Source: RFC 2389.
	Features []feature.Text `json:"features,omitempty"`
	// The server agreed to change to TLS.
	AuthTLS bool `json:"auth_tls,omitempty"`
	// What became of a login: accepted or refused; absent for neither.
	Login string `json:"login,omitempty"`
	// Where the server waits for data connections (PASV, EPSV), at most 8.
	Data []Endpoint `json:"data,omitempty"`
	// Number of the first reply of 400 or more; absent for none.
	Error uint16 `json:"error,omitempty"`
	// Its text; absent when a login came before it, which it could quote.
	ErrorText feature.Text `json:"error_text,omitempty"`
	// Replies.
	Replies uint32 `json:"replies"`
}
