# tls.sh - captures of TLS, DTLS and QUIC. Part of make.sh.

# certificates makes a CA and certificates of it: server-rsa, server-ecdsa, server-ed25519, client.
certificates() {
	local kind key
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 3650 \
		-subj '/O=Example/CN=Example CA'
	for kind in rsa:rsa:2048 ecdsa:ec ed25519:ed25519; do
		key=${kind#*:}
		openssl req -newkey "$key" $([ "$key" = ec ] && echo -pkeyopt ec_paramgen_curve:P-256) -nodes \
			-keyout "server-${kind%%:*}.key" -out csr -subj "/C=CH/O=Example/CN=www.example.org"
		certify "server-${kind%%:*}" 'subjectAltName=DNS:www.example.org,DNS:*.example.net,IP:192.0.2.2'
	done
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -out csr \
		-subj '/O=Example/OU=People/CN=Alice'
	certify client 'subjectAltName=email:alice@example.org'
}

certify() {
	echo "$2" >extensions
	openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 -extfile extensions -out "$1.pem"
}

# s_server: PORT and what else is given; its certificate is the RSA one unless -cert is.
s_server() {
	local port=$1
	shift
	[[ " $* " == *" -cert "* ]] || set -- -cert server-rsa.pem -key server-rsa.key "$@"
	serve openssl s_server -accept "$port" -quiet -CAfile ca.pem "$@"
}

# s_client says a line and ends.
s_client() { (echo hello; sleep 0.3) | c timeout 10 openssl s_client -CAfile ca.pem -quiet "$@" || true; }

# tls-versions: openssl
capture_tls_versions() {
	network
	certificates
	s_server 443 -cipher ALL:@SECLEVEL=0
	listening 443
	local v
	for v in 1 1_1 1_2 1_3; do
		record "tls${v/_/.}.pcap"
		s_client -connect 192.0.2.2:443 -servername www.example.org "-tls$v" -cipher ALL:@SECLEVEL=0
		recorded
	done
}

# tls-client-certificate: openssl
capture_tls_client_certificate() {
	network
	certificates
	s_server 443 -Verify 1 -cert server-ecdsa.pem -key server-ecdsa.key -tls1_2
	s_server 8443 -Verify 1 -cert server-ed25519.pem -key server-ed25519.key
	listening 443
	listening 8443
	record tls-client-certificate.pcap
	s_client -connect 192.0.2.2:443 -servername ecdsa.example.net -cert client.pem -key client.key
	s_client -connect 192.0.2.2:8443 -servername ed25519.example.net -cert client.pem -key client.key
	recorded
}

# tls-resumption: openssl
capture_tls_resumption() {
	network
	certificates
	s_server 443
	s_server 8443 -no_ticket -tls1_2
	listening 443
	listening 8443
	record tls-resumption.pcap
	local v
	for v in 1_2 1_3; do
		s_client -connect 192.0.2.2:443 -servername "ticket$v.example.net" "-tls$v" -sess_out session
		s_client -connect 192.0.2.2:443 -servername "ticket$v.example.net" "-tls$v" -sess_in session
	done
	s_client -connect 192.0.2.2:8443 -servername id.example.net -sess_out session
	s_client -connect 192.0.2.2:8443 -servername id.example.net -sess_in session
	recorded
}

# tls-early-data: openssl
capture_tls_early_data() {
	network
	certificates
	s_server 443 -early_data
	listening 443
	echo 'GET /early HTTP/1.0' >early
	record tls-early-data.pcap
	s_client -connect 192.0.2.2:443 -servername early.example.net -sess_out session
	s_client -connect 192.0.2.2:443 -servername early.example.net -sess_in session -early_data early
	recorded
}

# tls-hello-retry: openssl
capture_tls_hello_retry() {
	network
	certificates
	s_server 443 -groups P-384
	listening 443
	record tls-hello-retry.pcap
	s_client -connect 192.0.2.2:443 -servername retry.example.net -groups X25519:P-384
	recorded
}

# tls-alpn: openssl
capture_tls_alpn() {
	network
	certificates
	s_server 443 -alpn h2,http/1.1 -status
	listening 443
	record tls-alpn.pcap
	s_client -connect 192.0.2.2:443 -servername alpn.example.net -alpn http/1.1,h2 -status -tls1_2
	s_client -connect '[2001:db8::2]:443' -servername alpn6.example.net -alpn h2 -maxfraglen 1024
	recorded
}

# tls-alerts: openssl
capture_tls_alerts() {
	network
	certificates
	s_server 443 -tls1_3
	s_server 8443 -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256
	listening 443
	listening 8443
	record tls-alerts.pcap
	s_client -connect 192.0.2.2:443 -servername old.example.net -tls1_2
	s_client -connect 192.0.2.2:8443 -servername cipher.example.net -tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384
	c openssl s_client -connect 192.0.2.2:8443 -verify_return_error -servername ca.example.net || true
	recorded
}

# tls-renegotiation: openssl
capture_tls_renegotiation() {
	network
	certificates
	s_server 443 -tls1_2 -client_renegotiation -rev
	listening 443
	record tls-renegotiation.pcap
	(echo hello; sleep 0.3; echo R; sleep 0.5; echo Q) | c timeout 10 openssl s_client -connect 192.0.2.2:443 \
		-servername again.example.net -CAfile ca.pem -tls1_2 || true
	recorded
}

# tls-psk: openssl
capture_tls_psk() {
	network
	certificates
	s_server 443 -nocert -psk 0123456789abcdef -tls1_2 -cipher PSK
	listening 443
	record tls-psk.pcap
	s_client -connect 192.0.2.2:443 -psk 0123456789abcdef -psk_identity alice -tls1_2 -cipher PSK
	recorded
}

# tls-gnutls: gnutls-serv gnutls-cli openssl
capture_tls_gnutls() {
	network
	certificates
	serve gnutls-serv --port 443 --x509certfile server-ecdsa.pem --x509keyfile server-ecdsa.key --echo -q
	listening 443
	record tls-gnutls.pcap
	local v
	for v in 1.2 1.3; do
		echo hello | c timeout 10 gnutls-cli -p 443 --sni-hostname "gnutls$v.example.net" --verify-hostname www.example.org \
			--x509cafile ca.pem --priority "NORMAL:-VERS-ALL:+VERS-TLS$v" --alpn h2 192.0.2.2 || true
	done
	recorded
}

# tls-clients: openssl nginx curl go /usr/bin/python3
capture_tls_clients() {
	network
	certificates
	web_server "listen 443 ssl http2; ssl_certificate $work/server-rsa.pem; ssl_certificate_key $work/server-rsa.key;"
	listening 443
	GOCACHE=$work/cache CGO_ENABLED=0 go build -o client "$programs/tls_client.go"
	record tls-clients.pcap
	get -k --resolve curl.example.net:443:192.0.2.2 https://curl.example.net/
	c ./client 192.0.2.2:443 go.example.net
	c /usr/bin/python3 "$programs/tls_client.py" 192.0.2.2 443 python.example.net
	recorded
}

# The Go client and server agree on X25519MLKEM768, whose ClientHello takes two segments.
# tls-post-quantum: openssl go
capture_tls_post_quantum() {
	network
	certificates
	GOCACHE=$work/cache CGO_ENABLED=0 go build -o client "$programs/tls_client.go"
	serve ./client -serve server-rsa.pem server-rsa.key
	listening 443
	record tls-post-quantum.pcap
	c ./client 192.0.2.2:443 quantum.example.net
	recorded
}

# dtls: openssl
capture_dtls() {
	network
	certificates
	s_server 4433 -dtls1_2 -mtu 1400 -listen
	s_server 4434 -dtls1 -mtu 600 -cipher ALL:@SECLEVEL=0 -Verify 1
	sleep 1
	record dtls.pcap
	s_client -connect 192.0.2.2:4433 -dtls1_2 -servername dtls12.example.net
	s_client -connect 192.0.2.2:4434 -dtls1 -mtu 600 -cipher ALL:@SECLEVEL=0 -servername dtls10.example.net -cert client.pem -key client.key
	recorded
}

# quic: python:aioquic openssl
capture_quic() {
	network
	certificates
	cat ca.pem >>server-ecdsa.pem
	serve "$python" "$programs/quic.py" serve server-ecdsa.pem server-ecdsa.key
	listening 443 udp
	listening 444 udp
	local what
	for what in v1 v2 retry 0rtt; do
		record "quic-$what.pcap"
		c "$python" "$programs/quic.py" "$what" ca.pem
		recorded
	done
}

# tls_server starts nginx with TLS 1.2, 1.3 and HTTP/2 at port 443.
tls_server() {
	web_server "listen 443 ssl http2; ssl_certificate $work/server-ecdsa.pem; ssl_certificate_key $work/server-ecdsa.key;
		ssl_protocols TLSv1.2 TLSv1.3; server_name www.example.org;"
	listening 443
}

# tls-java: java keytool openssl nginx
capture_tls_java() {
	network
	certificates
	tls_server
	openssl pkcs12 -export -in server-rsa.pem -inkey server-rsa.key -passout pass:secret -out store.p12
	keytool -importcert -noprompt -alias ca -file ca.pem -keystore trust.p12 -storepass secret
	serve java -Djavax.net.ssl.trustStore="$work/trust.p12" "$programs/TlsClient.java" -serve "$work/store.p12" 8443
	listening 8443
	record tls-java.pcap
	c java -Djdk.internal.httpclient.disableHostnameVerification "$programs/TlsClient.java" https://192.0.2.2/index.html https://192.0.2.2/6000 \
		tls1.2:192.0.2.2:443 tls1.3:192.0.2.2:443
	s_client -connect 192.0.2.2:8443 -servername to-java.example.net -tls1_3 -cert client.pem -key client.key
	s_client -connect 192.0.2.2:8443 -servername to-java2.example.net -tls1_2
	recorded
}

# Post-quantum key shares, with OpenSSL 3.5 in the root directory of a newer Debian.
# tls-hybrid: /opt/joy-trixie/usr/bin/openssl openssl
capture_tls_hybrid() {
	network
	certificates
	local newer="unshare -m sh -c 'mount --rbind /tmp /opt/joy-trixie/tmp && exec chroot /opt/joy-trixie openssl \"\$@\"' -" group
	eval serve "$newer" s_server -accept 443 -quiet -cert "$work/server-ecdsa.pem" -key "$work/server-ecdsa.key" -groups X25519MLKEM768:SecP256r1MLKEM768:MLKEM1024
	eval serve "$newer" s_server -accept 8443 -quiet -cert "$work/server-rsa.pem" -key "$work/server-rsa.key" -groups SecP384r1MLKEM1024
	listening 443
	listening 8443
	record tls-hybrid.pcap
	for group in X25519MLKEM768 SecP256r1MLKEM768 MLKEM1024 '*X25519MLKEM768:*X25519'; do
		(echo hello; sleep 0.5) | eval c timeout 5 "$newer" s_client -quiet -connect 192.0.2.2:443 -servername "${group//[^A-Z0-9a-z]/-}.example.net" -groups "'$group'" || true
	done
	(echo hello; sleep 0.5) | eval c timeout 5 "$newer" s_client -quiet -connect 192.0.2.2:8443 -servername retry.example.net -groups "'*X25519:SecP384r1MLKEM1024'" || true
	recorded
}

# Chromium speaks to nginx, and HTTP/3 to a server with quic-go.
# tls-chromium: chromium openssl nginx go
capture_tls_chromium() {
	network
	certificates
	tls_server
	mkdir h3 profile
	cp "$programs/h3_server.go" h3
	(cd h3 && export GOFLAGS=-mod=mod GOPATH=/tmp/joy-go && go mod init h3 && go mod tidy && go build -o ../h3-server .)
	serve "$work/h3-server" "$work/server-ecdsa.pem" "$work/server-ecdsa.key" 4433
	listening 4433 udp
	local spki
	spki=$(openssl x509 -in server-ecdsa.pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
	local chromium=(timeout 40 chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking
		--disable-component-update --disable-sync --disable-default-apps --no-pings --user-data-dir="$work/profile" --dump-dom
		--ignore-certificate-errors-spki-list="$spki" --host-resolver-rules="MAP * 192.0.2.2")
	record tls-chromium.pcap port 443
	c "${chromium[@]}" https://www.example.org/index.html || true
	recorded
	record quic-chromium.pcap port 4433
	c "${chromium[@]}" --origin-to-force-quic-on=www.example.org:4433 https://www.example.org:4433/ || true
	recorded
}
