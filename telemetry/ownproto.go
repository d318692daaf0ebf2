package telemetry

import (
	"net/netip"
	"strconv"

	"joy/feature"
	"joy/proto/dhcp"
	"joy/proto/dns"
	"joy/proto/http"
	"joy/proto/quic"
	"joy/proto/ssh"
	"joy/record"
	"joy/telemetry/element"
)

// protocols is room for what is told of protocols.
type protocols struct {
	messages []dns.Message
	answers  []dns.RR
	ssh      ssh.Info
	sides    [2]ssh.Side
	dhcp     [1]dhcp.Message
	quic     quic.Info
	web      http.Elements
	http     [1]http.Exchange
	info     http.Info
}

// ownProtocols fills in what our own exporter says of protocols: of each what
// names it and its peers, without the rest of the messages.
func (d *Decoder) ownProtocols(v *values, r *record.Record) {
	p := &d.room.protocols
	if v.has(dnsName, out) {
		p.dns(v)
		r.DNS = p.messages
	}
	if v.has(httpMethod, out) {
		r.HTTP = p.exchange(v)
	}
	p.ssh, p.sides = ssh.Info{}, [2]ssh.Side{}
	for dir, side := range [2]**ssh.Side{&p.ssh.Cli, &p.ssh.Srv} {
		s := &p.sides[dir]
		if s.Protocol = original(v.at[dir][sshProtocol]); len(s.Protocol)+len(v.at[dir][sshHash]) > 0 {
			*side, r.SSH = s, &p.ssh
		}
	}
	p.sides[out].Hassh, p.sides[in].HasshServer = v.at[out][sshHash], v.at[in][sshHash]
	if v.has(dhcpHost, out) {
		p.dhcp[0] = dhcp.Message{
			Hostname: original(v.at[out][dhcpHost]), FQDN: original(v.at[out][dhcpFQDN]),
			VendorClass: original(v.at[out][dhcpClass]),
		}
		r.DHCP = p.dhcp[:]
	}
	if v.has(quicVersion, out) {
		p.quic = quic.Info{Version: quic.Version(v.number(quicVersion, out)), UserAgent: original(v.at[out][quicAgent])}
		r.QUIC = &p.quic
	}
}

// dns makes a message of each name. The last one is the response, when there was
// one, and has all addresses.
func (p *protocols) dns(v *values) {
	p.messages, p.answers = p.messages[:0], p.answers[:0]
	for name := range v.texts(dnsName, out) {
		p.messages = append(p.messages, dns.Message{QN: name, HasQN: true})
	}
	for text := range v.texts(dnsAddress, out) {
		p.answers = append(p.answers, answer(text))
	}
	if !v.present(element.KnowsResponseCode) && len(p.answers) == 0 {
		return
	}
	if len(p.messages) == 0 {
		p.messages = append(p.messages, dns.Message{})
	}
	m := &p.messages[len(p.messages)-1]
	m.RN, m.HasRN, m.QN, m.HasQN = m.QN, true, nil, false
	m.HasHeader, m.RC, m.RR = v.present(element.KnowsResponseCode), uint8(v.number(dnsCode, out)), p.answers
}

// answer is a record of an address, or of what stands for it.
func answer(text feature.Text) (rr dns.RR) {
	a, err := netip.ParseAddr(string(text))
	switch {
	case err != nil:
		rr.A = feature.Addr{Token: string(text)}
	case a.Is4():
		rr.A.IP = a
	default:
		rr.AAAA.IP = a
	}
	return rr
}

// exchange makes a request and its response of their parts.
func (p *protocols) exchange(v *values) *http.Info {
	w, open := &p.web, &feature.Settings{Secrets: true} // the exporter has hidden what is secret
	w.Reset()
	add := func(name string, s slot) {
		if b := v.at[out][s]; len(b) > 0 {
			http.AddHeader(w, []byte(name), []byte(original(b)), open)
		}
	}
	add("method", httpMethod)
	add("uri", httpTarget)
	add("Host", httpHost)
	add("User-Agent", httpAgent)
	request := w.Len()
	if code := v.number(httpStatus, out); code != 0 {
		http.AddHeader(w, "code", strconv.FormatUint(code, 10), open)
	}
	add("Content-Type", httpContent)
	p.http[0] = http.Exchange{Out: w.Message(0, request, 0, 0), In: w.Message(request, w.Len(), 0, 0)}
	p.info = p.http[:]
	return &p.info
}
