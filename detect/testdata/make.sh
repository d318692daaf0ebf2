#!/bin/bash
# make.sh - makes the captures of this folder with real programs.
#
#   ./make.sh                 all captures (about ten minutes)
#   ./make.sh NAME...         only these
#   ./make.sh --list          the names, each with the programs that it needs
#   OUT=DIR ./make.sh ...     to another folder: those of evaluation.sh, which are large, only there
#
# It needs root, bash, iproute2, ethtool and tcpdump, and what --list says; it installs nothing. A capture whose programs
# are missing is left as it is, and said so. As Debian 12 packages:
#
#   tcpdump ethtool nmap masscan zmap hydra medusa ncrack iodine dns2tcp ncat hping3 curl nginx-light openssh-server
#   openssh-client vsftpd bind9-dnsutils dnsmasq-base openssl inetutils-telnetd telnet socat git python3
#
# The network: detect-a (10.20.0.2) and detect-b (10.20.0.3) inside, detect-router, and detect-out (198.51.100.2 and
# others) outside. Nothing leaves these namespaces. tcpdump runs at the router, on the inside. 10.20.1.0/24 is routed to
# nowhere: those hosts never answer. Programs that were started are ended by their process ids.
#
# One function makes one capture: capture_NAME, with a line "# NAME: programs" before it.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here}
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY no_proxy
scripts=("$here/make.sh" "$here/evaluation.sh")

say() { echo "make.sh: $*" >&2; }
a() { ip netns exec detect-a "$@"; }
b() { ip netns exec detect-b "$@"; }
r() { ip netns exec detect-router "$@"; }
o() { ip netns exec detect-out "$@"; }

link() { # HOST IF MAC [MTU]: joins a host to the router
	ip link add detv0 type veth peer name detv1
	ip link set detv0 netns "$1" name eth0 address "$3"
	ip link set detv1 netns detect-router name "$2"
	ip netns exec "$1" ip link set lo up
	local where
	for where in "$1 eth0" "detect-router $2"; do
		set -- $where
		ip netns exec "$1" ip link set "$2" mtu "${mtu:-1500}" addrgenmode none
		ip netns exec "$1" ethtool -K "$2" tx off rx off sg off tso off gso off gro off >/dev/null 2>&1
		ip netns exec "$1" ip link set "$2" up
	done
}

network() {
	local name
	for name in a b router out; do
		ip netns add detect-$name
		ip netns exec detect-$name sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 \
			net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.ping_group_range="0 0"
	done
	link detect-a in0 02:00:00:00:00:0a
	link detect-b in1 02:00:00:00:00:0b
	link detect-out out 02:00:00:00:00:99
	r ip link set lo up
	r ip link add br0 type bridge
	r ip link set br0 address 02:00:00:00:00:01 mtu "${mtu:-1500}"
	r ip link set in0 master br0
	r ip link set in1 master br0
	r ip link set br0 up
	r sysctl -qw net.ipv4.ip_forward=1
	r ip addr add 10.20.0.1/24 dev br0
	r ip addr add 198.51.100.1/24 dev out
	r ip route add blackhole 10.20.1.0/24
	a ip addr add 10.20.0.2/24 dev eth0
	b ip addr add 10.20.0.3/24 dev eth0
	o ip addr add 198.51.100.2/24 dev eth0
	o ip addr add 198.51.100.3/24 dev eth0
	o ip addr add 198.51.100.4/24 dev eth0
	a ip route add default via 10.20.0.1
	b ip route add default via 10.20.0.1
	o ip route add default via 198.51.100.1
	mkdir -p /etc/netns/detect-a /etc/netns/detect-b
	echo nameserver 198.51.100.2 | tee /etc/netns/detect-a/resolv.conf >/etc/netns/detect-b/resolv.conf
}

# serve starts a program outside, serve_at one anywhere.
serve() { serve_at detect-out "$@"; }
serve_at() {
	local where=$1
	shift
	ip netns exec "$where" "$@" >>"$work/log" 2>&1 </dev/null &
	started+=($!)
}

# listening waits until a port outside is open, at most ten seconds: listening PORT [t|u [ADDRESSES]]
listening() {
	local n
	for n in $(seq 100); do
		[ "$(o ss -Hln"${2:-t}" "sport = :$1" | wc -l)" -ge "${3:-1}" ] && return
		sleep 0.1
	done
	say "nothing listens on port $1"
	return 1
}

