package ldap

import "joy/feature"

// Info is what a connection of LDAP, or an exchange of CLDAP, tells. Texts are
// cut behind 256 bytes, all of a record behind 4 KiB.
type Info struct {
	// What the client sent; absent when nothing.
	Cli *Client `json:"cli,omitempty"`
	// What the server sent; absent when nothing.
	Srv *Server `json:"srv,omitempty"`
	// Bytes are missing in the capture; nothing behind them was read.
	Lost bool `json:"lost,omitempty"`
	// A bound of joy cut a text or a list.
	Truncated bool `json:"truncated,omitempty"`
}

// A Client is what the client sent.
type Client struct {
	// Binds, at most 4. Source: RFC 4511 section 4.2.
	Binds []Bind `json:"binds,omitempty"`
	// Searches, the first 4. Source: RFC 4511 section 4.5.
	Searches []Search `json:"searches,omitempty"`
	// Extended operations, each once, at most 4. Source: RFC 4511 section 4.12.
	Extended []feature.Text `json:"extended,omitempty"`
	// The client asked to change to TLS. Source: RFC 4511 section 4.14.
	StartTLS bool `json:"starttls,omitempty"`
	// Messages.
	Messages uint32 `json:"messages"`
}

// A Bind is one login.
type Bind struct {
	// Version, 2 or 3.
	Version uint8 `json:"version"`
	// Distinguished name, or what stands for it; empty for none.
	Name feature.Text `json:"name"`
	// simple, sasl, sicily (NTLM as in MS-ADTS 5.1.1.1), or unknown.
	Method string `json:"method"`
	// Mechanism of SASL; absent for the other methods. Source: RFC 4513.
	Mechanism feature.Text `json:"mechanism,omitempty"`
	// Password of a simple bind, as digest unless secrets=1; absent when empty
	// (RFC 4513 section 5.1.2: then nothing is proved).
	Password feature.Text `json:"password,omitempty"`
}

// A Search is one search.
type Search struct {
	// Where it begins; empty for the root.
	Base feature.Text `json:"base"`
	// base, one, sub, children, or unknown.
	Scope string `json:"scope"`
}

// A Server is what the server sent.
type Server struct {
	// Results of binds, at most 4; 0 is success, 49 wrong credentials, 14 one step
	// of several. Source: RFC 4511 section 4.1.9.
	Binds []Result `json:"binds,omitempty"`
	// Entries that searches found.
	Entries uint32 `json:"entries,omitempty"`
	// The server agreed to change to TLS.
	StartTLS bool `json:"starttls,omitempty"`
	// Messages.
	Messages uint32 `json:"messages"`
}

// A Result is the outcome of an operation. Source: RFC 4511 section 4.1.9.
type Result struct {
	// Its number.
	Code uint8 `json:"code"`
	// What the server says about it; absent for nothing.
	Text feature.Text `json:"text,omitempty"`
}

func scope(n byte) string {
	if names := [...]string{"base", "one", "sub", "children"}; int(n) < len(names) {
		return names[n]
	}
	return "unknown"
}
