# dhcp.sh - captures of DHCP and DHCPv6. Part of make.sh.

# dhcp_server starts dhcpd: dhcp_server -4|-6 and reads its configuration.
dhcp_server() {
	cat >dhcpd.conf
	touch leases
	serve dhcpd -f "$1" -cf "$work/dhcpd.conf" -lf "$work/leases" -pf "$work/dhcpd.pid" eth0
	sleep 1
}

# quiet_script stands for dhclient-script: it sets nothing on this machine.
quiet_script() {
	printf '#!/bin/sh\nexit 0\n' >script
	chmod 755 script
}

# dhcp: dhcpd dhclient
capture_dhcp() {
	network
	c ip addr flush dev eth0
	c ip addr add 192.0.2.77/32 dev eth0
	quiet_script
	dhcp_server -4 <<-EOF
		default-lease-time 600; max-lease-time 600; authoritative;
		option domain-name "example.org"; option domain-name-servers 192.0.2.53, 192.0.2.54;
		option classless-routes code 121 = array of unsigned integer 8;
		subnet 192.0.2.0 netmask 255.255.255.0 {
			range 192.0.2.100 192.0.2.110; option routers 192.0.2.2; option ntp-servers 192.0.2.123;
			option classless-routes 24, 198, 51, 100, 192, 0, 2, 2; filename "boot.img"; next-server 192.0.2.2;
		}
	EOF
	cat >dhclient.conf <<-EOF
		send host-name "laptop"; send vendor-class-identifier "example-client 1.0";
		send dhcp-client-identifier 1:02:00:00:00:00:01;
		request subnet-mask, routers, domain-name, domain-name-servers, ntp-servers, host-name;
	EOF
	record dhcp.pcap
	local do
	for do in '' -r; do
		c timeout 20 dhclient $do -1 -v -cf dhclient.conf -lf "$work/client.leases" -pf "$work/dhclient.pid" -sf "$work/script" eth0
		sleep 0.5
	done
	cat >dhclient.conf <<-EOF
		send dhcp-requested-address 198.51.100.9; send fqdn.fqdn "laptop.example.org"; send fqdn.encoded on;
	EOF
	rm -f client.leases
	c timeout 20 dhclient -1 -v -cf dhclient.conf -lf "$work/client.leases" -pf "$work/dhclient.pid" -sf "$work/script" eth0 || true # refused
	recorded
}

# dhcpv6: dhcpd dhclient
capture_dhcpv6() {
	network
	c ip addr add fe80::1/64 dev eth0 nodad
	s ip addr add fe80::2/64 dev eth0 nodad
	quiet_script
	dhcp_server -6 <<-EOF
		default-lease-time 600;
		subnet6 2001:db8::/64 {
			range6 2001:db8::100 2001:db8::110; prefix6 2001:db8:100:: 2001:db8:f00:: /56;
			option dhcp6.name-servers 2001:db8::53; option dhcp6.domain-search "example.org";
		}
	EOF
	echo 'send fqdn.fqdn "laptop6.example.org."; also request dhcp6.sntp-servers;' >dhclient.conf
	record dhcpv6.pcap
	local do
	for do in '' -r; do
		c timeout 30 dhclient -6 -P -N $do -1 -v -cf dhclient.conf -lf "$work/client.leases" -pf "$work/dhclient.pid" -sf "$work/script" eth0 || true
		sleep 0.5
	done
	c timeout 30 dhclient -6 -S -1 -v -cf dhclient.conf -lf "$work/client2.leases" -pf "$work/dhclient2.pid" -sf "$work/script" eth0 || true
	recorded
}

