#!/bin/bash
# make.sh - makes the captures of this folder with real programs.
#
#   ./make.sh                 all captures, then facts.txt (about ten minutes)
#   ./make.sh NAME...         only these, and their lines of facts.txt
#   ./make.sh --list          the names, each with the programs that it needs
#
# It needs root, bash, iproute2, ethtool, tcpdump, tshark and editcap, and for each capture what --list says; it
# installs nothing. A capture whose programs are missing is left as it is, and said so. As Debian 12 packages:
#
#   tcpdump tshark ethtool curl nginx openssl gnutls-bin traceroute bind9-dnsutils unbound openssh-server
#   dropbear-bin strongswan-swanctl strongswan-charon libcharon-extra-plugins isc-dhcp-server isc-dhcp-client isc-dhcp-relay vsftpd mosquitto
#   mosquitto-clients slapd ldap-utils postgresql mariadb-server redis-server chrony ntpsec-ntpdate snmpd snmp
#   freeradius freeradius-utils coturn openvpn sip-tester krb5-kdc krb5-admin-server krb5-user samba smbclient
#   dovecot-imapd dovecot-pop3d avahi-daemon avahi-utils nghttp2-client nghttp2-server nghttp2-proxy apache2-bin
#   kea-dhcp4-server kea-dhcp6-server dnsmasq-base busybox dhcpcd-base nftables openjdk-17-jdk chromium wireguard-go
#   wireguard-tools socat lksctp-tools kmod zstd lz4 bzip2 xz-utils user-mode-linux
#
# Some want newer versions than Debian 12 has, and find them in a Debian 13 in /opt/joy-trixie:
#   debootstrap --variant=minbase --include=strongswan-charon,libstrongswan-extra-plugins,openssl trixie /opt/joy-trixie
#
# and in a Python environment, /opt/joy-captures or what JOY_CAPTURES_PYTHON names (the path of its python):
#   aioquic h2 pyftpdlib aiosmtpd websockets grpcio
#
# The network: two namespaces, joy-client (192.0.2.1, 2001:db8::1) and joy-server (192.0.2.2, 2001:db8::2), with a
# veth pair between their eth0, fixed MAC addresses, and all offloads off so that frames are as on a wire. Some
# captures put joy-router between (the server is 198.51.100.2 then). Nothing leaves them. tcpdump runs at the client,
# with its full snap length. Each capture has a network of its own, which is removed behind it, as are the programs
# that were started; they end by their process ids.
#
# Captures that need parts of the kernel which this one lacks (see kernel() below) are made inside a User Mode Linux,
# with the same functions; it sees the files of the host and has no network to it.
#
# One function makes one capture: capture_NAME, in engine.sh, tls.sh, web.sh, names.sh, hosts.sh, secure.sh, ike.sh,
# dhcp.sh and services.sh. It is preceded by a line "# NAME: programs". The small programs of our own are in programs/.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
parts=(engine tls web names hosts dhcp secure ike services)
scripts=("${parts[@]/#/$here/}")
scripts=("${scripts[@]/%/.sh}")
python=${JOY_CAPTURES_PYTHON:-/opt/joy-captures/bin/python}
programs=$here/programs
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/go/bin LC_ALL=C HOME=/root

for script in "${scripts[@]}"; do . "$script"; done

say() { echo "make.sh: $*" >&2; }

# c, s and r run a command at the client, the server and the router.
c() { ip netns exec joy-client "$@"; }
s() { ip netns exec joy-server "$@"; }
r() { ip netns exec joy-router "$@"; }

# host makes a namespace without the chatter of IPv6.
host() {
	ip netns add "$1"
	ip netns exec "$1" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.accept_ra=0 net.ipv6.conf.default.router_solicitations=0 \
		net.ipv6.conf.all.forwarding=0 net.ipv4.ping_group_range="0 0"
	ip netns exec "$1" ip link set lo up
}

# link lays a veth pair: link HOST1 IF1 MAC1 HOST2 IF2 MAC2
link() {
	ip link add joyv0 type veth peer name joyv1
	local i
	for i in 0 1; do
		ip link set joyv$i netns "$1" name "$2" address "$3" addrgenmode none
		ip netns exec "$1" ethtool -K "$2" tx off rx off sg off tso off gso off gro off >/dev/null 2>&1
		ip netns exec "$1" ip link set "$2" up
		shift 3
	done
}

network() {
	host joy-client
	host joy-server
	link joy-client eth0 02:00:00:00:00:01 joy-server eth0 02:00:00:00:00:02
	c ip addr add 192.0.2.1/24 dev eth0
	c ip addr add 2001:db8::1/64 dev eth0 nodad
	s ip addr add 192.0.2.2/24 dev eth0
	s ip addr add 2001:db8::2/64 dev eth0 nodad
	neighbours
	server=192.0.2.2
}

# neighbours keeps ARP and neighbour discovery out of the captures.
neighbours() {
	c ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0 nud permanent
	c ip neigh replace 2001:db8::2 lladdr 02:00:00:00:00:02 dev eth0 nud permanent
	s ip neigh replace 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
	s ip neigh replace 2001:db8::1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
}

