# engine.sh - captures for what stands below the protocols: links, tunnels, fragments, TCP. Part of make.sh.

# web_server starts nginx with some pages; $1: further directives of the server block.
web_server() {
	mkdir -p www/
	echo '<html><title>hello</title></html>' >www/index.html
	head -c 6000 /dev/zero | tr '\0' a >www/6000
	seq -w 5000 >www/25000
	cat >nginx.conf <<-EOF
		daemon off; pid $work/nginx.pid; error_log $work/error.log; user root; worker_processes 1;
		events {}
		http {
			access_log off; root $work/www; client_body_temp_path $work; proxy_temp_path $work;
			fastcgi_temp_path $work; uwsgi_temp_path $work; scgi_temp_path $work;
			server { listen 80; listen [::]:80; ${1-} }
		}
	EOF
	serve nginx -c "$work/nginx.conf"
	listening 80
}

get() { c curl -s -o /dev/null --max-time 50 "$@"; }

# http-get: curl nginx
capture_http_get() {
	network
	web_server
	record http-get.pcap
	get -H 'Host: www.example.org' http://192.0.2.2/index.html
	get http://192.0.2.2/not-there
	get 'http://[2001:db8::2]/6000'
	recorded
}

# loss: curl nginx [netem]
capture_loss() {
	routed
	web_server
	r tc qdisc add dev eth0 root netem limit 1000 delay 5ms loss 15%
	r tc qdisc add dev eth1 root netem limit 1000 delay 5ms loss 15%
	serve /usr/bin/python3 "$programs/chunked.py" 8080
	listening 8080
	local try
	for try in 1 2 3 4 5; do
		record loss.pcap
		get http://$server/25000
		get --data-binary @www/6000 http://$server:8080/upload
		recorded
		shows loss.pcap 'tcp.analysis.lost_segment && tcp.len > 0' && shows loss.pcap 'tcp.analysis.retransmission && ip.src == 192.0.2.1' && return
	done
	return 1
}

# reordering: curl nginx [netem]
capture_reordering() {
	routed
	web_server
	r tc qdisc add dev eth0 root netem limit 1000 delay 10ms reorder 30%
	record reordering.pcap
	get http://$server/25000
	recorded
	shows reordering.pcap tcp.analysis.out_of_order
}

# duplication: curl nginx [netem]
capture_duplication() {
	routed
	web_server
	r tc qdisc add dev eth0 root netem limit 1000 duplicate 30%
	record duplication.pcap
	get http://$server/6000
	c ping -q -c 5 -i 0.05 $server
	recorded
	shows duplication.pcap 'tcp.analysis.retransmission && tcp.len > 0'
}


# short-snaplen: curl nginx
capture_short_snaplen() {
	network
	web_server
	record short-snaplen.pcap -s 96
	get http://192.0.2.2/6000
	recorded
}

# ipv4-fragments: ping dig unbound
capture_ipv4_fragments() {
	network
	large_name_server
	record ipv4-fragments.pcap
	c ping -q -c 2 -s 4000 192.0.2.2
	c dig @192.0.2.2 large.example TXT +bufsize=4096 +noall +ignore
	recorded
}

# ipv6-fragments: ping dig unbound
capture_ipv6_fragments() {
	network
	large_name_server
	record ipv6-fragments.pcap
	c ping -q -c 2 -s 4000 2001:db8::2
	c dig @2001:db8::2 large.example TXT +bufsize=4096 +noall +ignore
	recorded
}

large_name_server() {
	local text
	text=$(head -c 200 /dev/zero | tr '\0' x)
	{
		cat <<-EOF
			server:
			  interface: 0.0.0.0
			  interface: ::0
			  access-control: 0.0.0.0/0 allow
			  access-control: ::/0 allow
			  chroot: ""
			  username: ""
			  pidfile: "$work/unbound.pid"
			  directory: "$work"
			  use-syslog: no
			  do-daemonize: no
			  edns-buffer-size: 4096
			  max-udp-size: 4096
			  num-threads: 1
			  local-zone: "example." static
		EOF
		local i
		for i in $(seq 12); do echo "  local-data: 'large.example. 60 IN TXT \"$i $text\"'"; done
	} >unbound.conf
	serve unbound -d -c "$work/unbound.conf"
	listening 53 udp
}

# vlan: curl nginx [vlan]
capture_vlan() {
	network
	web_server
	tagged eth0 eth0.100 802.1Q 100 10.7.0
	record vlan.pcap
	inside 10.7.0.2
}

# qinq: curl nginx [vlan]
capture_qinq() {
	network
	web_server
	tagged eth0 outer 802.1ad 200 10.6.0
	tagged outer inner 802.1Q 300 10.7.0
	record qinq.pcap
	inside 10.7.0.2
}

