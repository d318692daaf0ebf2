package filter

import "strings"

// The names are embedded, and those of the machine are not asked, so that a
// filter means the same everywhere.

// keywords maps the words of the language to their common spelling.
func keywords() map[string]string {
	out := map[string]string{
		"link": "ether", "ppp": "ether", "slip": "ether", "fddi": "ether", "tr": "ether", "wlan": "ether",
		"es-is": "esis", "is-is": "isis", "length": "len", "direction": "dir",
		"address1": "addr1", "address2": "addr2", "address3": "addr3", "address4": "addr4",
		"ifname": "on", "ruleset": "rset", "rulenum": "rnr", "subrulenum": "srnr",
	}
	for _, w := range strings.Fields(protocolWords + qualifierWords + refusedWords) {
		out[w] = w
	}
	return out
}

const (
	// Words that name a protocol; some can be indexed, as tcp[13].
	protocolWords = " ether ip arp rarp sctp tcp udp icmp igmp igrp pim vrrp carp radio ip6 icmp6 ah esp " +
		"atalk aarp decnet lat sca moprc mopdl iso esis isis l1 l2 iih lsp snp csnp psnp clnp stp ipx netbeui "
	qualifierWords = " dst src host net mask port portrange proto protochain and or not len " +
		"type subtype dir addr1 addr2 addr3 addr4 ra ta less greater broadcast multicast " +
		"inbound outbound ifindex vlan mpls pppoed pppoes geneve llc on rset rnr srnr reason action "
	// Words of the language that are known and always refused.
	refusedWords = " gateway byte vxlan lane metac bcc oam oamf4 oamf4ec oamf4sc sc ilmic vpi vci connectmsg metaconnect " +
		"fisu lssu lsu msu hfisu hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls "
)

func isProtocol(word string) bool { return listed(protocolWords, word) }
func isRefused(word string) bool  { return listed(refusedWords, word) }

func listed(list, word string) bool { return strings.Contains(list, " "+word+" ") }

// constant gives the value of a named number.
func constant(name string) (v uint32, ok bool) {
	switch name {
	case "icmptype", "icmp6type":
		return 0, true
	case "icmpcode", "icmp6code":
		return 1, true
	case "tcpflags":
		return 13, true
	}
	if flag, ok := strings.CutPrefix(name, "tcp-"); ok {
		for i, f := range strings.Fields("fin syn rst push ack urg ece cwr") {
			if f == flag {
				return 1 << i, true
			}
		}
	}
	for _, group := range numberedNames() {
		if rest, ok := strings.CutPrefix(name, group.prefix); ok {
			for i, n := range strings.Fields(group.names) {
				if n == rest {
					return group.first + uint32(i), true
				}
			}
		}
	}
	return 0, false
}

type numberedGroup struct {
	prefix string
	first  uint32
	names  string
}

// numberedNames are constants with successive values; - is for none.
func numberedNames() []numberedGroup {
	return []numberedGroup{
		{"icmp-", 0, "echoreply - - unreach sourcequench redirect - - echo routeradvert routersolicit " +
			"timxceed paramprob tstamp tstampreply ireq ireqreply maskreq maskreply"},
		{"icmp6-", 1, "destinationunreach packettoobig timeexceeded parameterproblem"},
		{"icmp6-", 128, "echo echoreply multicastlistenerquery multicastlistenerreportv1 multicastlistenerdone " +
			"routersolicit routeradvert neighborsolicit neighboradvert redirect routerrenum " +
			"nodeinformationquery nodeinformationresponse ineighbordiscoverysolicit ineighbordiscoveryadvert " +
			"multicastlistenerreportv2 homeagentdiscoveryrequest homeagentdiscoveryreply " +
			"mobileprefixsolicit mobileprefixadvert certpathsolicit certpathadvert - " +
			"multicastrouteradvert multicastroutersolicit multicastrouterterm"},
	}
}
