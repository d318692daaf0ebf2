package smb

import "joy/feature"

// Info is how a session began.
type Info struct {
	// Kind of the messages: 1 for SMB 1, 2 for SMB 2 and 3, the last one when both were
	// seen; absent when there were only encrypted ones or NetBIOS.
	Version uint8 `json:"version,omitempty"`
	// What the client sent; absent when nothing. The client is who sends requests.
	Client *Client `json:"cli,omitempty"`
	// What the server sent; absent when nothing.
	Server *Server `json:"srv,omitempty"`
	// Shares that were asked for, at most 16.
	Shares []Share `json:"shares,omitempty"`
	// Shares beyond 16; absent for none.
	More uint32 `json:"more_shares,omitempty"`
	// The rest of the session is encrypted. Source: MS-SMB2 section 2.2.41.
	Encrypted bool `json:"encrypted,omitempty"`
	// A bound cut something off: a message behind 4096 bytes, a name behind 512, a list.
	Truncated bool `json:"truncated,omitempty"`
	// Bytes of the stream are missing.
	Gap bool `json:"gap,omitempty"`
}

// A Client is what a client sent.
type Client struct {
	// Name of the server in the NetBIOS session request. Source: RFC 1002 section 4.3.2.
	Called feature.Text `json:"netbios_called,omitempty"`
	// Name of the client in the same.
	Calling feature.Text `json:"netbios_calling,omitempty"`
	// Dialects offered with SMB 1, at most 16. Source: MS-SMB section 2.2.4.5.1.
	Names []feature.Text `json:"smb1_dialects,omitempty"`
	// Dialects offered with SMB 2, such as 3.1.1, at most 16. Source: MS-SMB2 section
	// 2.2.3.
	Dialects []Dialect `json:"dialects,omitempty"`
	// Signing: off, enabled or required; absent when SMB 2 was not offered.
	Signing string `json:"signing,omitempty"`
	// Capabilities. Source: MS-SMB2 section 2.2.3.
	Capabilities Capabilities `json:"capabilities" when:"HasCapabilities"`
	// Identifier of the client, its 16 bytes as sent.
	GUID feature.Hex `json:"guid,omitempty" anon:"text"`
	// Ciphers in order of preference, at most 4. Source: MS-SMB2 section 2.2.3.1.2.
	Ciphers []Cipher `json:"ciphers,omitempty"`
	// Algorithms for signing, likewise. Source: MS-SMB2 section 2.2.3.1.7.
	SigningAlgorithms []SigningAlgorithm `json:"signing_algorithms,omitempty"`
	// Name of the server that the client wants. Source: MS-SMB2 section 2.2.3.1.4.
	Target feature.Text `json:"server_name,omitempty"`
	// How the user is told: ntlm, kerberos, or password (of SMB 1); absent when not seen.
	Auth string `json:"auth,omitempty"`
	// User, last one seen. Source: MS-NLMP section 2.2.1.3.
	User feature.Text `json:"user,omitempty"`
	// Domain of the user.
	Domain feature.Text `json:"domain,omitempty"`
	// Name of the client's host.
	Host feature.Text `json:"host,omitempty"`
	// Realm of the Kerberos ticket.
	Realm feature.Text `json:"realm,omitempty"`
	// Service that the Kerberos ticket is for.
	Service feature.Text `json:"service,omitempty"`
	// Version of Windows of the client as major.minor.build. Source: MS-NLMP section
	// 2.2.2.10.
	Windows Windows `json:"windows,omitempty" anon:"keep"`
	// Operating system as SMB 1 tells it.
	OS feature.Text `json:"os,omitempty"`
	// Software as SMB 1 tells it.
	LanMan feature.Text `json:"lanman,omitempty"`
	// It has capabilities.
	HasCapabilities bool `json:"-"`
}

// A Server is what a server sent.
type Server struct {
	// Dialect of SMB 2 that was chosen; 2.??? is the answer of SMB 1 that begins SMB 2.
	// Source: MS-SMB2 section 2.2.4.
	Dialect Dialect `json:"dialect" when:"HasDialect"`
	// Place in smb1_dialects of the one that was chosen, 65535 for none of them. Source:
	// MS-CIFS section 2.2.4.52.2.
	Index uint16 `json:"smb1_index" when:"HasIndex"`
	// Name of that dialect; absent when the client's list was not seen.
	Name feature.Text `json:"smb1_dialect,omitempty"`
	// Signing: off, enabled or required.
	Signing string `json:"signing,omitempty"`
	// Capabilities. Source: MS-SMB2 section 2.2.4.
	Capabilities Capabilities `json:"capabilities" when:"HasCapabilities"`
	// Identifier of the server, likewise.
	GUID feature.Hex `json:"guid,omitempty" anon:"text"`
	// Cipher that was chosen. Source: MS-SMB2 section 2.2.4.1.2.
	Ciphers []Cipher `json:"ciphers,omitempty"`
	// Algorithm for signing that was chosen. Source: MS-SMB2 section 2.2.4.1.6.
	SigningAlgorithms []SigningAlgorithm `json:"signing_algorithms,omitempty"`
	// How the user is told: ntlm or kerberos; absent when not seen.
	Auth string `json:"auth,omitempty"`
	// NetBIOS name of the server. Source: MS-NLMP section 2.2.2.1.
	Host feature.Text `json:"host,omitempty"`
	// DNS name of the server.
	DNSHost feature.Text `json:"dns_host,omitempty"`
	// NetBIOS name of the server's domain.
	Domain feature.Text `json:"domain,omitempty"`
	// Version of Windows of the server as major.minor.build.
	Windows Windows `json:"windows,omitempty" anon:"keep"`
	// Operating system as SMB 1 tells it.
	OS feature.Text `json:"os,omitempty"`
	// Software as SMB 1 tells it.
	LanMan feature.Text `json:"lanman,omitempty"`
	// It has a dialect of SMB 2.
	HasDialect bool `json:"-"`
	// It has a dialect of SMB 1.
	HasIndex bool `json:"-"`
	// It has capabilities.
	HasCapabilities bool `json:"-"`
}

