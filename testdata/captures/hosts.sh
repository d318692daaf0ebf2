# hosts.sh - captures of what hosts ask for when they start: addresses, time, management. Part of make.sh.

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

# ntp: chronyd ntpdate
capture_ntp() {
	network
	cat >chrony.conf <<-EOF
		local stratum 5
		allow
		pidfile $work/chrony.pid
		bindcmdaddress /
		cmdport 0
		driftfile $work/drift
	EOF
	serve chronyd -x -n -u root -f "$work/chrony.conf"
	listening 123 udp
	sleep 2
	record ntp.pcap
	c ntpdate -q -p 2 192.0.2.2 || true
	cat >client.conf <<-EOF
		server 192.0.2.2 iburst
		server 2001:db8::2 iburst xleave
		pidfile $work/client.pid
		bindcmdaddress /
		cmdport 0
	EOF
	c timeout 10 chronyd -x -Q -u root -f "$work/client.conf" || true
	recorded
}

# snmp: snmpd snmpget snmpwalk snmptrap
capture_snmp() {
	network
	mkdir state
	cat >snmpd.conf <<-EOF
		agentAddress udp:161
		rocommunity public
		sysLocation "the cellar"
		createUser alice SHA "password12" AES "password34"
		rouser alice
	EOF
	SNMP_PERSISTENT_DIR=$work/state serve snmpd -f -C -c "$work/snmpd.conf" -Lf "$work/snmp.log" -p "$work/snmpd.pid"
	listening 161 udp
	export SNMP_PERSISTENT_DIR=$work/state
	record snmp.pcap
	c snmpget -v1 -c public -On 192.0.2.2 .1.3.6.1.2.1.1.6.0
	c snmpget -v2c -c public -On 192.0.2.2 .1.3.6.1.2.1.1.3.0 .1.3.6.1.2.1.1.5.0
	c snmpwalk -v2c -c public -On 192.0.2.2 .1.3.6.1.2.1.2.2.1.2 || true
	c snmpbulkget -v2c -c public -On 192.0.2.2 .1.3.6.1.2.1.1
	c snmpget -v2c -c wrong -On -r 0 192.0.2.2 .1.3.6.1.2.1.1.6.0 || true
	c snmpget -v3 -l authPriv -u alice -a SHA -A password12 -x AES -X password34 -On 192.0.2.2 .1.3.6.1.2.1.1.6.0
	c snmptrap -v2c -c public 192.0.2.2 '' .1.3.6.1.6.3.1.1.5.3 .1.3.6.1.2.1.2.2.1.1.1 i 1 || true
	recorded
}

# syslog: logger socat
capture_syslog() {
	network
	serve socat -u TCP-LISTEN:514,reuseaddr,fork OPEN:/dev/null
	listening 514
	record syslog.pcap
	c logger -n 192.0.2.2 -P 514 -d -t sshd -p auth.info --rfc3164 'Accepted publickey for alice'
	c logger -n 192.0.2.2 -P 514 -d -t cron -p cron.err --rfc5424 --sd-id zoo@123 --sd-param 'tiger="hungry"' 'a job failed'
	c logger -n 192.0.2.2 -P 514 -T -t app --octet-count 'over TCP, counted'
	c logger -n 192.0.2.2 -P 514 -T -t app 'over TCP'
	recorded
}

# radius: freeradius radclient
capture_radius() {
	network
	mkdir raddb
	cat >raddb/users <<-EOF
		alice Cleartext-Password := "secret"
		  Reply-Message = "Hello",
		  Framed-IP-Address = 192.0.2.200
	EOF
	cat >raddb/radiusd.conf <<-EOF
		libdir = /usr/lib/freeradius
		raddbdir = $work/raddb
		run_dir = $work
		logdir = $work
		pidfile = $work/radius.pid
		modules {
			pap { }
			chap { }
			always ok {
				rcode = ok
			}
			files {
				usersfile = $work/raddb/users
			}
		}
		client test {
			ipaddr = 192.0.2.0/24
			secret = testing123
		}
		server default {
			listen {
				type = auth
				ipaddr = *
				port = 1812
			}
			listen {
				type = acct
				ipaddr = *
				port = 1813
			}
			authorize {
				files
				chap
				pap
			}
			authenticate {
				Auth-Type PAP {
					pap
				}
				Auth-Type CHAP {
					chap
				}
			}
			accounting {
				ok
			}
		}
	EOF
	serve freeradius -f -l stdout -d "$work/raddb"
	listening 1812 udp
	record radius.pcap
	local password
	for password in secret wrong; do
		echo "User-Name=alice,User-Password=$password,NAS-IP-Address=192.0.2.1,NAS-Port=7,Calling-Station-Id=02-00-00-00-00-01,Called-Station-Id=ap:ssid" |
			c radclient -x -r 1 192.0.2.2:1812 auth testing123 || true
	done
	echo 'User-Name=alice,CHAP-Password=secret,NAS-Identifier=nas.example' | c radclient -r 1 192.0.2.2:1812 auth testing123 || true
	echo 'User-Name=alice,Acct-Status-Type=Start,Acct-Session-Id=0001,NAS-IP-Address=192.0.2.1' |
		c radclient -x -r 1 192.0.2.2:1813 acct testing123 || true
	recorded
}
