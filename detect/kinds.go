package detect

import (
	"joy/detect/beacon"
	"joy/detect/certificate"
	"joy/detect/generated"
	"joy/detect/login"
	"joy/detect/rarity"
	"joy/detect/scan"
	"joy/detect/secret"
	"joy/detect/service"
	"joy/detect/spoof"
	"joy/detect/transfer"
	"joy/detect/tunnel"
)

// A Kind is a kind of findings.
type Kind struct {
	Name string
	// Means says what was seen, Score how the score is made. S(x, t) is x/(x+t).
	Means, Score string
}

// Kinds returns all kinds.
func Kinds() []Kind {
	return []Kind{
		{scan.Ports, "one source tried many ports of a host, and most did not answer or said nothing", "S(failed ports, scan.ports)"},
		{scan.Hosts, "one source tried many hosts on a port, and most did not answer or said nothing", "S(failed hosts, scan.hosts)"},
		{scan.Pings, "one source sent echo requests to many hosts, and most did not answer", "S(failed hosts, scan.hosts)"},
		{beacon.Kind, "one client connected to one service again and again at regular intervals", "(1 - spread/beacon.spread) * n/(n+4), of n connections"},
		{tunnel.Kind, "the names that were asked for below a domain are many, long and new each time: they carry data", "S(bytes that the names can carry, tunnel.bytes)"},
		{generated.Domains, "one client asked for many domains that do not exist and whose letters are no words", "S(such domains, generated.domains)"},
		{generated.Burst, "one client asked for many names that do not exist", "S(such names, burst.names)"},
		{transfer.Upload, "an internal client sent much to one service outside, and received little", "S(bytes sent, upload.bytes)"},
		{transfer.Long, "one connection lasted very long", "S(seconds, long.seconds)"},
		{service.Kind, "a service speaks a protocol that does not belong on its port", "port.strange, port.taken or port.unknown"},
		{secret.Kind, "a login went over the network without encryption", "the highest of secret.accepted, .sent, .refused and .hashed"},
		{certificate.Dates, "a server showed a certificate outside of its time of validity", "S(hours, certificate.hours)"},
		{certificate.SelfSigned, "a server showed a certificate that it has signed itself", "certificate.external or certificate.internal"},
		{rarity.Kind, "one internal host alone has a TLS, QUIC or SSH client of this fingerprint", "S(hosts * (1 - share of fingerprints of one host), rare.hosts)"},
		{spoof.Bogon, "packets came from addresses that no host can have", "S(addresses, spoof.addresses)"},
		{spoof.Conflict, "one internal address came from several MAC addresses in turn", "spoof.mac or spoof.gateway"},
		{spoof.Hops, "connections of one internal address came with many different hop limits", "S(hop limits, spoof.hops)"},
		{spoof.Flood, "very many sources opened connections to one service and said nothing", "S(sources, spoof.flood)"},
		{login.SSH, "one client made many SSH connections to one server that ended as failed logins do", "S(connections, login.ssh)"},
		{login.Clear, "the logins of one client were refused by one server many times", "S(connections, login.refused)"},
	}
}
