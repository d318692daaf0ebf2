// Package record holds the flow record: one Go type from which the JSON
// encoder, the field reference (docs/fields.md) and the schemas are made.
//
// The comment of a field is its written definition: what is counted, in which
// unit, for which direction, what an empty value means and, behind "Source:",
// where the field comes from (none: as the object that it is in). Tags:
//
//   - json names the key; omitempty leaves an empty value out, one that is 0,
//     nil, without elements, or whose IsZero says so;
//   - when names a bool field of the same struct that says whether the key is
//     written;
//   - format is the verb for a float: %f, %.3f, %.5g, ...;
//   - encode says how bytes are written: hex (a string) or numbers (an array);
//   - opt names the option that fills the field (none: always filled);
//   - anon says how addresses are hidden in the field, for which zhide.go calls a
//     feature.Hider: keep, not at all, as the field holds what is random, a hash
//     or a code by protocol; stage, by hand in package enrich/anon; text, by
//     feature.HideInRandom; copy, as usual, but in a copy of the list, because
//     it belongs to others too.
//
// A type with a method AppendJSON writes itself; the comment of the method says
// "as a JSON string" or what else it is. Unless it is a number, it has a method
// Hide too, or its field a tag anon. All others are written by zjson.go,
// which internal/gen makes, as it makes docs/fields.md: go run ./internal/gen
// after a change.
package record

import (
	"net/netip"

	"joy/measure"
	"joy/proto/bittorrent"
	"joy/proto/dhcp"
	"joy/proto/dhcpv6"
	"joy/proto/dnp3"
	"joy/proto/dns"
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
	"joy/telemetry/origin"
)

