# ike.sh - captures of IKE with strongSwan. Part of make.sh.

# With ipsec=kernel-libipsec a program does the work of the kernel, always over UDP: for this kernel has no ESP, and that of
# the User Mode Linux no NAT.
#
# charons starts charon at both ends, each with a /run of its own, and loads client/swanctl.conf and server/swanctl.conf.
# client/charon.conf and server/charon.conf may have more lines of the section charon. A word is a root directory with
# another version of strongSwan.
charons() {
	local side root=${1-}
	for side in client server; do
		mkdir -p $side/run
		touch $side/charon.conf
		cat >$side/strongswan.conf <<-EOF
			charon {
				load = random nonce openssl hmac kdf sha1 sha2 aes gcm md5 des gmp curve25519 ${ipsec-} kernel-netlink socket-default vici xauth-generic eap-identity eap-md5 eap-mschapv2 md4 pem pkcs1 pkcs8 x509 pubkey constraints
				install_virtual_ip = no
				i_dont_care_about_security_and_use_aggressive_mode_psk = yes
				filelog { log { path = $work/$side.log
					default = 1 } }
				plugins { vici { socket = unix://$work/$side.vici } }
				$(<$side/charon.conf)
			}
		EOF
		serve_at joy-$side unshare -m sh -c "mount -t tmpfs run $root/run && ${root:+mount --rbind /tmp $root/tmp && exec chroot $root env} \
			STRONGSWAN_CONF=$work/$side/strongswan.conf /usr/lib/ipsec/charon"
	done
	local n
	for n in $(seq 100); do
		[ -S client.vici ] && [ -S server.vici ] && break
		sleep 0.1
	done
	for side in client server; do ctl $side --load-all --file $work/$side/swanctl.conf; done
}

# ctl tells the charon of a side what to do: ctl SIDE SWANCTL-OPTION...
ctl() {
	local side=$1
	shift
	STRONGSWAN_CONF=$work/$side/strongswan.conf timeout 20 swanctl "$@" --uri "unix://$work/$side.vici"
}

# strongswan starts charon at both ends with a shared secret and a connection "test" with these lines:
# strongswan LINE-OF-CONNECTION [LINE-OF-CHILD]
strongswan() {
	mkdir -p client server
	configure client 192.0.2.1 192.0.2.2 "$@"
	configure server 192.0.2.2 192.0.2.1 "$@"
	charons
}

# configure writes swanctl.conf: configure SIDE MINE YOURS [LINE-OF-CONNECTION [LINE-OF-CHILD]]
configure() {
	cat >"$1/swanctl.conf" <<-EOF
		connections { test {
			local_addrs = $2
			remote_addrs = $3
			$4
			local { auth = psk
				id = $([ "$1" = client ] && echo client.example.org || echo server.example.org) }
			remote { auth = psk
				id = $([ "$1" = client ] && echo server.example.org || echo client.example.org) }
			children { test { ${5-}
				local_ts = $2/32
				remote_ts = $3/32 } }
		} }
		secrets { ike-psk { secret = "a shared secret" } }
	EOF
}

initiate() {
	ctl client --initiate --child "${1:-test}" || true
	c ping -q -c 1 -W 1 "$server" || true
}

terminate() { ctl client --terminate --ike "${1:-test}" || true; }

# ikev2: /usr/lib/ipsec/charon swanctl [esp]
capture_ikev2() {
	network
	strongswan 'version = 2
		proposals = aes256-sha256-x25519,aes128gcm16-prfsha256-ecp256' 'esp_proposals = aes128gcm16-x25519,aes256-sha256'
	record ikev2.pcap
	initiate
	ctl client --rekey --child test || true
	sleep 1
	terminate
	recorded
}

# The responder wants another group: INVALID_KE_PAYLOAD, and the ports move to 4500.
# ikev2-nat: /usr/lib/ipsec/charon swanctl [esp]
capture_ikev2_nat() {
	network
	strongswan 'version = 2
		encap = yes
		proposals = aes256-sha256-x25519-ecp384' 'esp_proposals = aes256-sha256'
	sed -i 's/x25519-ecp384/ecp384/' server/swanctl.conf
	ctl server --load-conns --file "$work/server/swanctl.conf"
	record ikev2-nat.pcap
	initiate
	terminate
	recorded
}

# ikev1-main: /usr/lib/ipsec/charon swanctl [esp]
capture_ikev1_main() {
	network
	strongswan 'version = 1
		proposals = aes128-sha1-modp2048' 'esp_proposals = aes128-sha1'
	record ikev1-main.pcap
	initiate
	terminate
	recorded
}

# ikev1-aggressive: /usr/lib/ipsec/charon swanctl [esp]
capture_ikev1_aggressive() {
	network
	strongswan 'version = 1
		aggressive = yes
		proposals = 3des-md5-modp1024' 'esp_proposals = aes128-sha1'
	record ikev1-aggressive.pcap
	initiate
	terminate
	recorded
}

# identities makes a CA that is no root and certificates of it, RSA with 4096 bits, so that messages of IKE need fragments.
identities() {
	local side
	openssl req -x509 -newkey rsa:4096 -nodes -keyout root.key -out root.pem -days 3650 -subj '/O=Example/CN=Example Root CA'
	signed ca '/O=Example/CN=Example CA' root basicConstraints=critical,CA:TRUE
	for side in client server; do
		signed $side.example.org "/C=CH/O=Example/CN=$side.example.org" ca "subjectAltName=DNS:$side.example.org"
		mkdir -p $side/{x509,x509ca,private}
		cp root.pem ca.pem $side/x509ca
		cp $side.example.org.pem $side/x509/mine.pem
		cp $side.example.org.key $side/private
	done
}

# signed NAME SUBJECT ISSUER EXTENSION
signed() {
	echo "$4" >extensions
	openssl req -newkey rsa:4096 -nodes -keyout "$1.key" -out csr -subj "$2"
	openssl x509 -req -in csr -CA "$3.pem" -CAkey "$3.key" -CAcreateserial -days 365 -extfile extensions -out "$1.pem"
}

# connection prints a connection: connection NAME SIDE LOCAL REMOTE CONNECTION-LINES CHILD-LINES. LOCAL and REMOTE are the
# lines of these sections.
connection() {
	local mine=192.0.2.1 yours=$server
	[ "$2" = client ] || mine=$server yours=192.0.2.1
	[ -z "${behind-}" ] || { [ "$2" = client ] && mine=%any || yours=%any; }
	cat <<-EOF
		connections { $1 {
			local_addrs = $mine
			remote_addrs = $yours
			$5
			local { $3 }
			remote { $4 }
			children { $1 { $6 } }
		} }
	EOF
}

# With certificates that need fragments (RFC 7383), and with EAP.
# ikev2-certificates: /usr/lib/ipsec/charon swanctl openssl [esp]
capture_ikev2_certificates() {
	network
	identities
	local common='version = 2
			proposals = aes256gcm16-prfsha384-ecp384
			send_certreq = yes' child='esp_proposals = chacha20poly1305-ecp384'
	local mine='auth = pubkey
			certs = mine.pem
			id = client.example.org' other='auth = pubkey
			id = server.example.org'
	{
		connection test client "$mine" "$other" "$common" "$child"
		connection eap client $'auth = eap-mschapv2\neap_id = alice\nid = alice' "$other" "$common" "$child"
		echo 'secrets { eap-alice { id = alice
			secret = password12 } }'
	} >client/swanctl.conf
	{
		connection test server "${mine/client./server.}" "${other/server./client.}" "$common" "$child"
		connection eap server "${mine/client./server.}" $'auth = eap-mschapv2\neap_id = %any' "$common" "$child"
		echo 'secrets { eap-alice { id = alice
			secret = password12 } }'
	} >server/swanctl.conf
	echo 'fragment_size = 800' | tee client/charon.conf >server/charon.conf
	charons
	record ikev2-certificates.pcap
	initiate test
	ctl client --rekey --ike test
	sleep 1
	terminate test
	initiate eap
	terminate eap
	recorded
}

