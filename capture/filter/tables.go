package filter

import (
	"strconv"
	"strings"
)

// Protocols that lie on a link: an EtherType or, below 1536, a service access
// point of 802.2.
const (
	etherTable = " ip=0x800 ip6=0x86dd arp=0x806 rarp=0x8035 atalk=0x809b aarp=0x80f3 decnet=0x6003 sca=0x6007 " +
		"lat=0x6004 mopdl=0x6001 moprc=0x6002 loopback=0x9000 iso=0xfe stp=0x42 ipx=0xe0 netbeui=0xf0 "
	isoTable = " clnp=0x81 esis=0x82 isis=0x83 "
	// IANA, protocol-numbers.
	ipTable = " ip=0 hopopt=0 icmp=1 igmp=2 ggp=3 ipencap=4 st=5 tcp=6 egp=8 igp=9 igrp=9 pup=12 udp=17 hmp=20 " +
		"xns-idp=22 rdp=27 iso-tp4=29 dccp=33 xtp=36 ddp=37 idpr-cmtp=38 ipv6=41 ipv6-route=43 ipv6-frag=44 idrp=45 " +
		"rsvp=46 gre=47 esp=50 ah=51 skip=57 icmp6=58 ipv6-icmp=58 ipv6-nonxt=59 ipv6-opts=60 rspf=73 vmtp=81 " +
		"eigrp=88 ospf=89 ax.25=93 ipip=94 etherip=97 encap=98 pim=103 ipcomp=108 vrrp=112 carp=112 l2tp=115 " +
		"isis=124 sctp=132 fc=133 mobility-header=135 udplite=136 mpls-in-ip=137 manet=138 hip=139 shim6=140 " +
		"wesp=141 rohc=142 ethernet=143 "
)

// isisTable gives the types of PDU of IS-IS (ISO 10589) behind a word.
const isisTable = " l1=15,17,18,24,26 l2=16,17,20,25,27 iih=15,16,17 lsp=18,20 snp=24,25,26,27 csnp=24,25 psnp=26,27 "

// Services as in IANA's registry, for the protocols that use them: t for TCP,
// u for UDP. Where the registry has a protocol that nobody uses with it
// (80/udp), it is left out, as common systems do.
const serviceTable = " tcpmux=1t echo=7tu discard=9tu systat=11t daytime=13tu netstat=15t qotd=17t chargen=19tu " +
	"ftp-data=20t ftp=21t ssh=22t telnet=23t smtp=25t mail=25t time=37tu whois=43t tacacs=49tu domain=53tu " +
	"bootps=67u bootpc=68u tftp=69u gopher=70t finger=79t http=80t www=80t kerberos=88tu kerberos5=88tu " +
	"iso-tsap=102t pop3=110t sunrpc=111tu portmapper=111tu auth=113t nntp=119t ntp=123u epmap=135t " +
	"netbios-ns=137u netbios-dgm=138u netbios-ssn=139t imap2=143t imap=143t snmp=161tu snmp-trap=162tu " +
	"snmptrap=162tu xdmcp=177u bgp=179t ptp-event=319u ptp-general=320u ldap=389tu svrloc=427tu https=443tu " +
	"microsoft-ds=445t kpasswd=464tu submissions=465t smtps=465t isakmp=500u exec=512t biff=512u login=513t who=513u " +
	"shell=514t syslog=514u printer=515t talk=517u ntalk=518u route=520u uucp=540t dhcpv6-client=546u " +
	"dhcpv6-server=547u afpovertcp=548t rtsp=554tu nntps=563t submission=587t asf-rmcp=623u ipp=631t ldaps=636tu " +
	"ldp=646tu kerberos-adm=749t domain-s=853tu rsync=873t ftps-data=989t ftps=990t telnets=992t imaps=993t pop3s=995t " +
	"socks=1080t rmiregistry=1099t openvpn=1194tu lotusnote=1352t ms-sql-s=1433t ms-sql-m=1434u l2f=1701u l2tp=1701u " +
	"radius=1812tu radius-acct=1813tu cisco-sccp=2000t nfs=2049tu cvspserver=2401t dict=2628t gpsd=2947t icpv2=3130u " +
	"isns=3205tu iscsi-target=3260t mysql=3306t ms-wbt-server=3389t svn=3690t sieve=4190t epmd=4369t ntske=4460t " +
	"ipsec-nat-t=4500u iax=4569u sip=5060tu sip-tls=5061tu xmpp-client=5222t xmpp-server=5269t mdns=5353u " +
	"postgresql=5432t amqps=5671t amqp=5672t x11=6000t redis=6379t syslog-tls=6514t ircd=6667t ircs-u=6697t " +
	"http-alt=8080t git=9418t zabbix-agent=10050t zabbix-trapper=10051t "