// A Record is one flow: the packets of one conversation, or with bidir=0 of
// one direction of it, between two timeouts.
type Record struct {
	// Source address: of the side that opened the flow, which is the sender of its
	// first packet or, for TCP, of a SYN without ACK; in records of one direction
	// (bidir=0) of the side that sent the packets. IPv6 in the form of RFC 5952.
	// With anonymization what stands for the address. Source: Joy, IPFIX 8 and 27.
	SA Addr `json:"sa" anon:"stage"`
	// Destination address, like sa. Source: Joy, IPFIX 12 and 28.
	DA Addr `json:"da" anon:"stage"`
	// IP protocol number, behind all IPv6 extension headers and the authentication
	// header, of fragments too. Source: Joy (0 for fragments there), IPFIX 4.
	Pr uint8 `json:"pr"`
	// Source port of TCP, UDP, UDP-Lite, SCTP and DCCP; null for other protocols,
	// as in Joy, and when the transport header was not captured. Source: Joy, IPFIX 7.
	SP Port `json:"sp"`
	// Destination port; null like sp. Source: Joy, IPFIX 11.
	DP Port `json:"dp"`
	// Labels of the subnets that hold sa, in the order of the options; absent when
	// there are none. Source: Joy.
	SALabels []string `json:"sa_labels,omitempty" opt:"label"`
	// Labels of the subnets that hold da, like sa_labels. Source: Joy.
	DALabels []string `json:"da_labels,omitempty" opt:"label"`
	// Transport payload in bytes that sa sent, by the lengths in the IP and UDP
	// headers and not by what was captured. ICMP: less 8 bytes of header; other
	// protocols: all behind the IP headers. TCP segments that bring no new payload
	// count too; debug tells how many they were. Source: Joy (16 bits, and without
	// these segments, there).
	BytesOut uint64 `json:"bytes_out"`
	// IP packets that sa sent; a datagram that came in fragments is one. Source:
	// Joy (8 bits there), IPFIX 2.
	PktsOut uint64 `json:"num_pkts_out"`
	// Transport payload in bytes that da sent, like bytes_out; absent when da sent
	// no packet, and with bidir=0. Source: Joy (16 bits there).
	BytesIn uint64 `json:"bytes_in" when:"HasIn"`
	// IP packets that da sent; absent like bytes_in. Source: Joy (8 bits there),
	// RFC 5103 for IPFIX 2.
	PktsIn uint64 `json:"num_pkts_in" when:"HasIn"`
	// Time of the earliest packet, in seconds since 1970 with 6 decimals (cut,
	// not rounded). Source: Joy, IPFIX 154.
	TimeStart Time `json:"time_start"`
	// Time of the latest packet of the record, in the form of time_start. Source:
	// Joy, IPFIX 155.
	TimeEnd Time `json:"time_end"`
	// Sequence of packet lengths and times: the packets with payload (with zeros=1
	// all), at most num_pkts for each direction, in the order of capture; an empty
	// list when there are none. Source: Joy.
	Packets []Length `json:"packets"`
	// Byte distribution: how often each byte value, 0 to 255, occurs in the
	// captured payload, both directions added; all counters are shifted right by
	// the same number of bits so that the largest fits 8 bits. Only zeros without
	// payload. Source: Joy (which stops at 4,000 bytes a direction).
	ByteDist []uint8 `json:"byte_dist" when:"HasDist" opt:"dist" encode:"numbers" anon:"keep"`
	// Mean of the byte values of the captured payload, both directions; absent
	// without payload. Source: Joy.
	ByteDistMean float64 `json:"byte_dist_mean" when:"HasDistMoments" format:"%f" opt:"dist"`
	// Standard deviation of the byte values (n-1), both directions; 0 for one
	// byte; absent without payload. Source: Joy (wrong there for two directions).
	ByteDistStd float64 `json:"byte_dist_std" when:"HasDistMoments" format:"%f" opt:"dist"`
	// Byte distribution over the 16 bins of the file given with cdist=, counted
	// over the captured payload of both directions and shifted like byte_dist.
	// Source: Joy.
	CompactByteDist []uint8 `json:"compact_byte_dist,omitempty" opt:"cdist" encode:"numbers" anon:"keep"`
	// Entropy of the byte values of the captured payload, both directions, in bits
	// a byte; absent without payload. Source: Joy.
	Entropy float64 `json:"entropy" when:"HasEntropy" format:"%f" opt:"entropy"`
	// Entropy times the number of payload bytes that it was taken over, in bits;
	// absent without payload. Source: Joy.
	TotalEntropy float64 `json:"total_entropy" when:"HasEntropy" format:"%f" opt:"entropy"`
	// Probability that the flow is malicious, by the parameters of Cisco's Joy or by
	// those of model=FILE:FILE: what one old model says, and no finding; see
	// docs/classify.md. Absent with a model of another kind. Source: Joy.
	PMalware float64 `json:"p_malware" when:"HasPMalware" format:"%f" opt:"classify"`
	// What the model of model=FILE says of the flow; absent when it has nothing to
	// go by, such as without payload. Source: own.
	Classification *Classification `json:"classification,omitempty" opt:"classify"`
	// Facts of the IP headers. Source: Joy.
	IP IP `json:"ip"`
	// Facts of the SYN segments; absent when none was seen, and for other
	// protocols. Source: Joy.
	TCP *TCP `json:"tcp,omitempty" anon:"stage"`
	// Walsh-Hadamard transform of order 4 of the captured payload, both directions
	// added: each payload is cut into groups of four bytes a b c d, the last one
	// filled up with zeros; the four numbers are the sums of a+b+c+d, a-b+c-d,
	// a+b-c-d and a-b-c+d over all groups, divided by the number of payload bytes.
	// Absent without payload. Source: Joy.
	WHT []float64 `json:"wht,omitempty" format:"%.5g" opt:"wht"`
	// DNS messages, in the order of capture. Source: Joy.
	DNS dns.Info `json:"dns,omitempty" opt:"dns"`
	// SSH handshake. Source: Joy.
	SSH *ssh.Info `json:"ssh,omitempty" opt:"ssh"`
	// TLS, whatever carries it: TCP, DTLS, QUIC or OpenVPN; the options of these
	// fill it too. Source: Joy.
	TLS *tls.Info `json:"tls,omitempty" opt:"tls"`
	// DHCP and BOOTP messages of both directions. Source: Joy.
	DHCP dhcp.Info `json:"dhcp,omitempty" opt:"dhcp"`
	// DHCPv6 messages of both directions. Source: Joy.
	DHCPv6 dhcpv6.Info `json:"dhcpv6,omitempty" opt:"dhcpv6"`
	// HTTP/1.x messages, requests with their responses. Source: Joy.
	HTTP *http.Info `json:"http,omitempty" opt:"http"`
	// IKE messages. Source: Joy.
	IKE *ike.Info `json:"ike,omitempty" opt:"ike"`
	// QUIC: what is the transport's own; the handshake is in tls. Source: own.
	QUIC *quic.Info `json:"quic,omitempty" opt:"quic"`
	// HTTP/2 in clear. Source: own.
	HTTP2 *http2.Info `json:"http2,omitempty" opt:"http2"`
	// SSDP messages, in the form of http. Source: own.
	SSDP *http.Info `json:"ssdp,omitempty" opt:"ssdp"`
	// STUN and TURN. Source: own.
	STUN *stun.Info `json:"stun,omitempty" opt:"stun"`
	// SIP messages. Source: own.
	SIP sip.Info `json:"sip,omitempty" opt:"sip"`
	// NTP. Source: own.
	NTP *ntp.Info `json:"ntp,omitempty" opt:"ntp"`
	// SNMP. Source: own.
	SNMP *snmp.Info `json:"snmp,omitempty" opt:"snmp"`
	// First syslog message. Source: own.
	Syslog *syslog.Message `json:"syslog,omitempty" opt:"syslog"`
	// RADIUS. Source: own.
	RADIUS *radius.Info `json:"radius,omitempty" opt:"radius"`
	// WireGuard handshake. Source: own.
	WireGuard *wireguard.Info `json:"wireguard,omitempty" opt:"wireguard"`
	// OpenVPN sessions. Source: own.
	OpenVPN *openvpn.Info `json:"openvpn,omitempty" opt:"openvpn"`
	// MQTT connection. Source: own.
	MQTT *mqtt.Info `json:"mqtt,omitempty" opt:"mqtt"`
	// Modbus over TCP. Source: own.
	Modbus *modbus.Info `json:"modbus,omitempty" opt:"modbus"`
	// DNP3 over TCP or UDP. Source: own.
	DNP3 *dnp3.Info `json:"dnp3,omitempty" opt:"dnp3"`
	// SOCKS handshake; what it carries follows by its own options. Source: own.
	SOCKS *socks.Info `json:"socks,omitempty" opt:"socks"`
	// SMTP and LMTP. Source: own.
	SMTP *smtp.Info `json:"smtp,omitempty" opt:"smtp"`
	// IMAP. Source: own.
	IMAP *imap.Info `json:"imap,omitempty" opt:"imap"`
	// POP3. Source: own.
	POP3 *pop3.Info `json:"pop3,omitempty" opt:"pop3"`
	// FTP control connection. Source: own.
	FTP *ftp.Info `json:"ftp,omitempty" opt:"ftp"`
	// LDAP. Source: own.
	LDAP *ldap.Info `json:"ldap,omitempty" opt:"ldap"`
	// PostgreSQL connection. Source: own.
	PostgreSQL *postgres.Info `json:"postgresql,omitempty" opt:"postgresql"`
	// MySQL and MariaDB connection. Source: own.
	MySQL *mysql.Info `json:"mysql,omitempty" opt:"mysql"`
	// Redis commands. Source: own.
	Redis *redis.Info `json:"redis,omitempty" opt:"redis"`
	// SMB and NetBIOS sessions. Source: own.
	SMB *smb.Info `json:"smb,omitempty" opt:"smb"`
	// RDP connection. Source: own.
	RDP *rdp.Info `json:"rdp,omitempty" opt:"rdp"`
	// Kerberos messages. Source: own.
	Kerberos *kerberos.Info `json:"kerberos,omitempty" opt:"kerberos"`
	// BitTorrent peers, hash table and trackers. Source: own.
	BitTorrent *bittorrent.Info `json:"bittorrent,omitempty" opt:"bittorrent"`
	// ICMP and ICMPv6 messages. Source: own.
	ICMP *icmp.Info `json:"icmp,omitempty" opt:"icmp"`
	// RTP streams. Source: own.
	RTP *rtp.Info `json:"rtp,omitempty" opt:"rtp"`
	// First bytes of the first payload of each direction; absent without payload.
	// Source: Joy.
	Payload *Payload `json:"payload,omitempty" opt:"payload"`
	// TCP sequence numbers of the packets that sa sent, the first 200: the first
	// number as it is, then signed differences to the packet before, modulo 2^32.
	// Absent for other protocols. Source: Joy (unsigned differences there).
	OSeq []int64 `json:"oseq,omitempty" opt:"salt"`
	// TCP acknowledgement numbers of the same packets, in the form of oseq, also
	// where the ACK flag is not set. Source: Joy.
	OAck []int64 `json:"oack,omitempty" opt:"salt"`
	// TCP sequence numbers of the packets that da sent, like oseq; absent when
	// there are none. Source: Joy.
	ISeq []int64 `json:"iseq,omitempty" opt:"salt"`
	// TCP acknowledgement numbers of the packets that da sent, like oack. Source:
	// Joy.
	IAck []int64 `json:"iack,omitempty" opt:"salt"`
	// TCP packets one by one, the first 50 of each direction, in the order of
	// capture; absent for other protocols. Source: Joy.
	PPI []measure.PPIEntry `json:"ppi,omitempty" opt:"ppi" anon:"stage"`
	// Header description: what is constant and what counts up in the first bytes
	// of the payloads that sa sent; absent unless two of them were long enough.
	// Source: Joy.
	HD *HD `json:"hd,omitempty" opt:"hd" anon:"stage"`
	// Process of this machine that sent or received the flow: at the end of sa or,
	// where sa is another machine, at that of da. Absent when none was found, as for
	// flows between other machines. Source: Joy (IPv4 and TCP only there).
	Exe *Exe `json:"exe,omitempty" opt:"exe"`
	// Process at the end of da of a flow whose both ends are on this machine; exe is
	// at the end of sa then. Source: own.
	ExePeer *Exe `json:"exe_peer,omitempty" opt:"exe"`
	// Fingerprints of the software at the end of sa; absent when it shows none.
	// Source: Joy.
	Fingerprints *Fingerprints `json:"fingerprints,omitempty" opt:"fpx"`
	// The same of the end of da; absent with bidir=0. Source: Joy.
	FingerprintsIn *Fingerprints `json:"fingerprints_in,omitempty" opt:"fpx"`
	// What the database fingerprint= says of the software at the end of sa; absent
	// when that end shows no fingerprint. Source: mercury.
	Analysis *Analysis `json:"analysis,omitempty" opt:"fingerprint"`
	// The same of the end of da; absent with bidir=0. Source: own.
	AnalysisIn *Analysis `json:"analysis_in,omitempty" opt:"fingerprint"`
	// Operating systems that Joy's table of hop limits (ip.out.ttl) and SYN
	// windows suggests; absent when nothing matches. Source: Joy.
	ProbableOS *ProbableOS `json:"probable_os,omitempty"`
	// First bytes, from the IP header on and as many as idp= says, of the IP
	// packet that first carried payload from sa: for TCP the segment right behind
	// the SYN, where that was seen. Absent when there is none. Source: Joy.
	IDPOut Hex `json:"idp_out,omitempty" opt:"idp" anon:"stage"`
	// Number of bytes in idp_out; absent when 0. Source: Joy.
	IDPLenOut int `json:"idp_len_out,omitempty" opt:"idp"`
	// The same of da. Source: Joy.
	IDPIn Hex `json:"idp_in,omitempty" opt:"idp" anon:"stage"`
	// Number of bytes in idp_in; absent when 0. Source: Joy.
	IDPLenIn int `json:"idp_len_in,omitempty" opt:"idp"`
	// Statistics of lengths, times, flags and TCP sequence numbers. Source: own.
	Stats *Stats `json:"stats,omitempty" opt:"stats"`
	// Community ID version 1 of the flow, seed 0 unless community_seed says
	// otherwise. Source: Community ID specification (Corelight).
	CommunityID Text `json:"community_id,omitempty" opt:"community_id" anon:"stage"`
	// MAC addresses, VLAN identifiers and MPLS labels of the first packet of each
	// direction; absent when the link layer has none. Source: own.
	L2 *L2 `json:"l2,omitempty" opt:"l2" anon:"stage"`
	// Protocols that the flow carries, by the keys of their objects, in the order
	// in which they began (as of smtp and tls after STARTTLS); absent when none
	// was recognised. Source: own.
	App []string `json:"app,omitempty"`
	// How the first of app was recognised: "content" by its first bytes, "port"
	// when these fit several protocols and a port decided. Source: own.
	AppBy string `json:"app_by,omitempty"`
	// Tunnels that the flow came through, outermost first, as its first packet had
	// them; absent outside of tunnels. Source: own.
	Encap []Encap `json:"encap,omitempty" anon:"stage"`
	// Identifies the flow: a hash of its key and of the time of its first packet,
	// 16 hexadecimal digits. Records that a timeout cut share it, and so do the
	// two directions with bidir=0. Source: own.
	FlowID FlowID `json:"flow_id"`
	// Number of this record among those of the flow, from 0: the active timeout
	// cuts long flows. Source: own.
	Segment uint32 `json:"segment"`
	// TCP segments that features leave out, and malformed packets; absent when
	// there are none. Source: Joy.
	Debug *Debug `json:"debug,omitempty"`
	// "a" when the active timeout ended the record, "i" when the inactive one did;
	// absent otherwise. Source: Joy.
	ExpireType string `json:"expire_type,omitempty"`
	// Why the record ended: "idle" or "active" timeout, "end of flow" (FIN or RST
	// with tcp_close=1, or a new connection on the same ports), "forced" (the input ended) or "lack of resources"
	// (max_flows or max_memory). Of telemetry what the exporter says, and "" when it
	// does not. Source: IPFIX 136.
	EndReason EndReason `json:"end_reason"`
	// Where a flow that was not seen but reported comes from; absent for flows of
	// packets. In such a record the fields are those that the exporter sent, and
	// options do not matter. Source: own.
	Telemetry *origin.Info `json:"telemetry,omitempty"`

	HasIn          bool `json:"-"`
	HasDist        bool `json:"-"`
	HasDistMoments bool `json:"-"`
	HasEntropy     bool `json:"-"`
	HasPMalware    bool `json:"-"`

	// ByteCounts are the counters of byte_dist before they are shifted, nil without
	// it. Wait is milliseconds from time_start to the first of packets that sa sent
	// or, where it sent none of them, to the first one.
	ByteCounts *measure.Histogram `json:"-"`
	Wait       uint32             `json:"-"`

	// Src and Dst are the addresses themselves, for the stages behind the
	// engine; anonymization replaces sa and da and clears these.
	Src netip.Addr `json:"-"`
	Dst netip.Addr `json:"-"`
}