# kea starts Kea's server of version 4 or 6 and reads the options of its subnet, lines of JSON: kea 4|6
kea() {
	local subnet='"subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.100-192.0.2.110"}]'
	[ "$1" = 4 ] || subnet='"subnet": "2001:db8::/64", "interface": "eth0", "pools": [{"pool": "2001:db8::100-2001:db8::1ff"}],
		"rapid-commit": true, "pd-pools": [{"prefix": "2001:db8:100::", "prefix-len": 40, "delegated-len": 56}]'
	local id='"server-id": {"type": "EN", "enterprise-id": 9, "identifier": "0123456789", "persist": false}, "preferred-lifetime": 400,'
	[ "$1" = 6 ] || id=''
	cat >kea.json <<-EOF
		{"Dhcp$1": {
			"interfaces-config": {"interfaces": ["eth0"]}, $id "valid-lifetime": 600,
			"lease-database": {"type": "memfile", "persist": false},
			"subnet$1": [{$subnet, $(cat)}],
			"loggers": [{"name": "kea-dhcp$1", "severity": "INFO", "output_options": [{"output": "stdout"}]}]
		}}
	EOF
	KEA_PIDFILE_DIR=$work KEA_LOCKFILE_DIR=$work KEA_LOGGER_DESTINATION=stdout serve "kea-dhcp$1" -c "$work/kea.json"
	listening $([ "$1" = 4 ] && echo 67 || echo 547) udp
	sleep 2
}

# unnumbered takes the client's addresses of version 4 away.
unnumbered() {
	c ip addr flush dev eth0
	c ip addr add 192.0.2.77/32 dev eth0
	quiet_script
}

# link_local gives both ends addresses for DHCPv6.
link_local() {
	c ip addr add fe80::1/64 dev eth0 nodad
	s ip addr add fe80::2/64 dev eth0 nodad
	quiet_script
}

# asks runs dhclient with the configuration that it reads, for $seconds at most: asks OPTION...
asks() {
	cat >dhclient.conf
	c timeout "${seconds:-30}" dhclient -1 -v -cf dhclient.conf -lf "$work/client.leases" -pf "$work/dhclient.pid" -sf "$work/script" "$@" eth0 || true
	[ -s dhclient.pid ] && kill "$(<dhclient.pid)" || true
}

# udhcp runs busybox's client for some seconds: udhcp SECONDS OPTION...
udhcp() {
	local seconds=$1
	shift
	c timeout "$seconds" busybox udhcpc -i eth0 -f -t 3 -T 1 -A 1 -s "$work/script" "$@" || true
}

# dhcpcd_for runs dhcpcd with the configuration that it reads, without touching this machine: dhcpcd_for SECONDS OPTION...
dhcpcd_for() {
	local seconds=$1
	shift
	cat >dhcpcd.conf
	c timeout "$seconds" unshare -m sh -c 'mount -t tmpfs x /var/lib/dhcpcd && mount -t tmpfs x /run && exec dhcpcd "$@"' - \
		-f "$work/dhcpcd.conf" -c "$work/script" -B -d "$@" eth0 || true
}

# Long options in several parts, classless routes, vendor options, and clients that decline, release and inform.
# dhcp-kea: kea-dhcp4 busybox dhcpcd
capture_dhcp_kea() {
	network
	unnumbered
	local long
	long=$(printf 'department-%d.example.org, ' $(seq 30))
	kea 4 <<-EOF
		"option-data": [
			{"name": "routers", "data": "192.0.2.2"}, {"name": "domain-name-servers", "data": "192.0.2.53, 192.0.2.54"},
			{"name": "domain-search", "data": "${long%, }"},
			{"code": 121, "csv-format": false, "data": "18C63364C00002020AC0000202", "always-send": true},
			{"code": 43, "csv-format": false, "data": "01040A0000010203616263", "always-send": true},
			{"code": 66, "data": "tftp.example.org", "always-send": true}, {"code": 67, "data": "pxelinux.0", "always-send": true},
			{"name": "ntp-servers", "data": "192.0.2.123"}, {"name": "interface-mtu", "data": "1400"},
			{"name": "vivso-suboptions", "data": "4491", "always-send": true},
			{"code": 77, "space": "vendor-4491", "csv-format": false, "data": "616263", "always-send": true}
		], "next-server": "192.0.2.3", "server-hostname": "boot.example.org"
	EOF
	record dhcp-kea.pcap
	udhcp 4 -R -x hostname:box -F box.example.org -V 'busybox 1.0' -x 0x3d:0104030201 -O staticroutes -O 42 -O 66 -O 67
	s ip addr add 192.0.2.101/24 dev eth0
	s ip addr add 192.0.2.102/24 dev eth0
	udhcp 6 -a -n -q -r 192.0.2.101 -x 0x4d:0375736572
	dhcpcd_for 15 -4 -1 <<-EOF
		hostname cpcd
		fqdn both
		vendorclassid "dhcpcd test"
		vendclass 9 "a class of cisco"
		userclass staff
		vendor 1,192.168.0.2
		option domain_search, classless_static_routes, rapid_commit
		noarp
	EOF
	c ip addr replace 192.0.2.90/24 dev eth0
	dhcpcd_for 8 -4 -1 --inform 192.0.2.90/24 <<<'option ntp_servers'
	recorded
}

