# names.sh - captures of DNS and multicast DNS. Part of make.sh.

# name_server starts unbound with a small zone.
name_server() {
	local text
	text=$(head -c 200 /dev/zero | tr '\0' x)
	cat >unbound.conf <<-EOF
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
		  num-threads: 1
		  module-config: "iterator"
		  local-zone: "example." static
		  local-data: "example. 3600 IN SOA ns.example. root.example. 7 3600 600 86400 300"
		  local-data: "example. 3600 IN NS ns.example."
		  local-data: "example. 3600 IN MX 10 mail.example."
		  local-data: "ns.example. 3600 IN A 192.0.2.2"
		  local-data: "www.example. 3600 IN A 192.0.2.80"
		  local-data: "www.example. 3600 IN A 192.0.2.81"
		  local-data: "www.example. 3600 IN AAAA 2001:db8::80"
		  local-data: "www.example. 3600 IN HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.80"
		  local-data: "alias.example. 60 IN CNAME www.example."
		  local-data: 'example. 60 IN CAA 0 issue "ca.example"'
		  local-data: "_sip._tcp.example. 60 IN SRV 1 2 5060 sip.example."
		  local-data: 'text.example. 60 IN TXT "v=spf1 -all" "second"'
		  local-data: "key.example. 60 IN DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=="
		  local-data: "key.example. 60 IN DS 12345 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"
		  local-data: "host.example. 60 IN SSHFP 4 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"
		  local-data: "_443._tcp.www.example. 60 IN TLSA 3 1 1 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"
		  local-data: 'f.example. 60 IN NAPTR 100 10 "U" "E2U+sip" "!^.*\$!sip:info@example!" .'
		  local-data-ptr: "192.0.2.80 60 www.example"
		$(for i in $(seq 12); do echo "  local-data: 'large.example. 60 IN TXT \"$i $text\"'"; done)
	EOF
	serve unbound -d -c "$work/unbound.conf"
	listening 53 udp
}

# dns: dig unbound
capture_dns() {
	network
	name_server
	record dns.pcap
	local q
	for q in 'www.example A' 'www.example AAAA' 'example MX' 'example NS' 'example SOA' 'text.example TXT' \
		'_sip._tcp.example SRV' 'www.example HTTPS' 'alias.example A' 'example CAA' 'host.example SSHFP' \
		'_443._tcp.www.example TLSA' 'f.example NAPTR' 'nothing.example A' 'text.example A' 'WWW.eXample A' \
		'www.example ANY' 'version.bind CH TXT'; do
		c dig @192.0.2.2 $q +tries=1 +time=2 || true
	done
	c dig @192.0.2.2 -x 192.0.2.80 +noedns
	c dig @192.0.2.2 key.example DNSKEY +dnssec +cookie=0102030405060708 +subnet=198.51.100.0/24
	c dig @192.0.2.2 key.example DS +cd +nsid
	c dig @2001:db8::2 www.example AAAA
	recorded
}

# dns-tcp: dig unbound
capture_dns_tcp() {
	network
	name_server
	record dns-tcp.pcap
	c dig @192.0.2.2 large.example TXT +bufsize=512
	c dig @192.0.2.2 +tcp +keepopen www.example A text.example TXT
	recorded
}

# dns-over-tls: dig unbound openssl
capture_dns_over_tls() {
	network
	certificates
	name_server
	cat >>unbound.conf <<-EOF
		  interface: 192.0.2.2@853
		  tls-service-key: "$work/server-rsa.key"
		  tls-service-pem: "$work/server-rsa.pem"
	EOF
	kill "${started[@]}"
	sleep 1
	serve unbound -d -c "$work/unbound.conf"
	listening 853
	record dns-over-tls.pcap
	c dig @192.0.2.2 +tls www.example A
	recorded
}

# The server runs Avahi; the client is a script, because a second Avahi would need a D-Bus of its own.
# mdns: avahi-daemon /usr/bin/python3
capture_mdns() {
	network
	c ip route add 224.0.0.0/4 dev eth0
	s ip route add 224.0.0.0/4 dev eth0
	mkdir services
	cat >avahi.conf <<-EOF
		[server]
		host-name=printer
		allow-interfaces=eth0
		enable-dbus=no
		use-ipv6=no
		[publish]
		publish-workstation=yes
		publish-hinfo=yes
		[rlimits]
	EOF
	record mdns.pcap
	serve unshare -m sh -c "mount -t tmpfs run /run && mkdir -p /run/avahi-daemon && mount --bind $programs/avahi /etc/avahi/services && exec avahi-daemon --no-drop-root --no-chroot -f $work/avahi.conf"
	sleep 3
	c /usr/bin/python3 "$programs/mdns.py"
	recorded 1
}
