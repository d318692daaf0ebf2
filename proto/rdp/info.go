package rdp

import (
	"strconv"

	"joy/feature"
)

// Info is what client and server say before encryption.
type Info struct {
	// What the client sent; absent when nothing.
	Client *Client `json:"cli,omitempty"`
	// What the server sent; absent when nothing.
	Server *Server `json:"srv,omitempty"`
}

// A Client is what a client sent.
type Client struct {
	// User, or what stands for it, in the line "Cookie: mstshash="; absent without one.
	// Clients cut it off, often behind 9 characters. Source: MS-RDPBCGR section
	// 2.2.1.1.
	Cookie feature.Text `json:"cookie,omitempty"`
	// Any other line: the routing token of a load balancer; absent without one.
	Token feature.Text `json:"routing_token,omitempty"`
	// Protocols that the client takes, "rdp" beside them always; absent when it does not
	// say. Source: MS-RDPBCGR section 2.2.1.1.1.
	Requested Protocols `json:"requested" when:"HasRequested"`
	// Modes that the client asks for: restricted_admin, redirected_auth, correlation.
	Flags RequestFlags `json:"flags" when:"HasRequested"`
	// Name of the client's host, in clear only without TLS. Source: MS-RDPBCGR section
	// 2.2.1.3.2, as all that follows.
	Name feature.Text `json:"name,omitempty"`
	// Build of the client.
	Build uint32 `json:"build,omitempty"`
	// Layout of its keyboard: a Windows language identifier.
	Keyboard uint32 `json:"keyboard,omitempty"`
	// Width of its desktop in pixels.
	Width uint16 `json:"width,omitempty"`
	// Height of its desktop in pixels.
	Height uint16 `json:"height,omitempty"`
	// It says which protocols it takes.
	HasRequested bool `json:"-"`
}

// A Server is what a server sent.
type Server struct {
	// Protocol that the server has chosen; rdp when it does not say. Absent when it
	// failed. Source: MS-RDPBCGR section 2.2.1.2.1.
	Selected Protocol `json:"selected" when:"HasSelected"`
	// Why it refuses, others as number. Source: MS-RDPBCGR section 2.2.1.2.2.
	Failure Failure `json:"failure" when:"HasFailure"`
	// It has chosen.
	HasSelected bool `json:"-"`
	// It refuses.
	HasFailure bool `json:"-"`
}

// Protocols is a set of security protocols.
type Protocols uint32

// AppendJSON appends the names of the protocols, others as hexadecimal bit, as a
// JSON array of strings.
func (p Protocols) AppendJSON(b []byte) []byte { return feature.AppendBits(b, uint32(p), protocols[:]) }

// RequestFlags are flags of a connection request.
type RequestFlags uint8

// AppendJSON appends the names of the flags, others as hexadecimal bit, as a
// JSON array of strings.
func (f RequestFlags) AppendJSON(b []byte) []byte {
	return feature.AppendBits(b, uint32(f), requestFlags[:])
}

var (
	protocols    = [...]string{"tls", "credssp", "rdstls", "credssp_early", "entra"}
	requestFlags = [...]string{"restricted_admin", "redirected_auth", "", "correlation"}
)

// A Protocol is the one that was chosen.
type Protocol uint32

// AppendJSON appends the name of the protocol, or its number, as a JSON string.
func (p Protocol) AppendJSON(b []byte) []byte {
	for i, name := range protocols {
		if p == 1<<i {
			return append(append(append(b, '"'), name...), '"')
		}
	}
	if p == 0 {
		return append(b, `"rdp"`...)
	}
	return append(strconv.AppendUint(append(b, '"'), uint64(p), 10), '"')
}

// A Failure says why a server refuses.
type Failure uint32

var failures = [...]string{
	1: "SSL_REQUIRED_BY_SERVER", 2: "SSL_NOT_ALLOWED_BY_SERVER", 3: "SSL_CERT_NOT_ON_SERVER", 4: "INCONSISTENT_FLAGS",
	5: "HYBRID_REQUIRED_BY_SERVER", 6: "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
}

// AppendJSON appends the name of the failure, or its number, as a JSON string.
func (f Failure) AppendJSON(b []byte) []byte { return feature.AppendName(b, failures[:], int64(f)) }

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	for dir := range feature.Dir(2) {
		if !v.Has(dir) || p.told[dir] {
			continue
		}
		switch o := &p.opts[dir]; p.kinds[dir] {
		case request:
			p.from = Client{Cookie: o.cookie, Token: o.token, Requested: Protocols(o.value), Flags: RequestFlags(o.flags), HasRequested: o.kind != 0}
			p.info.Client = &p.from
		case confirm:
			p.to = Server{Selected: Protocol(o.value), Failure: Failure(o.value), HasSelected: o.kind != failure, HasFailure: o.kind == failure}
			p.info.Server = &p.to
		}
	}
	if c := &p.core; c.has && v.Has(c.dir) {
		if p.info.Client == nil {
			p.from = Client{}
			p.info.Client = &p.from
		}
		p.from.Name, p.from.Build, p.from.Keyboard = c.name[:c.nameLen], c.build, c.keyboard
		p.from.Width, p.from.Height = c.width, c.height
	}
	if p.info == (Info{}) {
		return nil
	}
	return &p.info
}
