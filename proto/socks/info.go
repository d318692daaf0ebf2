package socks

import "joy/feature"

// Info is what a SOCKS handshake tells.
type Info struct {
	// What the client sent; absent when nothing.
	Cli *Client `json:"cli,omitempty"`
	// What the server sent; absent when nothing.
	Srv *Server `json:"srv,omitempty"`
	// Bytes of the handshake are missing in the capture; nothing behind them was
	// read.
	Lost bool `json:"lost,omitempty"`
}

// A Client is what the client sent.
type Client struct {
	// Version: 4, or 5; a name instead of an address makes 4 what is called 4a.
	Version uint8 `json:"version"`
	// Numbers of the offered methods, a byte each; absent in version 4. Source: RFC
	// 1928 section 3.
	Methods feature.Hex `json:"methods,omitempty"`
	// Name of the user, as digest unless secrets=1; absent for none. Source: RFC
	// 1929.
	User feature.Text `json:"user,omitempty"`
	// Password, as digest unless secrets=1; absent for none. Source: RFC 1929.
	Password feature.Text `json:"password,omitempty"`
	// connect, bind, udp_associate, and of Tor resolve, resolve_ptr; unknown for
	// others; absent when no request was seen. Source: RFC 1928 section 4.
	Command string `json:"command,omitempty"`
	// Address that the client wants; absent when it gave a name.
	Addr feature.Addr `json:"addr,omitempty"`
	// Name that the client wants; absent when it gave an address.
	Host feature.Text `json:"host,omitempty"`
	// Port that the client wants.
	Port uint16 `json:"port" when:"HasPort"`
	// A request was seen.
	HasPort bool `json:"-"`
}

// A Server is what the server sent.
type Server struct {
	// Number of the chosen method: 0 none, 1 GSS-API, 2 user and password, 255 none
	// of the offered; absent in version 4. Source: RFC 1928 section 3.
	Method uint8 `json:"method" when:"HasMethod"`
	// What became of user and password: accepted or refused. Source: RFC 1929.
	Login string `json:"login,omitempty"`
	// Number of the reply: of version 5 0 is success, of version 4 it is 90.
	// Source: RFC 1928 section 6, SOCKS4.
	Reply uint8 `json:"reply" when:"HasReply"`
	// The request was granted.
	Granted bool `json:"granted" when:"HasReply"`
	// Address in the reply, from which the server goes on; absent when it is a name,
	// or all zeros.
	Addr feature.Addr `json:"addr,omitempty"`
	// Port in the reply; absent for 0.
	Port uint16 `json:"port,omitempty"`
	// There is a method.
	HasMethod bool `json:"-"`
	// There is a reply.
	HasReply bool `json:"-"`
}

func commandName(n byte) string {
	switch n {
	case 1:
		return "connect"
	case 2:
		return "bind"
	case 3:
		return "udp_associate"
	case 0xf0:
		return "resolve"
	case 0xf1:
		return "resolve_ptr"
	}
	return "unknown"
}