# routed puts joy-router between client and server.
routed() {
	host joy-client
	host joy-router
	host joy-server
	r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	link joy-client eth0 02:00:00:00:00:01 joy-router eth0 02:00:00:00:00:fe
	link joy-router eth1 02:00:00:00:01:fe joy-server eth0 02:00:00:00:00:02
	c ip addr add 192.0.2.1/24 dev eth0
	c ip addr add 2001:db8::1/64 dev eth0 nodad
	r ip addr add 192.0.2.254/24 dev eth0
	r ip addr add 2001:db8::fe/64 dev eth0 nodad
	r ip addr add 198.51.100.254/24 dev eth1
	r ip addr add 2001:db8:1::fe/64 dev eth1 nodad
	s ip addr add 198.51.100.2/24 dev eth0
	s ip addr add 2001:db8:1::2/64 dev eth0 nodad
	c ip neigh replace 192.0.2.254 lladdr 02:00:00:00:00:fe dev eth0 nud permanent
	c ip neigh replace 2001:db8::fe lladdr 02:00:00:00:00:fe dev eth0 nud permanent
	c ip route add default via 192.0.2.254
	c ip -6 route add default via 2001:db8::fe
	s ip route add default via 198.51.100.254
	s ip -6 route add default via 2001:db8:1::fe
	server=198.51.100.2
}

# serve starts a program at the server, serve_at one at any host.
serve() { serve_at joy-server "$@"; }
serve_at() {
	local where=$1
	shift
	ip netns exec "$where" "$@" >>"$work/log" 2>&1 </dev/null &
	started+=($!)
}

# listening waits, at most ten seconds, until the server has TCP port $1 open; with a second word: UDP.
listening() {
	local n
	for n in $(seq 100); do
		s ss -Hln${2:+u}${2:-t} "sport = :$1" | grep -q . && return
		sleep 0.1
	done
	say "nothing listens on port $1"
	return 1
}

# record starts tcpdump at the client, or at $tap: record FILE [TCPDUMP-OPTION...] [FILTER]. Reports of group membership, which the kernel sends when it
# likes, are left out.
record() {
	local file=$here/$1
	shift
	[[ " $* " == *" port "* ]] || set -- "$@" not dst host ff02::16
	[[ " $* " == *" -i "* ]] || set -- -i eth0 "$@"
	ip netns exec "${tap:-joy-client}" tcpdump -n -U -s 0 --immediate-mode -Z root -w "$file" "$@" 2>"$work/tcpdump" </dev/null &
	tcpdump+=($!)
	local n
	for n in $(seq 100); do
		grep -q listening "$work/tcpdump" && return
		sleep 0.05
	done
	cat "$work/tcpdump" >&2
	return 1
}

# recorded ends tcpdump, once what was sent has reached it.
recorded() {
	sleep "${1:-0.5}"
	kill "${tcpdump[@]}" 2>/dev/null
	wait "${tcpdump[@]}" 2>/dev/null
	tcpdump=()
}

# shows reports whether a capture has a frame that it was made for.
shows() { tshark -n -r "$here/$1" -Y "$2" 2>/dev/null | grep -q .; }

# clean ends what was started and removes the network.
clean() {
	local name
	set +e
	[ ${#tcpdump[@]} -gt 0 ] && kill "${tcpdump[@]}" 2>/dev/null
	[ ${#started[@]} -gt 0 ] && kill "${started[@]}" 2>/dev/null
	sleep 0.2
	for name in joy-client joy-server joy-router; do
		[ -e "/run/netns/$name" ] || continue
		ip netns pids "$name" | xargs -r kill 2>/dev/null
	done
	sleep 0.2
	for name in joy-client joy-server joy-router; do
		[ -e "/run/netns/$name" ] || continue
		ip netns pids "$name" | xargs -r kill -9 2>/dev/null
		ip netns del "$name"
	done
	tcpdump=() started=()
	rm -rf "$work"
}

# needs tells which programs a capture needs; words in brackets are parts of the kernel.
needs() { sed -n "s/^# $1: //p" "${scripts[@]}" 2>/dev/null | head -1; }

# lacks names the programs that a capture needs and that are not there.
lacks() {
	local word
	for word in $(needs "$1"); do
		case $word in
		\[*) ;;
		python:*) "$python" -c "import ${word#python:}" 2>/dev/null || echo "$word" ;;
		*) [ -x "$word" ] || type -P "$word" >/dev/null || echo "$word" ;;
		esac
	done
}

# kernel reports whether this kernel has what a capture needs of it.
kernel() {
	local word
	for word in $(needs "$1"); do
		case $word in
		\[*\]) has "$(tr -d '[]' <<<"$word")" || return 1 ;;
		esac
	done
}

# has tries out one part of the kernel, in a namespace of its own.
has() {
	local try
	case $1 in
	netem) try='ip link add name t0 type veth peer name t1 && tc qdisc add dev t0 root netem loss 1%' ;;
	vlan) try='ip link add name t0 type veth peer name t1 && ip link add link t0 name t2 type vlan id 5' ;;
	sctp) try='test -e /proc/sys/net/sctp' ;;
	mpls) try='test -e /proc/sys/net/mpls' ;;
	esp) try='ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 1 mode tunnel enc "cipher_null" "" auth "digest_null" ""' ;;
	nat) try='nft add table ip n && nft "add chain ip n p { type nat hook postrouting priority 100; }" && nft add rule ip n p masquerade' ;;
	gre) try='ip link add name t0 type gretap local 192.0.2.1 remote 192.0.2.2' ;;
	geneve) try='ip link add name t0 type geneve id 1 remote 192.0.2.2' ;;
	vxlan) try='ip link add name t0 type vxlan id 1 remote 192.0.2.2 dstport 4789' ;;
	ipip) try='ip link add name t0 type ipip local 192.0.2.1 remote 192.0.2.2' ;;
	sit) try='ip link add name t0 type sit local 192.0.2.1 remote 192.0.2.2' ;;
	ip6tnl) try='ip link add name t0 type ip6tnl local 2001:db8::1 remote 2001:db8::2' ;;
	esac
	unshare -n sh -c "$try" >/dev/null 2>&1
}