// A Length is one packet of the sequence of lengths and times.
type Length struct {
	// Transport payload in bytes, on the wire.
	B uint32 `json:"b"`
	// ">" from sa, "<" from da; in records of one direction (bidir=0) always
	// "<", as in Joy.
	Dir Dir `json:"dir"`
	// Whole milliseconds since the entry before, for the first since time_start (0
	// with bidir=0, as in Joy); 0 when the clock of the capture went backwards.
	IPT uint32 `json:"ipt"`
}

// IP holds facts of the IP headers, each way.
type IP struct {
	// Packets of sa.
	Out IPSide `json:"out"`
	// Packets of da; absent when there are none.
	In IPSide `json:"in" when:"HasIn"`

	HasIn bool `json:"-"`
}

// IPSide holds facts of the IP headers of one direction.
type IPSide struct {
	// Smallest time to live or hop limit of the packets. Source: Joy, IPFIX 52.
	TTL uint8 `json:"ttl"`
	// Identification fields of the first 50 IPv4 packets, in the order of capture;
	// absent for IPv6. Source: Joy, IPFIX 54.
	ID []uint16 `json:"id,omitempty"`
}

// TCP holds facts of the SYN segments.
type TCP struct {
	// Sequence number of the first SYN without ACK; absent when none was seen.
	// Source: Joy.
	FirstSeq uint32 `json:"first_seq" when:"HasFirstSeq"`
	// The SYN of sa; absent when none was seen.
	Out *SYN `json:"out,omitempty"`
	// The SYN of da, in general with ACK; absent when none was seen, and with
	// bidir=0.
	In *SYN `json:"in,omitempty"`

	HasFirstSeq bool `json:"-"`
}