# More options than fit, so that file and sname hold some; PXE, with a server at port 4011; a query for leases.
# dhcp-overload: dhcpd dhclient /usr/bin/python3
capture_dhcp_overload() {
	network
	unnumbered
	local n
	dhcp_server -4 <<-EOF
		authoritative; default-lease-time 600; max-lease-time 600; allow leasequery;
		option space pxe; option pxe.discovery code 6 = unsigned integer 8; option pxe.menu code 9 = text;
		$(for n in $(seq 10); do echo "option long$n code $((223 + n)) = text;"; done)
		subnet 192.0.2.0 netmask 255.255.255.0 {
			range 192.0.2.100 192.0.2.110; option routers 192.0.2.2;
			$(for n in $(seq 10); do echo "option long$n \"$n is an option of some length, of which there are too many here\";"; done)
			if substring(option vendor-class-identifier, 0, 9) = "PXEClient" {
				option vendor-class-identifier "PXEClient"; vendor-option-space pxe; option pxe.discovery 8;
				option pxe.menu "a menu"; filename "pxelinux.0"; server-name "boot.example.org"; next-server 192.0.2.2;
			}
		}
	EOF
	record dhcp-overload.pcap
	asks <<-EOF
		send dhcp-max-message-size 590; send host-name "much";
		$(for n in $(seq 10); do echo "option long$n code $((223 + n)) = text;"; done)
		request subnet-mask, routers$(printf ', long%d' $(seq 10));
	EOF
	rm -f client.leases
	asks <<-EOF
		option arch code 93 = unsigned integer 16; option undi code 94 = { integer 8, integer 8, integer 8 }; option uuid code 97 = string;
		send vendor-class-identifier "PXEClient:Arch:00007:UNDI:003016"; send arch 7; send undi 1 3 16; send user-class "iPXE";
		send uuid 00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10;
		also request vendor-encapsulated-options, tftp-server-name, bootfile-name;
	EOF
	c ip addr replace 192.0.2.1/24 dev eth0
	c ip addr flush dev eth0 to 192.0.2.77
	c /usr/bin/python3 "$programs/leasequery.py" 4 192.0.2.1 192.0.2.2 192.0.2.100
	recorded
}

# PXE with a proxy at port 4011, and rapid commit.
# dhcp-dnsmasq: dnsmasq busybox dhclient /usr/bin/python3
capture_dhcp_dnsmasq() {
	network
	unnumbered
	serve dnsmasq -k --no-ping -C /dev/null -p 0 -i eth0 --bind-dynamic --dhcp-leasefile="$work/leases" --user=root --pid-file= \
		--dhcp-range=192.0.2.100,192.0.2.110,1h --dhcp-rapid-commit --dhcp-option=option:domain-search,example.org,example.net \
		--dhcp-option=vendor:PXEClient,1,0.0.0.0 --dhcp-option=encap:175,190,text --dhcp-option=vi-encap:2,10,vendor-text \
		--pxe-service=x86-64_EFI,"Boot this",image --pxe-prompt="Press F8",3 --dhcp-fqdn --domain=example.org \
		--dhcp-boot=tag:known,boot.img,srv,192.0.2.2 --log-dhcp
	sleep 1
	record dhcp-dnsmasq.pcap
	udhcp 4 -R -x hostname:masq -x 0x50: -O search -O 125
	udhcp 3 -q -x hostname:pxe -V PXEClient:Arch:00007:UNDI:003016 -x 0x5d:0007 -x 0x5e:010310 -O 43 -O 60
	c ip addr replace 192.0.2.1/24 dev eth0
	c /usr/bin/python3 "$programs/leasequery.py" pxe 192.0.2.1 192.0.2.2 192.0.2.1
	recorded
}