# record starts tcpdump at the router, without ARP.
record() {
	local file=$out/$1
	shift
	r tcpdump -n -U -B 16384 --immediate-mode -Z root -i br0 -w "$file" "${@:-ip}" 2>"$work/tcpdump" </dev/null &
	tcpdump=$!
	local n
	for n in $(seq 100); do
		grep -q listening "$work/tcpdump" && return
		sleep 0.05
	done
	cat "$work/tcpdump" >&2
	return 1
}

recorded() {
	sleep "${1:-1.5}"
	kill "$tcpdump" 2>/dev/null
	wait "$tcpdump" 2>/dev/null
	tcpdump=
}

clean() {
	[ -n "$tcpdump" ] && kill "$tcpdump" 2>/dev/null
	[ ${#started[@]} -gt 0 ] && kill "${started[@]}" 2>/dev/null
	sleep 0.2
	local name
	for name in a b out router; do
		[ -e "/run/netns/detect-$name" ] || continue
		ip netns pids "detect-$name" | xargs -r kill 2>/dev/null
		sleep 0.2
		ip netns pids "detect-$name" | xargs -r kill -9 2>/dev/null
		ip netns del "detect-$name"
	done
	rm -rf "$work" /etc/netns/detect-a /etc/netns/detect-b
	tcpdump= started=()
}

needs() { cat "${scripts[@]}" 2>/dev/null | sed -n "s/^# $1: //p" | head -1; }

# --- Servers outside

# names answers for everything below example.net and example.org, and that nothing else exists.
names() {
	serve dnsmasq -k -C /dev/null --no-resolv --no-hosts --port=53 --bind-interfaces --listen-address=198.51.100.2 \
		--address=/example.net/198.51.100.2 --address=/example.org/198.51.100.3 --address=/com/ --address=/net/ --address=/org/ \
		--address=/info/ --address=/biz/ --pid-file="$work/dnsmasq.pid" --log-facility="$work/dnsmasq.log" --user=root
	listening 53 u
}

certificate() { # NAME DAYS [SUBJECT]
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/$1.key" -out "$work/$1.crt" -days "$2" -subj "${3:-/CN=www.example.net}" 2>/dev/null
}

web() {
	certificate web 30
	mkdir -p "$work/www"
	head -c 20000 /dev/urandom | base64 >"$work/www/page"
	echo hello >"$work/www/index.html"
	printf 'alice:%s\n' "$(openssl passwd -apr1 secret)" >"$work/users"
	cat >"$work/nginx.conf" <<-END
		daemon off;
		pid $work/nginx.pid;
		error_log $work/nginx.log;
		events {}
		http {
			access_log off;
			default_type text/plain;
			server {
				listen 80;
				listen 8088;
				listen 443 ssl;
				ssl_certificate $work/web.crt;
				ssl_certificate_key $work/web.key;
				ssl_protocols TLSv1.2 TLSv1.3;
				root $work/www;
				location /private { auth_basic x; auth_basic_user_file $work/users; try_files /index.html =404; }
			}
		}
	END
	chmod 755 "$work"
	serve nginx -c "$work/nginx.conf"
	listening 443
}

# sshd_on a port; root comes in by a key, nobody by a password.
sshd_on() {
	[ -e "$work/host" ] || ssh-keygen -q -t ed25519 -N '' -f "$work/host"
	[ -e "$work/id" ] || ssh-keygen -q -t ed25519 -N '' -f "$work/id"
	cp "$work/id.pub" "$work/keys"
	chmod 600 "$work/keys"
	mkdir -p /run/sshd
	cat >"$work/sshd.$1" <<-END
		Port $1
		HostKey $work/host
		AuthorizedKeysFile $work/keys
		StrictModes no
		UsePAM no
		PasswordAuthentication yes
		MaxStartups 200
		MaxAuthTries ${2:-6}
		PidFile none
	END
	serve /usr/sbin/sshd -D -e -f "$work/sshd.$1"
	listening "$1"
}

ssh_to() { # HOST PORT COMMAND...: from a
	local host=$1 port=$2
	shift 2
	a ssh -F /dev/null -i "$work/id" -p "$port" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes "root@$host" "$@" </dev/null
}

words() { seq -f 'password%.0f' "$1"; }

# --- Captures

# nmap-syn: nmap nginx openssl
capture_nmap-syn() {
	web
	record nmap-syn.pcap
	a nmap -n -Pn -sS -F --max-retries 1 198.51.100.2 >/dev/null
	recorded
}

# nmap-connect: nmap nginx openssl
capture_nmap-connect() {
	web
	record nmap-connect.pcap
	a nmap -n -Pn -sT -F 198.51.100.2 >/dev/null
	recorded
}

# nmap-fin: nmap
capture_nmap-fin() {
	record nmap-fin.pcap
	a nmap -n -Pn -sF -F --max-retries 1 198.51.100.2 >/dev/null
	recorded
}

# nmap-udp: nmap
capture_nmap-udp() {
	record nmap-udp.pcap
	a nmap -n -Pn -sU --top-ports 40 --max-retries 0 198.51.100.2 >/dev/null
	recorded
}

# nmap-hosts: nmap
capture_nmap-hosts() {
	record nmap-hosts.pcap
	a nmap -n -Pn -sS -p 445 --max-retries 0 10.20.1.0/26 >/dev/null
	recorded
}

# nmap-ping: nmap
capture_nmap-ping() {
	record nmap-ping.pcap
	a nmap -n -sn -PE --max-retries 0 10.20.1.0/26 >/dev/null
	recorded
}

# masscan: masscan
capture_masscan() {
	record masscan.pcap
	a timeout -k 2 -s INT 15 masscan 10.20.1.0/25 -p 80,443 --rate 200 --wait 1 --interface eth0 --source-ip 10.20.0.2 --router-mac 02:00:00:00:00:01 --seed 1 >/dev/null 2>&1
	recorded
}

# zmap: zmap
capture_zmap() {
	record zmap.pcap
	a zmap -q -p 22 -i eth0 -S 10.20.0.2 -G 02:00:00:00:00:01 -B 100K -c 1 -b /dev/null -e 1 10.20.1.0/25 >/dev/null 2>&1
	recorded
}

# hydra-ssh: hydra sshd
capture_hydra-ssh() {
	sshd_on 22
	words 20 >"$work/words"
	record hydra-ssh.pcap
	a hydra -q -l root -P "$work/words" -t 4 198.51.100.2 ssh >/dev/null 2>&1
	recorded
}

# medusa-ssh: medusa sshd
capture_medusa-ssh() {
	sshd_on 22
	words 20 >"$work/words"
	record medusa-ssh.pcap
	a timeout 60 medusa -h 198.51.100.2 -u root -P "$work/words" -M ssh -t 4 >/dev/null 2>&1
	recorded
}

# ncrack-ssh: ncrack sshd
capture_ncrack-ssh() {
	sshd_on 22
	words 22 >"$work/words"
	record ncrack-ssh.pcap
	a timeout 90 ncrack --user root -P "$work/words" -T4 198.51.100.2:22 >/dev/null 2>&1
	recorded
}

# hydra-http: hydra nginx openssl
capture_hydra-http() {
	web
	words 30 >"$work/words"
	record hydra-http.pcap
	a hydra -q -l alice -P "$work/words" -t 4 198.51.100.2 http-get /private >/dev/null 2>&1
	recorded
}

# hydra-ftp: hydra vsftpd
capture_hydra-ftp() {
	cat >"$work/vsftpd.conf" <<-END
		listen=YES
		background=NO
		local_enable=YES
		anonymous_enable=NO
		secure_chroot_dir=$work
		seccomp_sandbox=NO
		pam_service_name=vsftpd
	END
	serve vsftpd "$work/vsftpd.conf"
	listening 21
	words 30 >"$work/words"
	record hydra-ftp.pcap
	a timeout 120 hydra -q -l alice -P "$work/words" -t 8 198.51.100.2 ftp >/dev/null 2>&1
	recorded
}

# iodine: iodine iodined
capture_iodine() {
	serve iodined -f -c -P secret 172.31.9.1 t.example.net
	listening 53 u
	record iodine.pcap
	a timeout 60 iodine -f -r -P secret 198.51.100.2 t.example.net >>"$work/log" 2>&1 &
	for _ in $(seq 40); do a ping -c 1 -W 1 172.31.9.1 >/dev/null 2>&1 && break; sleep 1; done
	head -c 2000 /dev/urandom | a timeout 4 ncat -u 172.31.9.1 9999 >/dev/null 2>&1
	a ping -c 5 -i 0.3 172.31.9.1 >/dev/null 2>&1
	recorded
}

# dns2tcp: dns2tcpd dns2tcpc socat
capture_dns2tcp() {
	printf 'listen = 198.51.100.2\nport = 53\nuser = root\nchroot = /tmp\ndomain = d.example.net\nresources = web:127.0.0.1:7777\n' >"$work/dns2tcpd"
	serve dns2tcpd -F -f "$work/dns2tcpd"
	serve socat tcp-listen:7777,reuseaddr,fork system:"cat > /dev/null"
	listening 53 u
	listening 7777
	o ip link set lo up
	record dns2tcp.pcap
	ip netns exec detect-a dns2tcpc -r web -z d.example.net -l 8888 198.51.100.2 >>"$work/log" 2>&1 &
	started+=($!)
	sleep 2
	head -c 6000 /dev/urandom | a timeout 8 ncat 127.0.0.1 8888 >/dev/null 2>&1
	recorded
}

# beacon: curl nginx openssl
capture_beacon() {
	names
	web
	record beacon.pcap port 443
	local i
	for i in $(seq 14); do
		a curl -sk --tls-max 1.3 https://www.example.net/ >/dev/null
		sleep "$(awk -v s="$i" 'BEGIN { srand(s * 7919); print 9 + 3 * rand() }')"
	done
	recorded
}

# odd-ports: sshd ncat nginx openssl curl
capture_odd-ports() {
	web
	sshd_on 8080
	serve ncat -l -k -p 22 -e /bin/cat 198.51.100.3
	sshd_on 53
	record odd-ports.pcap
	ssh_to 198.51.100.2 8080 true
	ssh_to 198.51.100.2 53 true
	a curl -sk https://198.51.100.2/ >/dev/null
	recorded
}

# ncat: ncat nginx openssl curl
capture_ncat() {
	certificate web 30
	serve ncat -l -k 198.51.100.3 443 -c 'echo ready; cat'
	serve openssl s_server -quiet -accept 198.51.100.2:443 -key "$work/web.key" -cert "$work/web.crt" -www
	listening 443 t 2
	record ncat.pcap
	(printf 'uname -a\nid\n'; sleep 1) | a timeout 3 ncat 198.51.100.3 443 >/dev/null
	a curl -sk https://198.51.100.2/ >/dev/null
	recorded
}

# telnet: telnet telnetd
capture_telnet() {
	serve socat tcp-listen:23,reuseaddr,fork exec:"/usr/sbin/telnetd -h"
	listening 23
	record telnet.pcap
	(sleep 1; printf 'alice\r'; sleep 1; printf 'secret\r'; sleep 1) | a timeout 5 telnet 198.51.100.2 >/dev/null 2>&1
	recorded
}

# certificates: openssl curl
capture_certificates() {
	certificate self 30 /CN=self.example.net
	certificate old 1 "/O=Example CA/CN=Example CA"
	openssl req -new -newkey rsa:2048 -nodes -keyout "$work/leaf.key" -out "$work/leaf.csr" -subj /CN=old.example.net 2>/dev/null
	mkdir "$work/ca" && touch "$work/ca/index" && echo 01 >"$work/ca/serial"
	printf '[ca]\ndefault_ca=x\n[x]\ndatabase=%s/index\nserial=%s/serial\nnew_certs_dir=%s\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' \
		"$work/ca" "$work/ca" "$work/ca" >"$work/ca.conf"
	openssl ca -batch -config "$work/ca.conf" -cert "$work/old.crt" -keyfile "$work/old.key" -in "$work/leaf.csr" -out "$work/leaf.crt" \
		-startdate 20200101000000Z -enddate 20210101000000Z >>"$work/log" 2>&1
	serve openssl s_server -quiet -accept 198.51.100.2:443 -key "$work/self.key" -cert "$work/self.crt" -www
	serve openssl s_server -quiet -accept 198.51.100.3:443 -key "$work/leaf.key" -cert "$work/leaf.crt" -www
	listening 443 t 2
	record certificates.pcap
	a curl -sk --tls-max 1.2 --resolve self.example.net:443:198.51.100.2 https://self.example.net/ >/dev/null
	a curl -sk --tls-max 1.2 --resolve old.example.net:443:198.51.100.3 https://old.example.net/ >/dev/null
	recorded
}

# upload: ncat socat
capture_upload() {
	serve socat -u tcp-listen:8443,reuseaddr,fork open:/dev/null
	listening 8443
	record upload.pcap -s 80 ip
	head -c 22000000 /dev/zero | a ncat --send-only 198.51.100.2 8443
	recorded
	gzip -9nf "$out/upload.pcap"
}

# flood: hping3 nginx openssl
capture_flood() {
	web
	r ip route add blackhole 0.0.0.0/1
	r ip route add blackhole 128.0.0.0/1
	record flood.pcap
	b hping3 -q -S -p 80 --rand-source -c 150 -i u5000 198.51.100.2 >/dev/null 2>&1
	recorded
}

# spoof: hping3 curl nginx openssl
capture_spoof() {
	web
	record spoof.pcap
	local i
	for i in 1 2 3; do
		a curl -s http://198.51.100.2/ >/dev/null
		b hping3 -q -S -p 80 -a 10.20.0.2 -c 2 -i u50000 198.51.100.2 >/dev/null 2>&1
		b hping3 -q -S -p 80 -a 127.0.0.5 -c 1 198.51.100.2 >/dev/null 2>&1
	done
	a curl -s http://198.51.100.2/ >/dev/null
	recorded
}

# dga: dig dnsmasq
capture_dga() {
	names
	record dga.pcap
	local i tld
	for i in $(seq 40); do
		tld=$(echo com net org info biz | cut -d' ' -f$((i % 5 + 1)))
		a dig +tries=1 +time=1 "$(echo "2026-12-01 $i" | sha256sum | tr -d ' -' | tr 0-9 g-p | cut -c1-$((10 + i % 6))).$tld" >/dev/null
	done
	recorded
}

# quiet: curl nginx openssl sshd dig dnsmasq
capture_quiet() {
	names
	web
	sshd_on 22
	record quiet.pcap
	local i
	for i in $(seq 12); do
		a dig +short "www$((i % 4)).example.net" >/dev/null
		a curl -s "http://www.example.net/index.html" >/dev/null
		b curl -sk "https://www.example.org/" >/dev/null
		a dig +short "mistyped$i.exmaple.com" >/dev/null
		sleep "$(awk -v s="$i" 'BEGIN { srand(s * 104729); x = rand(); print -log(1 - x) * 2 }')"
	done
	for i in $(seq 3); do ssh_to 198.51.100.2 22 uptime >/dev/null; done
	a ping -c 3 -i 0.3 198.51.100.2 >/dev/null
	a curl -s --connect-timeout 1 http://10.20.1.9/ >/dev/null
	recorded
}

[ -e "$here/evaluation.sh" ] && . "$here/evaluation.sh"

# all are those that are committed.
all() { sed -n 's/^capture_\([a-z0-9-]*\)().*/\1/p' "$here/make.sh"; }

main() {
	if [ "${1:-}" = --list ]; then
		cat "${scripts[@]}" 2>/dev/null | sed -n 's/^# \([a-z0-9-]*\): \(.*\)/\1: \2/p'
		return
	fi
	[ "$(id -u)" = 0 ] || { say "needs root"; exit 1; }
	[ $# -gt 0 ] || set -- $(all)
	local name word missing
	for name; do
		missing=
		for word in $(needs "$name"); do command -v "$word" >/dev/null || missing+=" $word"; done
		[ -n "$missing" ] && say "$name: left out, without$missing" && continue
		say "$name"
		work=$(mktemp -d /tmp/detect-capture.XXXXXX) tcpdump= started=()
		trap 'clean; exit 1' INT TERM
		mtu=1500
		[ "$name" = upload ] && mtu=65000 # few packets for many bytes
		network
		"capture_$name" || say "$name failed: $(tail -5 "$work/log" 2>/dev/null)"
		clean
	done
}
main "$@"; exit
