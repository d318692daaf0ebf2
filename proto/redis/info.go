package redis

import "joy/feature"

// Info is what a connection of Redis, or of one of its kin, tells. Texts are cut
// behind 256 bytes, all of a record behind 4 KiB.
type Info struct {
	// What the client sent; absent when nothing.
	Cli *Client `json:"cli,omitempty"`
	// What the server sent; absent when nothing.
	Srv *Server `json:"srv,omitempty"`
	// Bytes are missing in the capture; nothing behind them was read.
	Lost bool `json:"lost,omitempty"`
	// A bound of joy cut a text or a list, or ended the reading.
	Truncated bool `json:"truncated,omitempty"`
}

// A Client is what the client sent. Source: Redis serialization protocol (RESP).
type Client struct {
	// Names of the commands in capitals, each once, at most 16.
	Commands []feature.Text `json:"commands,omitempty"`
	// Commands that were read, at most 64.
	Count uint32 `json:"count"`
	// Version of RESP that the client asked for (HELLO); absent for none.
	Protocol feature.Text `json:"protocol,omitempty"`
	// User (AUTH, HELLO); absent for none.
	User feature.Text `json:"user,omitempty"`
	// Password (AUTH, HELLO), as digest unless secrets=1; absent for none.
	Password feature.Text `json:"password,omitempty"`
	// Name that the client gives itself (HELLO, CLIENT SETNAME); absent for none.
	Name feature.Text `json:"name,omitempty"`
	// Library (CLIENT SETINFO LIB-NAME); absent when not told.
	Library feature.Text `json:"library,omitempty"`
	// Data base (SELECT); absent when not chosen.
	Database feature.Text `json:"database,omitempty"`
}

// A Server is what the server sent.
type Server struct {
	// Kind of the first reply: string, error, integer, bulk, array, map, or other.
	First string `json:"first,omitempty"`
	// First word of the first error, such as NOAUTH; absent for none.
	Error feature.Text `json:"error,omitempty"`
	// Version that the server reports (HELLO); absent when not asked.
	Version feature.Text `json:"version,omitempty"`
	// Replies that were read.
	Count uint32 `json:"count"`
}

func kindName(c byte) string {
	switch c {
	case '+':
		return "string"
	case '-':
		return "error"
	case ':':
		return "integer"
	case '$':
		return "bulk"
	case '*':
		return "array"
	case '%':
		return "map"
	}
	return "other"
}