// A SYN is the first segment with SYN of one side.
type SYN struct {
	// TCP flags, letters in the order F S R P A U E C.
	Flags string `json:"flags"`
	// Window as sent, not scaled.
	Window uint16 `json:"first_window_size"`
	// Bytes of TCP options, as far as captured; absent when 0.
	OptLen int `json:"opt_len,omitempty"`
	// The options in order; absent when there are none.
	Opts []measure.Option `json:"opts,omitempty"`

	// TTL or hop limit; ZeroID says that the IPv4 identification, or the flow label
	// of IPv6, is 0.
	TTL    uint8 `json:"-"`
	ZeroID bool  `json:"-"`
}

// Payload holds the first payload each way.
type Payload struct {
	// Up to 32 bytes that sa sent, hexadecimal; absent when none were captured.
	Out Hex `json:"out,omitempty"`
	// The same of da.
	In Hex `json:"in,omitempty"`
}

// HD describes the headers of the first payloads of the out side.
type HD struct {
	// Payloads looked at, 2 to 10.
	N int `json:"n"`
	// Mask of the bits that are the same in all of them, hexadecimal like the
	// following, as many bytes as hd= says.
	CM Hex `json:"cm"`
	// Values of these bits, all others 0.
	CV Hex `json:"cv"`
	// Mask of the bytes that count up: ff for a byte that is one more in each
	// payload than in the one before, or changes only by the carry of such a byte
	// behind it; 00 for others.
	SM Hex `json:"sm"`
	// The bytes of the first payload.
	I Hex `json:"i"`
}

