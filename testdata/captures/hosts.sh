# hosts.sh - captures of what hosts ask for when they start: time, management. Part of make.sh.

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