# A relay agent that adds option 82, seen at both its interfaces.
# dhcp-relay: dhcpd dhclient dhcrelay busybox
capture_dhcp_relay() {
	routed
	unnumbered
	dhcp_server -4 <<-EOF
		authoritative; default-lease-time 600;
		subnet 198.51.100.0 netmask 255.255.255.0 { }
		subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.100 192.0.2.110; option routers 192.0.2.254; }
	EOF
	serve_at joy-router dhcrelay -d -4 -a -m append -i eth0 -i eth1 -pf "$work/relay.pid" 198.51.100.2
	sleep 1
	tap=joy-router record dhcp-relay.pcap -i any
	udhcp 4 -R -x hostname:far
	asks <<<'send host-name "farther"; send agent.circuit-id "spoofed";'
	asks -r <<<'send host-name "farther";'
	recorded
}

# Prefixes, rapid commit, and clients that release, decline, confirm and only want information.
# dhcpv6-kea: kea-dhcp6 dhclient dhcpcd
capture_dhcpv6_kea() {
	network
	link_local
	kea 6 <<-EOF
		"option-data": [
			{"name": "dns-servers", "data": "2001:db8::53, 2001:db8::54"}, {"name": "domain-search", "data": "example.org, example.net"},
			{"name": "sntp-servers", "data": "2001:db8::123"}, {"name": "preference", "data": "255"},
			{"name": "bootfile-url", "data": "http://[2001:db8::2]/boot", "always-send": true},
			{"name": "vendor-opts", "data": "4491", "always-send": true},
			{"code": 1001, "space": "vendor-4491", "csv-format": false, "data": "20010DB8", "always-send": true}
		]
	EOF
	record dhcpv6-kea.pcap
	asks -6 -N -P -D LLT <<<'send fqdn.fqdn "six.example.org."; option dhcp6.vclass code 16 = string; send dhcp6.vclass 0:0:11:8b:0:5:63:6c:61:73:73; also request dhcp6.bootfile-url;' 
	asks -6 -N -P -D LLT <<<'send fqdn.fqdn "six.example.org.";' # which confirms
	asks -6 -N -P -r <<<''
	rm client.leases
	printf '#!/bin/sh\ncase $reason in BOUND6) exit 3;; esac\n' >script # the address is in use
	seconds=3 asks -6 -N -D LL <<<''
	quiet_script
	rm -f client.leases
	asks -6 -S -D LL <<<'option dhcp6.uclass code 15 = string; send dhcp6.uclass 0:4:75:73:65:72; also request dhcp6.sntp-servers;'
	dhcpcd_for 12 -6 -1 <<-EOF
		duid
		option dhcp6_rapid_commit
		option dhcp6_name_servers
		ia_na 1
		ia_pd 2/::/60 eth0/0
		ia_ta 3
		fqdn both
		hostname cpcd6
		noipv6rs
	EOF
	recorded
}

# A relay agent seen at both its interfaces, one behind another, queries for leases, and what a server may send on its own.
# dhcpv6-relay: dhcpd dhclient dhcrelay /usr/bin/python3
capture_dhcpv6_relay() {
	routed
	quiet_script
	c ip addr add fe80::1/64 dev eth0 nodad
	r ip addr add fe80::fe/64 dev eth0 nodad
	r ip addr add fe80::1:fe/64 dev eth1 nodad
	s ip addr add fe80::2/64 dev eth0 nodad
	dhcp_server -6 <<-EOF
		default-lease-time 600; allow leasequery;
		subnet6 2001:db8:1::/64 { }
		subnet6 2001:db8::/64 { range6 2001:db8::100 2001:db8::110; option dhcp6.name-servers 2001:db8::53; }
	EOF
	serve_at joy-router dhcrelay -d -6 -I -pf "$work/relay.pid" -l eth0 -u 2001:db8:1::2%eth1
	sleep 1
	tap=joy-router record dhcpv6-relay.pcap -i any
	asks -6 -N -D LL <<<''
	asks -6 -N -r <<<''
	c /usr/bin/python3 "$programs/leasequery.py" 6 2001:db8::1 2001:db8:1::2 2001:db8::100
	recorded
}