// A Share is a share that was asked for.
type Share struct {
	// Path, such as \\server\share; absent in records of the server's side.
	Path feature.Text `json:"path,omitempty"`
	// What it is: disk, pipe or printer; absent when the server did not say.
	Kind string `json:"type,omitempty"`
	// NT status of the answer, 0 for success; absent when there was none. Source:
	// MS-ERREF section 2.3.
	Status uint32 `json:"status" when:"HasStatus"`
	// It was answered.
	HasStatus bool `json:"-"`
}

// views is memory that Info returns.
type views struct {
	cli    Client
	srv    Server
	shares []Share
}

func (v *views) reset() views {
	return views{
		shares: v.shares[:0], cli: Client{Names: v.cli.Names[:0], Ciphers: v.cli.Ciphers[:0], SigningAlgorithms: v.cli.SigningAlgorithms[:0]},
		srv: Server{Ciphers: v.srv.Ciphers[:0], SigningAlgorithms: v.srv.SigningAlgorithms[:0]},
	}
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	p.views = p.views.reset()
	for dir, n := range p.version {
		if v.Has(feature.Dir(dir)) {
			p.info.Version = max(p.info.Version, n)
		}
	}
	found := p.sealed || p.info.Version > 0
	if p.cli.seen && v.Has(p.cli.dir) {
		found = true // a session request at least
		p.info.Client = p.client()
	}
	if p.srv.seen && v.Has(p.srv.dir) {
		p.info.Server = p.server(v)
	}
	for i := range p.shares {
		if s := p.shares[i].shown(p, v); s.HasStatus || s.Path != nil {
			p.views.shares = append(p.views.shares, s)
		}
	}
	if !found {
		return nil
	}
	p.info.Shares, p.info.More = p.views.shares, p.more
	p.info.Encrypted, p.info.Truncated, p.info.Gap = p.sealed, p.short, p.lost
	return &p.info
}

var kinds = [...]string{1: "disk", 2: "pipe", 3: "printer"}

func (s *share) shown(p *Parser, v feature.View) (t Share) {
	if s.asked && v.Has(s.out) {
		t.Path = p.bytes(s.path)
	}
	if s.told && v.Has(s.out^1) {
		t.Status, t.HasStatus = s.status, true
		if int(s.kind) < len(kinds) {
			t.Kind = kinds[s.kind]
		}
	}
	return t
}

func (p *Parser) client() *Client {
	h, c := &p.cli, &p.views.cli
	for _, d := range p.dialects {
		c.Names = append(c.Names, p.bytes(d))
	}
	c.Called, c.Calling, c.Target = p.bytes(h.called), p.bytes(h.calling), p.bytes(h.target)
	c.Dialects, c.Signing = h.dialects[:h.count2], h.signs
	c.Capabilities, c.HasCapabilities = h.caps, h.hasCaps
	c.GUID, c.Auth, c.Windows = h.id(), h.auth, Windows(h.build)
	c.Ciphers, c.SigningAlgorithms = h.algorithms(c.Ciphers, c.SigningAlgorithms)
	c.User, c.Domain, c.Host = p.bytes(h.user), p.bytes(h.domain), p.bytes(h.host)
	c.Realm, c.Service, c.OS, c.LanMan = p.bytes(h.realm), p.bytes(h.service), p.bytes(h.os), p.bytes(h.lanman)
	return c
}

func (p *Parser) server(v feature.View) *Server {
	h, s := &p.srv, &p.views.srv
	s.Dialect, s.HasDialect, s.Index, s.HasIndex = h.dialect, h.chosen, h.index, h.indexed
	if h.indexed && v == feature.Both && int(h.index) < len(p.dialects) {
		s.Name = p.bytes(p.dialects[h.index])
	}
	s.Signing, s.Capabilities, s.HasCapabilities = h.signs, h.caps, h.hasCaps
	s.GUID, s.Auth, s.Windows = h.id(), h.auth, Windows(h.build)
	s.Ciphers, s.SigningAlgorithms = h.algorithms(s.Ciphers, s.SigningAlgorithms)
	s.Host, s.DNSHost, s.Domain = p.bytes(h.host), p.bytes(h.dnsHost), p.bytes(h.domain)
	s.OS, s.LanMan = p.bytes(h.os), p.bytes(h.lanman)
	return s
}

func (h *half) algorithms(c []Cipher, s []SigningAlgorithm) ([]Cipher, []SigningAlgorithm) {
	for _, n := range h.ciphers.v[:h.ciphers.n] {
		c = append(c, Cipher(n))
	}
	for _, n := range h.signing.v[:h.signing.n] {
		s = append(s, SigningAlgorithm(n))
	}
	return c, s
}

func (h *half) id() feature.Hex {
	if !h.hasGUID {
		return nil
	}
	return h.guid[:]
}
