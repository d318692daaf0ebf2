# secure.sh - captures of what protects others: SSH, WireGuard, OpenVPN, Kerberos. Part of make.sh.

# ssh_server starts sshd at a port with further options: ssh_server PORT [OPTION=VALUE...]
ssh_server() {
	local port=$1 kind
	shift
	for kind in rsa ecdsa ed25519; do
		[ -e "host_$kind" ] || ssh-keygen -q -t "$kind" -N '' -f "host_$kind"
	done
	mkdir -p /run/sshd
	serve /usr/sbin/sshd -D -e -f /dev/null -p "$port" -o PidFile=none -o UsePAM=no \
		-o HostKey="$work/host_ed25519" -o HostKey="$work/host_rsa" -o HostKey="$work/host_ecdsa" "${@/#/-o}"
	listening "$port"
}

# ssh logs in and is refused, behind the key exchange.
ssh_client() {
	c timeout 10 ssh -F /dev/null -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes \
		-o ConnectTimeout=5 "$@" nobody@192.0.2.2 true || true
}

# ssh-openssh: sshd ssh ssh-keygen
capture_ssh_openssh() {
	network
	ssh_server 22
	ssh_server 2222 Banner=none VersionAddendum=house
	record ssh-openssh.pcap
	ssh_client
	ssh_client -p 2222 -o KexAlgorithms=curve25519-sha256 -o HostKeyAlgorithms=rsa-sha2-512 -o Ciphers=aes256-gcm@openssh.com -o Compression=yes
	ssh_client -o KexAlgorithms=ecdh-sha2-nistp256 -o HostKeyAlgorithms=ecdsa-sha2-nistp256 -o Ciphers=aes128-ctr -o MACs=hmac-sha2-256
	recorded
}

# ssh-group-exchange: sshd ssh ssh-keygen
capture_ssh_group_exchange() {
	network
	ssh_server 22 KexAlgorithms=+diffie-hellman-group1-sha1,diffie-hellman-group14-sha1
	record ssh-group-exchange.pcap
	ssh_client -o KexAlgorithms=diffie-hellman-group-exchange-sha256
	ssh_client -o KexAlgorithms=diffie-hellman-group14-sha1
	ssh_client -o KexAlgorithms=diffie-hellman-group18-sha512
	recorded
}

# ssh-no-match: sshd ssh ssh-keygen
capture_ssh_no_match() {
	network
	ssh_server 22 KexAlgorithms=curve25519-sha256
	record ssh-no-match.pcap
	ssh_client -o KexAlgorithms=ecdh-sha2-nistp521
	recorded
}

# ssh-dropbear: dropbear dbclient dropbearkey ssh
capture_ssh_dropbear() {
	network
	dropbearkey -t ecdsa -f host_key >/dev/null
	serve dropbear -F -E -r "$work/host_key" -p 22 -P "$work/dropbear.pid"
	listening 22
	record ssh-dropbear.pcap
	c timeout 10 dbclient -y -o BatchMode=yes nobody@192.0.2.2 true || true
	ssh_client
	recorded
}

# wireguard: wireguard-go wg socat
capture_wireguard() {
	network
	local side mine=1 yours=2
	for side in client server; do wg genkey >$side.key; done
	for side in client server; do
		serve_at joy-$side wireguard-go -f wg$mine
		sleep 1
		ip netns exec joy-$side wg set wg$mine listen-port 51820 private-key $side.key \
			peer "$(wg pubkey <$([ $side = client ] && echo server || echo client).key)" allowed-ips 10.9.0.0/24 endpoint 192.0.2.$yours:51820
		ip netns exec joy-$side ip addr add 10.9.0.$mine/24 dev wg$mine
		ip netns exec joy-$side ip link set wg$mine up
		mine=2 yours=1
	done
	record wireguard.pcap
	c ping -q -c 2 -i 0.2 10.9.0.2
	recorded
}

# openvpn: openvpn openssl
capture_openvpn() {
	network
	certificates
	openvpn --genkey secret ta.key
	local common="--dev-type tun --ca ca.pem --verb 1 --script-security 0 --disable-dco --topology subnet"
	serve openvpn $common --dev tun1 --cert server-ecdsa.pem --key server-ecdsa.key --dh none --server 10.8.0.0 255.255.255.0 \
		--proto udp --lport 1194 --ping 1
	serve openvpn $common --dev tun2 --cert server-ecdsa.pem --key server-ecdsa.key --dh none --server 10.8.1.0 255.255.255.0 \
		--proto tcp-server --lport 1194 --tls-auth ta.key 0
	listening 1194 udp
	listening 1194
	record openvpn.pcap
	local common="$common --client --cert client.pem --key client.key --nobind --connect-timeout 5"
	c timeout 5 openvpn $common --dev tun1 --proto udp --remote 192.0.2.2 1194 || true
	c timeout 5 openvpn $common --dev tun1 --proto tcp-client --remote 192.0.2.2 1194 --tls-auth ta.key 1 || true
	recorded
}

# kerberos: krb5kdc kdb5_util kadmin.local kinit kvno
capture_kerberos() {
	network
	export KRB5_CONFIG=$work/krb5.conf KRB5_KDC_PROFILE=$work/kdc.conf KRB5CCNAME=FILE:$work/ccache
	cat >krb5.conf <<-EOF
		[libdefaults]
		default_realm = EXAMPLE.ORG
		dns_lookup_kdc = false
		[realms]
		EXAMPLE.ORG = {
			kdc = 192.0.2.2:88
		}
	EOF
	cat >kdc.conf <<-EOF
		[realms]
		EXAMPLE.ORG = {
			database_name = $work/principal
			key_stash_file = $work/stash
			acl_file = $work/acl
			kdc_ports = 88
			kdc_tcp_ports = 88
		}
	EOF
	kdb5_util create -s -P master -r EXAMPLE.ORG
	kadmin.local -q 'addprinc -pw secret +requires_preauth alice'
	kadmin.local -q 'addprinc -randkey host/www.example.org'
	serve krb5kdc -n
	listening 88
	record kerberos.pcap
	echo secret | c kinit alice
	c kvno host/www.example.org
	c kvno host/none.example.org || true
	echo wrong | c kinit alice || true
	sed -i 's/^default_realm/udp_preference_limit = 1\n&/' krb5.conf
	echo secret | c kinit alice
	recorded
}
