package threshold

// A Name is a row of the table.
type Name int

// The rows.
const (
	ScanPorts Name = iota
	ScanHosts
	ScanFailed
	BeaconEvents
	BeaconSpan
	BeaconSpread
	BeaconCoverage
	TunnelBytes
	TunnelLength
	TunnelFresh
	GeneratedDomains
	GeneratedLength
	GeneratedSurprise
	BurstNames
	BurstShare
	UploadBytes
	UploadRatio
	LongSeconds
	PortStrange
	PortTaken
	PortUnknown
	SecretAccepted
	SecretSent
	SecretRefused
	SecretHashed
	CertificateHours
	CertificateExternal
	CertificateInternal
	RareHosts
	SpoofAddresses
	SpoofHops
	SpoofMAC
	SpoofGateway
	SpoofFlood
	SpoofFloodShare
	LoginSSH
	LoginRefused
)

// table is the one place for numbers that detectors decide by. docs/detect.md
// shows it; a test keeps both the same.
var table = [...]Row{
	ScanPorts:      {"scan.ports", 15, "different ports of one host that did not answer or said nothing: no client program needs that many, and nmap's smallest list has 100"},
	ScanHosts:      {"scan.hosts", 20, "different hosts on one port (or by ping) that did not answer: more than a list of dead servers or printers of a configuration has"},
	ScanFailed:     {"scan.failed", 0.6, "share of tried ports or hosts that failed: ordinary clients reach most of what they try (Jung et al. 2004 take 0.8 against 0.2 for scanners)"},
	BeaconEvents:   {"beacon.events", 10, "connections: the median of fewer intervals is regular by chance too often (1 in 100 random series of 6)"},
	BeaconSpan:     {"beacon.span", 120, "seconds from the first to the last connection: what is shorter is one program at work, not one that comes back"},
	BeaconSpread:   {"beacon.spread", 0.6, "median deviation from the median interval, as a part of it, of connections that come at random (0.69) less a margin: there the score is 0"},
	BeaconCoverage: {"beacon.coverage", 0.6, "share of intervals that are within half and one and a half of the median: random ones have 0.45"},

	TunnelBytes:  {"tunnel.bytes", 2000, "bytes that the names below a domain can carry: different names * mean length * entropy / 8 (after Paxson et al. 2013, who take 4 kB a day); half of it, since records list 200 messages of a side at most"},
	TunnelLength: {"tunnel.length", 20, "mean length of what is below the domain: names for people and of content networks are shorter"},
	TunnelFresh:  {"tunnel.fresh", 0.6, "share of queries whose name was not asked before: caches make a tunnel use each name once, ordinary names are asked again"},

	GeneratedDomains:  {"generated.domains", 8, "registered domains that do not exist and whose letters are odd; they must also be at least half of all that do not exist. Mistyped names are few, and look like names"},
	GeneratedLength:   {"generated.length", 7, "letters that a label must have to be judged: shorter ones are abbreviations"},
	GeneratedSurprise: {"generated.surprise", 5.8, "bits a letter from which on a label is odd: 1 in 400 words that the model was not trained on, 1 in 50 names of software, 9 in 10 labels of random letters (docs/detect.md)"},
	BurstNames:        {"burst.names", 50, "different names that do not exist: search lists and typing errors make fewer"},
	BurstShare:        {"burst.share", 0.5, "share of them among the names that were answered"},

	UploadBytes: {"upload.bytes", 20e6, "bytes from inside to one service outside: more than mail and forms, less than what is worth to steal"},
	UploadRatio: {"upload.ratio", 5, "times as much sent as received: calls and meetings are even, ordinary use receives"},
	LongSeconds: {"long.seconds", 4 * 3600, "seconds that a connection lasts: longer than most sessions of people; tunnels and remote control stay"},

	PortStrange: {"port.strange", 0.5, "score of a protocol on a port that is not its own, nor that of another"},
	PortTaken:   {"port.taken", 0.8, "score of a protocol on a port that is that of another one: firewalls let it pass as that"},
	PortUnknown: {"port.unknown", 0.6, "score of what is not the protocol of a port, nor any other that joy knows; told only where joy has recognised that protocol in the same input"},

	SecretAccepted: {"secret.accepted", 0.95, "score of a password in clear that the server accepted"},
	SecretSent:     {"secret.sent", 0.85, "score of a password in clear whose fate is not seen"},
	SecretRefused:  {"secret.refused", 0.7, "score of a password in clear that was refused: it may be right elsewhere"},
	SecretHashed:   {"secret.hashed", 0.55, "score of a login in clear whose password is hashed, or that is the community of SNMP"},

	CertificateHours:    {"certificate.hours", 1, "hours that a certificate is out of its time: less is a clock that is wrong"},
	CertificateExternal: {"certificate.external", 0.8, "score of a certificate that a server outside has signed itself"},
	CertificateInternal: {"certificate.internal", 0.6, "score of the same inside, where many devices do"},

	RareHosts: {"rare.hosts", 10, "hosts with fingerprints of a kind for each host that shows a rare one, less the share of fingerprints that only one host shows"},

	SpoofAddresses:  {"spoof.addresses", 1, "source addresses of a subnet that no packet should come from"},
	SpoofHops:       {"spoof.hops", 5, "different hop limits above 32 of one internal address: several systems behind one address make two or three"},
	SpoofMAC:        {"spoof.mac", 0.6, "score of an internal address that comes from two MAC addresses in turn"},
	SpoofGateway:    {"spoof.gateway", 0.8, "score of the same where one of them is that of a gateway, which external addresses come from too"},
	SpoofFlood:      {"spoof.flood", 100, "source addresses that open connections to one service and say nothing"},
	SpoofFloodShare: {"spoof.share", 0.9, "share of these among all that open connections to it: a server that is down has clients that come again, and few"},

	LoginSSH:     {"login.ssh", 20, "refusals of an SSH server to one client, in connections that ended without a login: who mistypes gets up to 7 in a connection, with those of keys"},
	LoginRefused: {"login.refused", 20, "tries of one client to log in that one server refused, by protocols in clear"},
}
