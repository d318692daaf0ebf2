package filter

import "strings"

// expressions are those that verdicts are kept and compared for, one a line.
func expressions() []string {
	return strings.Split(strings.TrimSpace(expressionList), "\n")
}

const expressionList = `
tcp
udp
icmp
icmp6
ip
ip6
arp
rarp
sctp
igmp
igrp
pim
vrrp
carp
esp
ah
stp
iso
clnp
esis
isis
l1
l2
iih
lsp
snp
csnp
psnp
ipx
netbeui
atalk
aarp
decnet
sca
lat
mopdl
moprc
llc
llc i
llc s
llc u
llc rr
llc rnr
llc rej
llc ui
llc sabme
llc xid
udp port 53
tcp port 443
port 80
port 53
src port 53
dst port 443
tcp dst port 22
src or dst port 53
src and dst port 53
sctp port 443
port (53 or 80 or 443)
port not 80
host 10.1.2.3
src host 192.168.7.9
dst host 10.200.1.5
dst 10.200.1.5
ip host 192.168.7.9
arp host 10.1.2.3
rarp src host 10.1.2.3
host 10.1.2
host 10.1.2.3 and port 53
host 10.1.2.3 or host 10.200.1.5
host 10.1.2.3 and not port 53
host (10.1.2.3 or 10.200.1.5)
host 10.200.1.5 and tcp port 443
net 10.0.0.0/8
src net 192.168.0.0/16
dst net 224.0.0.0/4
net 192.168
net 10
net 192.168.0.0 mask 255.255.0.0
net 10.200.1.0/24 and udp
net 0.0.0.0/0
ip6 net fe80::/10
net 2001:db8::/33
ip6 host fe80::1:2
src host 2001:db8::53
host ff02::fb
net ::/0
vlan
vlan 300
vlan and tcp
vlan 300 and udp port 53
vlan and vlan 10
vlan (10) or vlan 300
vlan or tcp
not vlan and tcp
vlan and host 10.1.2.3
vlan and pppoes and tcp
vlan and geneve and vlan and tcp
vlan and mpls and tcp
mpls
mpls 18
mpls and tcp
mpls and mpls
mpls 18 and mpls 100 and udp
mpls and host 10.1.2.3
mpls and ip6
mpls and geneve 9 and tcp
pppoed
pppoes
pppoes 5
pppoes and tcp port 80
pppoes and ip6
pppoes and mpls 18 and tcp
geneve
geneve 9
geneve and tcp
geneve and ether host 02:00:00:00:00:0a
geneve and tcp port 80
geneve and ip6
geneve 10 and ether[0] = 2
tcp[tcpflags] & (tcp-syn|tcp-fin) != 0
tcp[tcpflags] == tcp-syn
tcp[13] & 2 != 0
tcp[tcpflags] & tcp-push != 0 and tcp[tcpflags] & tcp-ack == 0
tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420
tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)
len - tcp[12] > 10
ip[2:2] - udp[4:2] > 20
icmp[icmptype] == icmp-echo
icmp[0] == 8 or icmp[0] == 0
icmp[icmptype] = icmp-unreach or icmp[icmpcode] = 1
icmp6[icmp6type] == icmp6-neighborsolicit
icmp6[0] = icmp6-echo
ip6[40] == 135
ip6[6] = 44
ip[6:2] & 0x1fff != 0
ip[0] & 0xf != 5
ip[0] & 0xf > ip[8] & 0xf
ip[8] < 65
ip[9] >= 017
ip[(ip[0] & 0xf) * 4:2] = 53
ip[-14] & 1 = 0
udp[4:2] > 100
udp[0:4] = 0x00350035
sctp[0:2] = 443
igmp[0] = 8
arp[6:2] = 1
rarp[7] = 3
ether[0] & 1 = 0
ether[12:2] = 0x0800
ether[len - 1] = 0
ether[100000] = 0
radio[0] = 0
decnet[0] = 0
len ^ 3 | 4 > 5
len % 7 + 1 = 3
len * 2 - 10 / 5 > 100
-len + 100 < 50
1 = 1
1 = 2
3 * (2 + 1) = 9
len << 2 >= 400
len >> 2 < 20
portrange 1000-2000
tcp portrange 80-90
udp dst portrange 1024-65535
portrange 90-80
portrange domain-http
src and dst portrange 20-60
greater 100
less 64
len > 500
len >= 100 and len <= 200
len = len
len != 60
not port 22
not (tcp or udp)
not host 10.1.2.3
!tcp
not arp and not icmp
not not udp
proto 47
ip proto 47
ip proto \tcp
ip proto UDP
ip6 proto 6
ip proto 2
ip6 proto 58
proto \sctp
iso proto \isis
iso proto 0x82
isis proto 20
ip protochain 17
ip6 protochain 6
protochain \udp
ether host 02:00:00:00:00:0b
ether src 02:00:00:00:00:0a
ether dst ff:ff:ff:ff:ff:ff
ether src or dst 02-00-00-00-00-0a
ether host 0200.0000.000a
ether 02:00:00:00:00:0a
wlan addr1 02:00:00:00:00:0b
wlan addr2 02:00:00:00:00:0a
wlan addr3 02:00:00:00:00:0b
wlan addr4 aa:aa:03:00:00:00
wlan ra 02:00:00:00:00:0a
wlan ta 02:00:00:00:00:0a
type data
type mgt
type ctl subtype rts
wlan type data subtype qos-data
subtype beacon
dir fromds
dir tods and tcp
ether proto 0x0806
ether proto \ip
ether proto \stp
ether proto 6
ether proto 0xe0
ether proto loopback
ether broadcast
ether multicast
broadcast
multicast
ip broadcast
ip multicast
ip6 multicast
inbound
outbound
ifindex 1
on em0
rset rules
rnr 3
srnr 1
action pass
reason fragment
tcp and (port 80 or port 443)
(tcp port 443) or (udp port 443)
tcp and (port 80 or port 443) and not host 10.200.1.5
port 53 or 80
tcp port 80 or 443
host 10.1.2.3 or 10.200.1.5
host 10.1.2.3 or (not 192.168.7.9)
udp and (port 67 or port 68)
ip and udp and src port 67
port domain
tcp port https
port http and src net 10
udp port ntp or tftp
src net 10 and dst net 192.168
src and dst net 10
ip6 and tcp port 443
tcp port 80 && ip[2:2] > 40
tcp || udp
tcp or udp and port 53
((((tcp))))
ip and tcp[13] = 2 or arp
`