// ProbableOS names operating systems.
type ProbableOS struct {
	// Of sa; absent when nothing matches.
	Out string `json:"out,omitempty"`
	// Of da; absent when nothing matches, and with bidir=0.
	In string `json:"in,omitempty"`
}

// Stats holds the statistics of both directions.
type Stats struct {
	// Packets of sa.
	Out StatsSide `json:"out"`
	// Packets of da; absent when there are none.
	In StatsSide `json:"in" when:"HasIn"`
	// Milliseconds from the SYN to its SYN-ACK, as seen at the point of capture;
	// absent when one of them was not seen or was sent again.
	RTTServer float64 `json:"syn_synack_ms" when:"HasRTTServer" format:"%.3f"`
	// Milliseconds from the SYN-ACK to the ACK that answers it. The sum of both
	// is the round-trip time of the handshake.
	RTTClient float64 `json:"synack_ack_ms" when:"HasRTTClient" format:"%.3f"`

	HasIn        bool `json:"-"`
	HasRTTServer bool `json:"-"`
	HasRTTClient bool `json:"-"`
}

// StatsSide holds the statistics of one direction.
type StatsSide struct {
	// Length of the IP packets in bytes, header included, on the wire.
	Len Moments `json:"len"`
	// Time between consecutive packets of this direction, in milliseconds;
	// absent with fewer than two packets.
	IAT Moments `json:"iat" when:"HasIAT"`
	// How many packets had each TCP flag; TCP only, flags that never occurred
	// are left out.
	Flags FlagCounts `json:"flags,omitempty"`
	// TCP sequence numbers; TCP only.
	Seq *SeqStats `json:"seq,omitempty"`

	HasIAT bool `json:"-"`
}

