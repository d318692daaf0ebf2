package record

import (
	"cmp"

	"joy/feature"
	"joy/proto/bittorrent"
	"joy/proto/dhcp"
	"joy/proto/dhcpv6"
	"joy/proto/dnp3"
	"joy/proto/dns"
	"joy/proto/dtls"
	"joy/proto/ftp"
	"joy/proto/http"
	"joy/proto/http2"
	"joy/proto/icmp"
	"joy/proto/ike"
	"joy/proto/imap"
	"joy/proto/kerberos"
	"joy/proto/ldap"
	"joy/proto/modbus"
	"joy/proto/mqtt"
	"joy/proto/mysql"
	"joy/proto/ntp"
	"joy/proto/openvpn"
	"joy/proto/pop3"
	"joy/proto/postgres"
	"joy/proto/quic"
	"joy/proto/radius"
	"joy/proto/rdp"
	"joy/proto/redis"
	"joy/proto/rtp"
	"joy/proto/sip"
	"joy/proto/smb"
	"joy/proto/smtp"
	"joy/proto/snmp"
	"joy/proto/socks"
	"joy/proto/ssh"
	"joy/proto/stun"
	"joy/proto/syslog"
	"joy/proto/tls"
	"joy/proto/wireguard"
)

// A Binding is a protocol module, and how what its parser found comes into a
// Record.
type Binding struct {
	*feature.Module
	// Fill is called for each parser of the flow. A module has a second one only
	// behind a parser that gave Switch, when what it carries is of the same
	// protocol again: HTTP behind CONNECT, where addHTTP adds the messages to
	// those before, and a chain of SOCKS proxies, of which the last one stands.
	// There is no general way of adding for it here, since what the Infos have in
	// common is no more than being of some type.
	Fill func(r *Record, p feature.Parser, v feature.View)
	// Unproved reports that the parser is not sure of the protocol yet; nil for
	// protocols that are recognised by their first bytes.
	Unproved func(p feature.Parser) bool
}

// bind makes a Binding of a module with parsers of type P.
func bind[P feature.Parser](m *feature.Module, fill func(*Record, P, feature.View)) Binding {
	return Binding{Module: m, Fill: func(r *Record, p feature.Parser, v feature.View) { fill(r, p.(P), v) }}
}

// bindWeak is bind for a protocol whose parser needs more than first bytes.
func bindWeak[P feature.Parser](m *feature.Module, fill func(*Record, P, feature.View), unproved func(P) bool) Binding {
	b := bind(m, fill)
	b.Unproved = func(p feature.Parser) bool { return unproved(p.(P)) }
	return b
}

// setTLS fills in the handshake that a protocol carries. Of several in a flow
// the last one that is there counts.
func (r *Record) setTLS(t *tls.Info) {
	if t != nil {
		r.TLS = t
	}
}