# tagged puts a VLAN on an interface of both sides: tagged PARENT NAME PROTOCOL ID NET
tagged() {
	local side
	for side in c:1 s:2; do
		${side%:*} ip link add link "$1" name "$2" type vlan proto "$3" id "$4"
		${side%:*} ip link set "$2" up
		${side%:*} ip addr add "$5.${side#*:}/24" dev "$2"
	done
}

# inside sends something through the tunnel that has been laid.
inside() {
	get "http://$1/index.html"
	c ping -q -c 2 -i 0.1 "$(tr -d '[]' <<<"$1")"
	recorded
}

# tunnel lays one between client and server, 10.7.0.0/24 and fd07::/64 inside: tunnel TYPE ARGUMENT...;
# LOCAL and REMOTE stand for the addresses.
tunnel() {
	local type=$1 mine=192.0.2.1 yours=192.0.2.2
	shift
	[[ $type == ip6* ]] && mine=2001:db8::1 yours=2001:db8::2
	c ip link add tunnel type "$type" $(sed "s/LOCAL/$mine/; s/REMOTE/$yours/" <<<"$*")
	s ip link add tunnel type "$type" $(sed "s/LOCAL/$yours/; s/REMOTE/$mine/" <<<"$*")
	c ip link set tunnel up addrgenmode none 2>/dev/null || c ip link set tunnel up
	s ip link set tunnel up addrgenmode none 2>/dev/null || s ip link set tunnel up
	c ip addr add 10.7.0.1/24 dev tunnel 2>/dev/null
	s ip addr add 10.7.0.2/24 dev tunnel 2>/dev/null
	c ip addr add fd07::1/64 dev tunnel nodad 2>/dev/null || true
	s ip addr add fd07::2/64 dev tunnel nodad 2>/dev/null || true
}

# vxlan: curl nginx [vxlan]
capture_vxlan() {
	network
	web_server
	tunnel vxlan id 4660 local LOCAL remote REMOTE dstport 4789
	record vxlan.pcap
	inside 10.7.0.2
}

# geneve: curl nginx [geneve]
capture_geneve() {
	network
	web_server
	tunnel geneve id 4660 remote REMOTE
	record geneve.pcap
	inside 10.7.0.2
}

# gre: curl nginx [gre]
capture_gre() {
	network
	web_server
	tunnel gre local LOCAL remote REMOTE
	record gre.pcap
	inside 10.7.0.2
}

# gre-key: curl nginx [gre]
capture_gre_key() {
	network
	web_server
	tunnel gre local LOCAL remote REMOTE key 42 seq csum
	record gre-key.pcap
	get 'http://[fd07::2]/index.html'
	inside 10.7.0.2
}

# gretap: curl nginx [gre]
capture_gretap() {
	network
	web_server
	tunnel gretap local LOCAL remote REMOTE key 7
	record gretap.pcap
	inside 10.7.0.2
}

# erspan-1: curl nginx [gre]
capture_erspan_1() {
	network
	web_server
	tunnel erspan local LOCAL remote REMOTE seq key 30 erspan_ver 1 erspan 123
	record erspan-1.pcap
	inside 10.7.0.2
}

# erspan-2: curl nginx [gre]
capture_erspan_2() {
	network
	web_server
	tunnel erspan local LOCAL remote REMOTE seq key 30 erspan_ver 2 erspan_dir ingress erspan_hwid 7
	record erspan-2.pcap
	inside 10.7.0.2
}

# ipip: curl nginx [ipip]
capture_ipip() {
	network
	web_server
	tunnel ipip local LOCAL remote REMOTE
	record ipip.pcap
	inside 10.7.0.2
}

# 6in4: curl nginx [sit]
capture_6in4() {
	network
	web_server
	tunnel sit local LOCAL remote REMOTE
	record 6in4.pcap
	inside '[fd07::2]'
}

# 4in6: curl nginx [ip6tnl]
capture_4in6() {
	network
	web_server
	tunnel ip6tnl local LOCAL remote REMOTE mode any
	record 4in6.pcap
	get 'http://[fd07::2]/index.html'
	inside 10.7.0.2
}

# ip6gre: curl nginx [gre]
capture_ip6gre() {
	network
	web_server
	tunnel ip6gre local LOCAL remote REMOTE
	record ip6gre.pcap
	inside 10.7.0.2
}

# mpls: curl nginx [mpls]
capture_mpls() {
	network
	web_server
	local side
	for side in c s; do
		$side sysctl -qw net.mpls.platform_labels=1000 net.mpls.conf.eth0.input=1 net.mpls.conf.lo.input=1 net.ipv4.conf.all.rp_filter=0
	done
	c ip addr add 10.7.0.1/32 dev lo
	s ip addr add 10.7.0.2/32 dev lo
	c ip route add 10.7.0.2/32 encap mpls 100/200 via inet 192.0.2.2 src 10.7.0.1
	s ip route add 10.7.0.1/32 encap mpls 300 via inet 192.0.2.1 src 10.7.0.2
	s ip -f mpls route add 100 dev lo
	s ip -f mpls route add 200 dev lo
	c ip -f mpls route add 300 dev lo
	record mpls.pcap
	inside 10.7.0.2
}