// Moments sum up a list of numbers.
type Moments struct {
	// Smallest.
	Min float64 `json:"min" format:"%.6g"`
	// Arithmetic mean.
	Mean float64 `json:"mean" format:"%.9g"`
	// Standard deviation (n-1); 0 for one number.
	Std float64 `json:"std" format:"%.9g"`
	// Largest.
	Max float64 `json:"max" format:"%.6g"`
}

// SeqStats counts what TCP sequence numbers tell of one direction.
type SeqStats struct {
	// Segments whose payload had been seen before, all of it.
	RetransPkts uint64 `json:"retrans_pkts"`
	// Payload bytes that had been seen before.
	RetransBytes uint64 `json:"retrans_bytes"`
	// Segments that arrived after later ones and filled a gap.
	OutOfOrder uint64 `json:"out_of_order"`
	// Times that a segment began behind the expected number.
	Gaps uint64 `json:"gaps"`
	// Bytes still missing at the end of the record.
	Missing uint64 `json:"missing_bytes"`
}

// L2 holds link-layer facts of the first packet of each direction.
type L2 struct {
	// MAC address that the first packet of sa came from, such as
	// "00:1b:21:3c:9d:f8"; in a tunnel that of the outermost frame. Absent when
	// the link layer has none, and when it is all zeros. Source: IPFIX 56.
	SMAC MAC `json:"smac,omitempty"`
	// MAC address that the first packet of sa was sent to, like smac. Source:
	// IPFIX 80.
	DMAC MAC `json:"dmac,omitempty"`
	// VLAN identifiers of the first packet of sa, outermost first; absent when
	// it had none. Source: IPFIX 58.
	VLANOut []uint16 `json:"vlan_out,omitempty"`
	// VLAN identifiers of the first packet of da, like vlan_out.
	VLANIn []uint16 `json:"vlan_in,omitempty"`
	// MPLS labels of the first packet of sa, outermost first, at most 4; absent
	// when it had none. Source: IPFIX 70.
	MPLSOut []uint32 `json:"mpls_out,omitempty"`
	// MPLS labels of the first packet of da, like mpls_out.
	MPLSIn []uint32 `json:"mpls_in,omitempty"`
}