// addHTTP adds messages: behind CONNECT others may follow those of the proxy.
func (r *Record) addHTTP(i *http.Info) {
	if r.HTTP == nil || i == nil {
		r.HTTP = cmp.Or(r.HTTP, i)
		return
	}
	*r.HTTP = append(*r.HTTP, *i...)
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
	bind(&http.Module, func(r *Record, p *http.Parser, v feature.View) { r.addHTTP(p.Info(v)) }),
	bind(&http.SSDP, func(r *Record, p *http.Parser, v feature.View) { r.SSDP = p.Info(v) }),
	bind(&tls.Module, func(r *Record, p *tls.Parser, v feature.View) { r.setTLS(p.Info(v)) }),
	bind(&dtls.Module, func(r *Record, p *dtls.Parser, v feature.View) { r.setTLS(p.Info(v)) }),
	bind(&quic.Module, func(r *Record, p *quic.Parser, v feature.View) {
		r.QUIC = p.Info(v)
		r.setTLS(p.TLS(v))
	}),
	bind(&http2.Module, func(r *Record, p *http2.Parser, v feature.View) { r.HTTP2 = p.Info(v) }),
	bind(&dhcp.Module, func(r *Record, p *dhcp.Parser, v feature.View) { r.DHCP = p.Info(v) }),
	bind(&dhcpv6.Module, func(r *Record, p *dhcpv6.Parser, v feature.View) { r.DHCPv6 = p.Info(v) }),
	bind(&stun.Module, func(r *Record, p *stun.Parser, v feature.View) { r.STUN = p.Info(v) }),
	bind(&sip.Module, func(r *Record, p *sip.Parser, v feature.View) { r.SIP = p.Info(v) }),
	bind(&ntp.Module, func(r *Record, p *ntp.Parser, v feature.View) { r.NTP = p.Info(v) }),
	bind(&snmp.Module, func(r *Record, p *snmp.Parser, v feature.View) { r.SNMP = p.Info(v) }),
	bind(&syslog.Module, func(r *Record, p *syslog.Parser, v feature.View) { r.Syslog = p.Info(v) }),
	bind(&radius.Module, func(r *Record, p *radius.Parser, v feature.View) { r.RADIUS = p.Info(v) }),
	bind(&wireguard.Module, func(r *Record, p *wireguard.Parser, v feature.View) { r.WireGuard = p.Info(v) }),
	bind(&openvpn.Module, func(r *Record, p *openvpn.Parser, v feature.View) {
		r.OpenVPN = p.Info(v)
		r.setTLS(p.TLS(v))
	}),
	bind(&mqtt.Module, func(r *Record, p *mqtt.Parser, v feature.View) { r.MQTT = p.Info(v) }),
	bind(&modbus.Module, func(r *Record, p *modbus.Parser, v feature.View) { r.Modbus = p.Info(v) }),
	bind(&dnp3.Module, func(r *Record, p *dnp3.Parser, v feature.View) { r.DNP3 = p.Info(v) }),
	bind(&socks.Module, func(r *Record, p *socks.Parser, v feature.View) { r.SOCKS = p.Info(v) }),
	bind(&smtp.Module, func(r *Record, p *smtp.Parser, v feature.View) { r.SMTP = p.Info(v) }),
	bind(&imap.Module, func(r *Record, p *imap.Parser, v feature.View) { r.IMAP = p.Info(v) }),
	bind(&pop3.Module, func(r *Record, p *pop3.Parser, v feature.View) { r.POP3 = p.Info(v) }),
	bind(&ftp.Module, func(r *Record, p *ftp.Parser, v feature.View) { r.FTP = p.Info(v) }),
	bind(&ldap.Module, func(r *Record, p *ldap.Parser, v feature.View) { r.LDAP = p.Info(v) }),
	bind(&postgres.Module, func(r *Record, p *postgres.Parser, v feature.View) { r.PostgreSQL = p.Info(v) }),
	bind(&mysql.Module, func(r *Record, p *mysql.Parser, v feature.View) { r.MySQL = p.Info(v) }),
	bind(&redis.Module, func(r *Record, p *redis.Parser, v feature.View) { r.Redis = p.Info(v) }),
	bind(&smb.Module, func(r *Record, p *smb.Parser, v feature.View) { r.SMB = p.Info(v) }),
	bind(&rdp.Module, func(r *Record, p *rdp.Parser, v feature.View) { r.RDP = p.Info(v) }),
	bind(&kerberos.Module, func(r *Record, p *kerberos.Parser, v feature.View) { r.Kerberos = p.Info(v) }),
	bind(&bittorrent.Module, func(r *Record, p *bittorrent.Parser, v feature.View) { r.BitTorrent = p.Info(v) }),
	bind(&icmp.Module, func(r *Record, p *icmp.Parser, v feature.View) { r.ICMP = p.Info(v) }),
	bindWeak(&rtp.Module, func(r *Record, p *rtp.Parser, v feature.View) { r.RTP = p.Info(v) },
		func(p *rtp.Parser) bool { return p.Info(feature.Both) == nil }),
}