# sctp: socat [sctp]
capture_sctp() {
	network
	serve socat SCTP-LISTEN:5000,bind=192.0.2.2,reuseaddr,fork EXEC:/bin/cat
	sleep 1
	record sctp.pcap
	(echo hello over SCTP; sleep 0.3; echo again; sleep 0.3) | c timeout 10 socat -t1 - SCTP:192.0.2.2:5000
	recorded
}

# ping: ping
capture_ping() {
	network
	record ping.pcap
	c ping -q -c 3 -i 0.1 192.0.2.2
	c ping -q -c 3 -i 0.1 2001:db8::2
	recorded
}

# traceroute: traceroute
capture_traceroute() {
	routed
	record traceroute.pcap
	c traceroute -n -q 1 -m 4 $server
	c traceroute -n -q 1 -m 4 -I $server
	c traceroute -n -q 1 -m 4 -T -p 80 $server
	c traceroute -6 -n -q 1 -m 4 2001:db8:1::2
	recorded
}

# ecn: curl nginx
capture_ecn() {
	network
	web_server
	c sysctl -qw net.ipv4.tcp_ecn=1
	s sysctl -qw net.ipv4.tcp_ecn=1
	record ecn.pcap
	get http://192.0.2.2/
	recorded
}

# port-reuse: nginx /usr/bin/python3
capture_port_reuse() {
	network
	web_server 'keepalive_timeout 0;'
	record port-reuse.pcap
	c /usr/bin/python3 "$programs/port_reuse.py" 192.0.2.2 80 40000
	recorded
}

# long-flow: curl nginx
capture_long_flow() {
	network
	web_server 'location /6000 { limit_rate 130; }'
	record long-flow.pcap
	get http://192.0.2.2/6000
	recorded
}

# half-open: curl
capture_half_open() {
	network
	c ip neigh replace 192.0.2.99 lladdr 02:00:00:00:00:02 dev eth0 nud permanent
	record half-open.pcap
	c curl -s --max-time 4 http://192.0.2.99/ || true
	recorded
}

# rst: curl nginx /usr/bin/python3
capture_rst() {
	network
	web_server
	record rst.pcap
	c curl -s http://192.0.2.2:81/ || true
	c /usr/bin/python3 "$programs/abort.py" 192.0.2.2 80
	recorded
}


# half-closed: socat
capture_half_closed() {
	network
	serve socat -t10 TCP-LISTEN:7000,reuseaddr SYSTEM:'cat; sleep 2; echo bye'
	listening 7000
	record half-closed.pcap
	echo hello | c socat -t5 - TCP:192.0.2.2:7000
	recorded
}

# tcp-keepalive: socat
capture_tcp_keepalive() {
	network
	serve socat -t10 TCP-LISTEN:7000,reuseaddr SYSTEM:'sleep 4; echo late'
	listening 7000
	record tcp-keepalive.pcap
	c socat -u TCP:192.0.2.2:7000,keepalive,keepidle=1,keepintvl=1 STDOUT
	recorded
}

# cooked: curl nginx
capture_cooked() {
	network
	web_server
	record cooked-sll.pcap -i any -y LINUX_SLL
	record cooked-sll2.pcap -i any -y LINUX_SLL2
	get http://192.0.2.2/
	c ping -q -c 1 2001:db8::2
	recorded
}

# jumbo: curl nginx
capture_jumbo() {
	network
	c ip link set eth0 mtu 9000
	s ip link set eth0 mtu 9000
	web_server
	record jumbo.pcap
	get http://192.0.2.2/25000
	recorded
}

# multicast: /usr/bin/python3
capture_multicast() {
	network
	record multicast.pcap
	c /usr/bin/python3 "$programs/multicast.py"
	recorded
}

# one capture in all the formats that a file can have
# formats: curl nginx editcap gzip zstd xz bzip2 lz4 /usr/bin/python3
capture_formats() {
	network
	web_server
	record format.pcap
	get http://192.0.2.2/
	c ping -q -c 1 2001:db8::2
	recorded
	local f=$here/format
	editcap -F pcapng $f.pcap $f.pcapng
	editcap -F nsecpcap $f.pcap $f-nanoseconds.pcap
	editcap -F modpcap $f.pcap $f-kuznetzov.pcap
	/usr/bin/python3 "$programs/big_endian.py" <$f.pcap >$f-big-endian.pcap
	gzip -9nc $f.pcap >$f.pcap.gz
	zstd -19qc $f.pcap >$f.pcap.zst
	xz -9c $f.pcap >$f.pcap.xz
	bzip2 -9c $f.pcap >$f.pcap.bz2
	lz4 -9qc $f.pcap >$f.pcap.lz4
}