// Empty reports whether there is nothing to tell.
func (l *L2) Empty() bool {
	return l.SMAC.IsZero() && l.DMAC.IsZero() && len(l.VLANOut)+len(l.VLANIn)+len(l.MPLSOut)+len(l.MPLSIn) == 0
}

// Encap is one tunnel.
type Encap struct {
	// Kind of tunnel: ipip, 6in4, gre, gretap (frames in GRE), erspan, vxlan,
	// geneve, gtpu, teredo, ...
	Type string `json:"type"`
	// Outer source address.
	Src Addr `json:"src"`
	// Outer destination address.
	Dst Addr `json:"dst"`
	// VNI, key, TEID or session; absent when the tunnel has none.
	ID uint64 `json:"id" when:"HasID"`

	HasID bool `json:"-"`
}

// Debug counts what features leave out, or what was malformed.
type Debug struct {
	// TCP segments that brought no new payload, and with retrans=0 count in packets
	// and bytes alone: not in packets, byte_dist and the other features. Absent
	// when 0, and with retrans=1.
	TCPRetrans uint64 `json:"tcp_retrans,omitempty"`
	// Packets whose transport header was malformed or cut off; they count in
	// bytes and packets all the same. Absent when 0.
	Invalid uint64 `json:"invalid,omitempty"`
	// Packets whose contents were not looked at because packets came faster than
	// they could be handled (live capture, see docs/live.md); they count in packets,
	// bytes and times all the same. Absent when 0. Source: own.
	Shed uint64 `json:"shed,omitempty"`
}