# one makes one capture, in a shell of its own, which cleans up however it ends.
one() (
	work=$(mktemp -d /tmp/joy-captures.XXXXXX) tcpdump=() started=()
	chmod 755 "$work"
	trap clean EXIT
	trap 'exit 1' INT TERM
	cd "$work" || exit
	set -e
	"capture_${1//-/_}"
)

names() { sed -n 's/^capture_\([a-z0-9_]*\)() {.*/\1/p' "${scripts[@]}" 2>/dev/null | tr _ -; }

# uml makes captures inside a User Mode Linux; it runs this script as its init.
uml() {
	type -P linux.uml >/dev/null || { say "user-mode-linux is missing, which this kernel needs for: $*"; return 1; }
	local end=$here/.uml-end
	rm -f "$end"
	timeout 900 linux.uml mem=1G rootfstype=hostfs rootflags=/ rw quiet init="$here/make.sh" con=null con0=fd:0,fd:1 \
		-- --init "$@" </dev/null 2>&1 | stdbuf -oL tr -d '\r' | grep --line-buffered '^make.sh:'
	local status=1
	[ -e "$end" ] && status=$(<"$end")
	rm -f "$end"
	return "$status"
}

# init is process 1 of the User Mode Linux.
init() {
	mount -t proc proc /proc
	mount -t sysfs sys /sys
	mount -t tmpfs run /run
	mount -t tmpfs tmp /tmp
	mkdir -p /dev/pts /tmp/modules/lib/modules /run/netns
	mount -t devpts pts /dev/pts
	local modules=(/usr/lib/uml/modules/*) m
	ln -s "${modules[0]}" "/tmp/modules/lib/modules/$(uname -r)"
	printf '#!/bin/sh\nexec modprobe -d /tmp/modules "$@"\n' >/tmp/modprobe
	chmod 755 /tmp/modprobe
	echo /tmp/modprobe >/proc/sys/kernel/modprobe # for what the kernel itself asks for
	for m in veth af_packet sctp mpls_router mpls_iptunnel ip6_gre ip6_tunnel tun esp4 xfrm_user authenc echainiv seqiv nf_tables nft_chain_nat nft_masq; do
		/tmp/modprobe "$m"
	done
	all "$@"
	echo $? >"$here/.uml-end"
	sync
	halt -f -p
}

# all makes captures one after the other and returns how many failed.
all() {
	local name failed=0 later=()
	for name; do
		if ! declare -F "capture_${name//-/_}" >/dev/null; then
			say "$name: there is no such capture"
			((failed++))
		elif [ -n "$(lacks "$name")" ]; then
			say "$name: left alone, for want of" $(lacks "$name")
		elif ! kernel "$name"; then
			[ $$ = 1 ] && say "$name: left alone, the kernel lacks something of" $(needs "$name") || later+=("$name")
		else
			one "$name" >/dev/null 2>/tmp/joy-captures.err
			case $? in # no condition around one: it would switch set -e off
			0) say "$name" ;;
			*)
				say "$name: FAILED; $(tail -3 /tmp/joy-captures.err | tr '\n' ' ')"
				((failed++))
				;;
			esac
		fi
	done
	if [ ${#later[@]} -gt 0 ]; then
		uml "${later[@]}" || ((failed += $?))
	fi
	return $failed
}

case ${1-} in
--list)
	for name in $(names); do echo "$name: $(needs "$name")"; done
	exit
	;;
--init)
	shift
	init $(printf "%s\n" "$@" | grep -v =) # without what the kernel passes on
	;;
esac
[ $# -gt 0 ] || set -- $(names)
begin=$(mktemp)
all "$@"
status=$?
mapfile -t made < <(find "$here" -maxdepth 1 -name '*.pcap*' -newer "$begin" -printf '%f\n')
rm "$begin"
[ ${#made[@]} -eq 0 ] || /usr/bin/python3 "$here/facts.py" "${made[@]}"
exit $status