// lookUp finds what stands behind a name in a table.
func lookUp(table, name string) (value string, ok bool) {
	_, rest, ok := strings.Cut(table, " "+name+"=")
	if !ok || strings.ContainsAny(name, " =") {
		return "", false
	}
	value, _, _ = strings.Cut(rest, " ")
	return value, true
}

func lookUpNumber(table, name string) (v uint32, ok bool) {
	value, ok := lookUp(table, name)
	n, err := strconv.ParseUint(value, 0, 32)
	return uint32(n), ok && err == nil
}

// isisTypes are the types of PDU that a word stands for.
func isisTypes(name string) []uint32 {
	value, ok := lookUp(isisTable, name)
	if !ok {
		return nil
	}
	var out []uint32
	for _, f := range strings.Split(value, ",") {
		n, _ := strconv.Atoi(f) // the table is ours
		out = append(out, uint32(n))
	}
	return out
}

// service gives the port of a name and the protocols that use it.
func service(name string) (port uint16, tcp, udp, ok bool) {
	value, ok := lookUp(serviceTable, name)
	n, err := strconv.ParseUint(strings.TrimRight(value, "tu"), 10, 16)
	return uint16(n), strings.Contains(value, "t"), strings.Contains(value, "u"), ok && err == nil
}

// Names of the types of 802.11 frames, of their subtypes, of the types of 802.2
// and of the fields of PFLOG. Subtypes carry the bits of their type.
const (
	wlanTypeTable = " mgt=0 management=0 ctl=4 control=4 data=8 "
	wlanMgtTable  = " assocreq=0 assoc-req=0 assocresp=0x10 assoc-resp=0x10 reassocreq=0x20 reassoc-req=0x20 " +
		"reassocresp=0x30 reassoc-resp=0x30 probereq=0x40 probe-req=0x40 proberesp=0x50 probe-resp=0x50 beacon=0x80 " +
		"atim=0x90 disassoc=0xa0 disassociation=0xa0 auth=0xb0 authentication=0xb0 deauth=0xc0 deauthentication=0xc0 "
	wlanCtlTable  = " ps-poll=0xa4 rts=0xb4 cts=0xc4 ack=0xd4 cf-end=0xe4 cf-end-ack=0xf4 "
	wlanDataTable = " data=0x08 data-cf-ack=0x18 data-cf-poll=0x28 data-cf-ack-poll=0x38 null=0x48 cf-ack=0x58 " +
		"cf-poll=0x68 cf-ack-poll=0x78 qos-data=0x88 qos-data-cf-ack=0x98 qos-data-cf-poll=0xa8 " +
		"qos-data-cf-ack-poll=0xb8 qos=0xc8 qos-cf-poll=0xe8 qos-cf-ack-poll=0xf8 "
	wlanDirTable     = " nods=0 tods=1 fromds=2 dstods=3 "
	llcSTable        = " rr=1 rnr=5 rej=9 "
	llcUTable        = " ui=0x03 ua=0x63 disc=0x43 dm=0x0f sabme=0x6f test=0xe3 xid=0xaf frmr=0x87 "
	pflogReasonTable = " match=0 bad-offset=1 fragment=2 short=3 normalize=4 memory=5 bad-timestamp=6 congestion=7 " +
		"ip-option=8 proto-cksum=9 state-mismatch=10 state-insert=11 state-limit=12 src-limit=13 synproxy=14 "
	pflogActionTable = " pass=0 accept=0 drop=1 block=1 scrub=2 noscrub=3 nat=4 nonat=5 binat=6 nobinat=7 " +
		"rdr=8 nordr=9 synproxy-drop=10 "
)
