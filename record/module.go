package record

import (
	"joy/feature"
	"joy/proto/dns"
	"joy/proto/dtls"
	"joy/proto/http"
	"joy/proto/http2"
	"joy/proto/ike"
	"joy/proto/ssh"
	"joy/proto/tls"
)

// A Binding is a protocol module, and how what its parser found comes into a
// Record.
type Binding struct {
	*feature.Module
	Fill func(r *Record, p feature.Parser, v feature.View)
}

// bind makes a Binding of a module with parsers of type P.
func bind[P feature.Parser](m *feature.Module, fill func(*Record, P, feature.View)) Binding {
	return Binding{m, func(r *Record, p feature.Parser, v feature.View) { fill(r, p.(P), v) }}
}

// A ModuleSet is a set of protocols, by their places in Modules.
type ModuleSet uint64

// Has reports whether module i is in the set.
func (s ModuleSet) Has(i int) bool { return s>>i&1 != 0 }

// Set takes module i into the set, or out of it.
func (s *ModuleSet) Set(i int, in bool) {
	*s &^= 1 << i
	if in {
		*s |= 1 << i
	}
}

// Modules are all protocols. Where several recognise a flow and no port
// decides, the first is taken.
var Modules = []Binding{
	bind(&dns.Module, func(r *Record, p *dns.Parser, v feature.View) { r.DNS = p.Info(v) }),
	bind(&ssh.Module, func(r *Record, p *ssh.Parser, v feature.View) { r.SSH = p.Info(v) }),
	bind(&ike.Module, func(r *Record, p *ike.Parser, v feature.View) { r.IKE = p.Info(v) }),
	bind(&http.Module, func(r *Record, p *http.Parser, v feature.View) { r.HTTP = p.Info(v) }),
	bind(&http.SSDP, func(r *Record, p *http.Parser, v feature.View) { r.SSDP = p.Info(v) }),
	bind(&tls.Module, func(r *Record, p *tls.Parser, v feature.View) { r.TLS = p.Info(v) }),
	bind(&dtls.Module, func(r *Record, p *dtls.Parser, v feature.View) { r.TLS = p.Info(v) }),
	bind(&http2.Module, func(r *Record, p *http2.Parser, v feature.View) { r.HTTP2 = p.Info(v) }),
}