# shared prints both sections of a side with a shared secret.
shared() {
	local peer=server
	[ "$1" = client ] || peer=client
	mine="auth = psk
			id = $1.example.org" other="auth = psk
			id = $peer.example.org"
}

# pair writes both swanctl.conf with a shared secret: pair NAME CONNECTION-LINES CHILD-LINES [CONNECTION-LINES-OF-SERVER]
pair() {
	local side mine other
	for side in client server; do
		mkdir -p $side
		shared $side
		if [ $side = server ] && [ $# -gt 3 ]; then set -- "$1" "$4" "$3"; fi
		connection "$1" $side "$mine" "$other" "$2" "$3" >>$side/swanctl.conf
		grep -q secrets $side/swanctl.conf || echo 'secrets { ike-psk { secret = "a shared secret" } }' >>$side/swanctl.conf
	done
}

# natted puts a router with NAT between client and server.
natted() {
	routed
	r nft add table ip nat
	r nft 'add chain ip nat post { type nat hook postrouting priority 100; }'
	r nft add rule ip nat post oifname eth1 masquerade
	behind=yes ipsec=kernel-libipsec
}

# Behind NAT: port 4500, keepalives, ESP in UDP, rekeying of all, and MOBIKE, when the client gets another address.
# ikev2-natted: /usr/lib/ipsec/charon swanctl nft [nat]
capture_ikev2_natted() {
	natted
	pair test $'version = 2\nproposals = aes128-sha256-x25519\ndpd_delay = 2s' "local_ts = dynamic
		remote_ts = $server/32
		esp_proposals = aes128gcm16-x25519"
	echo 'keep_alive = 1s' | tee client/charon.conf >server/charon.conf
	charons
	record ikev2-natted.pcap
	initiate
	sleep 4
	ctl client --rekey --child test || true
	ctl client --rekey --ike test || true
	c ip addr add 192.0.2.9/24 dev eth0
	sleep 1
	c ip addr del 192.0.2.1/24 dev eth0
	c ip addr add 192.0.2.9/24 dev eth0 || true
	c ip route replace default via 192.0.2.254
	sleep 4
	c ping -q -c 1 -W 1 "$server" || true
	terminate
	recorded
}

# A server that is busy wants a COOKIE, and another group.
# ikev2-cookie: /usr/lib/ipsec/charon swanctl nft [nat]
capture_ikev2_cookie() {
	network
	ipsec=kernel-libipsec
	pair test $'version = 2\nproposals = aes128-sha256-x25519-ecp384' 'esp_proposals = aes128-sha256' \
		$'version = 2\nproposals = aes128-sha256-ecp384'
	echo 'cookie_threshold = 1' >server/charon.conf
	charons
	s nft add table ip f
	s nft 'add chain ip f in { type filter hook input priority 0; }'
	s nft add rule ip f in udp dport 4500 drop
	record ikev2-cookie.pcap
	timeout 2 ip netns exec joy-client env STRONGSWAN_CONF=$work/client/strongswan.conf swanctl --initiate --child test --uri "unix://$work/client.vici" || true
	ctl client --terminate --ike test --force || true
	s nft delete table ip f
	initiate
	terminate
	recorded
	shows ikev2-cookie.pcap 'isakmp.notify.msgtype == 16390'
}

# Many proposals with all kinds of transforms, refused and taken, over IPv4 and IPv6; a post-quantum preshared key is offered.
# ikev2-proposals: /usr/lib/ipsec/charon swanctl [esp]
capture_ikev2_proposals() {
	network
	pair test $'version = 2\nproposals = aes128-aes192-aes256-3des-sha1-sha256-sha384-sha512-prfsha1-prfsha256-prfaesxcbc-modp1024-modp2048-modp4096-ecp256-ecp521-x25519-curve448,aes128gcm16-aes256gcm12-chacha20poly1305-prfsha256-prfsha512-x25519-ecp256bp,aes128ctr-aesxcbc-aescmac-modp2048s256,aes256ccm8-prfaescmac-ecp224,default\nppk_id = ppk@example.org' \
		'esp_proposals = aes256-sha512-esn-noesn,null-sha1' \
		$'version = 2\nproposals = chacha20poly1305-prfsha512-x25519\nppk_id = ppk@example.org'
	pair refused $'version = 2\nchildless = force\nproposals = 3des-md5-modp1024' '' \
		$'version = 2\nlocal_port = 500\nproposals = aes256-sha256-ecp256'
	sed -i 's/^secrets {/&\nppk { id = ppk@example.org\nsecret = 0x0102030405060708 }/' client/swanctl.conf server/swanctl.conf
	charons
	record ikev2-proposals.pcap
	initiate
	terminate
	initiate refused
	sed -i 's/192.0.2/2001:db8::/; s/:\.\([12]\)/:\1/' client/swanctl.conf server/swanctl.conf
	for side in client server; do ctl $side --load-conns --file $work/$side/swanctl.conf; done
	initiate
	terminate
	recorded
}

# Additional key exchanges (RFC 9370), with strongSwan 6 in the root directory of a newer Debian.
# ikev2-multiple: /opt/joy-trixie/usr/lib/ipsec/charon swanctl [esp]
capture_ikev2_multiple() {
	network
	pair test $'version = 2\nproposals = aes256-sha384-x25519-ke1_ecp384-ke2_modp3072-ke2_none' 'esp_proposals = aes256gcm16-x25519-ke1_ecp384'
	charons /opt/joy-trixie
	record ikev2-multiple.pcap
	initiate
	ctl client --rekey --child test || true
	sleep 1
	ctl client --rekey --ike test || true
	sleep 1
	terminate
	recorded
}

# IKEv1 behind NAT: XAuth and ModeConfig in main mode and in aggressive mode, keepalives, dead peer detection, rekeying.
# ikev1-xauth: /usr/lib/ipsec/charon swanctl nft [nat]
capture_ikev1_xauth() {
	natted
	local name aggressive side mine other
	mkdir -p client server
	for name in main:no aggressive:yes; do
		aggressive=${name#*:} name=${name%:*}
		for side in client server; do
			shared $side
			if [ $side = client ]; then
				mine+=$'\n}\nlocal-xauth {\nauth = xauth\nxauth_id = alice'
			else
				other=$'auth = psk\n}\nremote-xauth {\nauth = xauth'
			fi
			connection $name $side "$mine" "$other" "version = 1
				aggressive = $aggressive
				dpd_delay = 2s
				$([ $side = client ] && echo 'vips = 0.0.0.0' || echo 'pools = pool')
				proposals = aes256-sha256-modp2048,3des-sha1-modp1024" "local_ts = $([ $side = client ] && echo dynamic || echo $server/32)
				remote_ts = $([ $side = server ] && echo dynamic || echo $server/32)
				esp_proposals = aes128-sha1-modp2048" >>$side/swanctl.conf
		done
	done
	for side in client server; do
		echo 'secrets { ike-psk { secret = "a shared secret" }
			xauth-alice { id = alice
				secret = password12 } }
		pools { pool { addrs = 10.7.0.0/24
			dns = 192.0.2.53 } }' >>$side/swanctl.conf
		echo 'keep_alive = 1s' >$side/charon.conf
	done
	charons
	record ikev1-xauth.pcap
	for name in main aggressive; do
		initiate $name
		sleep 3
		ctl client --rekey --child $name || true
		sleep 1
		terminate $name
	done
	recorded
}

# IKEv1 with certificates, fragmented (also the first message, which is in clear), in main and aggressive mode.
# ikev1-fragments: /usr/lib/ipsec/charon swanctl openssl [esp]
capture_ikev1_fragments() {
	network
	identities
	local name aggressive side peer=server
	for side in client server; do
		for name in main:no aggressive:yes; do
			aggressive=${name#*:} name=${name%:*}
			connection $name $side "auth = pubkey
				certs = mine.pem
				id = $side.example.org" "auth = pubkey
				id = $peer.example.org" "version = 1
				aggressive = $aggressive
				fragmentation = force
				proposals = aes128-aes192-aes256-sha1-sha256-sha384-modp3072" "esp_proposals = aes128-sha1" >>$side/swanctl.conf
		done
		echo 'fragment_size = 576' >$side/charon.conf
		peer=client
	done
	charons
	record ikev1-fragments.pcap
	for name in main aggressive; do
		initiate $name
		terminate $name
	done
	recorded
}
