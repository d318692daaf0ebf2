# web.sh - captures of HTTP, HTTP/2 and WebSocket. Part of make.sh.

# http-connections: curl nginx /usr/bin/python3
capture_http_connections() {
	network
	web_server
	serve /usr/bin/python3 "$programs/chunked.py" 8080
	listening 8080
	record http-connections.pcap
	get http://192.0.2.2/index.html -o /dev/null http://192.0.2.2/6000 -o /dev/null http://192.0.2.2/index.html
	get -I http://192.0.2.2/index.html
	c /usr/bin/python3 "$programs/pipelined.py" 192.0.2.2 80
	get http://192.0.2.2:8080/chunked
	get -X POST --data-binary @www/6000 -H 'Expect: 100-continue' http://192.0.2.2:8080/upload
	get -T - -H 'Transfer-Encoding: chunked' http://192.0.2.2:8080/put <www/index.html
	get --http1.0 -u alice:secret -H 'Cookie: id=12345' http://192.0.2.2:8080/old
	get --compressed -r 0-99 http://192.0.2.2/6000
	recorded
}

# http2: nghttp nghttpd curl nginx
capture_http2() {
	network
	web_server
	serve nghttpd --no-tls -d "$work/www" 8080
	listening 8080
	record http2.pcap
	get --http2-prior-knowledge -A prior/1.0 http://192.0.2.2:8080/index.html
	get --http2 -A upgrade/1.0 http://192.0.2.2:80/index.html # which nginx ignores
	c nghttp -n --no-dep http://192.0.2.2:8080/index.html http://192.0.2.2:8080/6000 http://192.0.2.2:8080/not-there
	recorded
}

# http2-python: python:h2 curl
capture_http2_python() {
	network
	serve "$python" "$programs/h2_server.py" 8080
	listening 8080
	record http2-python.pcap
	get --http2-prior-knowledge --data 'name=value' http://192.0.2.2:8080/form
	recorded
}

# websocket: python:websockets
capture_websocket() {
	network
	serve "$python" "$programs/websocket.py" serve
	listening 8765
	record websocket.pcap
	c "$python" "$programs/websocket.py" 192.0.2.2
	recorded
}

# http-proxy: /usr/bin/python3 curl nginx
capture_http_proxy() {
	network
	web_server
	serve /usr/bin/python3 "$programs/connect_proxy.py" 3128
	listening 3128
	record http-proxy.pcap
	get -x http://192.0.2.2:3128 -p http://192.0.2.2:80/index.html
	recorded
}

# HTTP/2 behind an Upgrade, by servers that do it, with a push; and a proxy that turns it into HTTP/1.
# http2-upgrade: apache2 nghttp nghttpx curl nginx
capture_http2_upgrade() {
	network
	web_server
	local modules=/usr/lib/apache2/modules
	cat >apache.conf <<-EOF
		ServerRoot $work
		ServerName www.example.org
		PidFile $work/apache.pid
		DefaultRuntimeDir $work
		Mutex file:$work
		ErrorLog $work/apache.log
		LoadModule mpm_event_module $modules/mod_mpm_event.so
		LoadModule authz_core_module $modules/mod_authz_core.so
		LoadModule headers_module $modules/mod_headers.so
		LoadModule http2_module $modules/mod_http2.so
		Listen 8080
		Protocols h2c http/1.1
		H2Direct on
		H2Push on
		DocumentRoot $work/www
		<Location /index.html>
			Header add Link "</6000>; rel=preload"
		</Location>
	EOF
	serve apache2 -f "$work/apache.conf" -DFOREGROUND
	serve nghttpx -f '192.0.2.2,8081;no-tls' -b '127.0.0.1,80' --pid-file="$work/nghttpx.pid" --errorlog-file="$work/nghttpx.log"
	listening 8080
	listening 8081
	record http2-upgrade.pcap
	get --http2 -A upgrade/1.0 http://192.0.2.2:8080/6000 -o /dev/null http://192.0.2.2:8080/not-there
	c nghttp -n -u -a http://192.0.2.2:8080/index.html http://192.0.2.2:8080/6000
	c nghttp -n -u -d www/index.html http://192.0.2.2:8080/form
	get --http2 -A upgrade/2.0 --data name=value http://192.0.2.2:8081/index.html
	get --http2 -A upgrade/3.0 http://192.0.2.2:8081/index.html
	recorded
}

# Push, trailers, padding, priorities, CONTINUATION and changes of the tables' sizes.
# http2-frames: nghttp nghttpd
capture_http2_frames() {
	network
	web_server
	serve nghttpd --no-tls -d "$work/www" -p /index.html=/6000 --trailer 'x-server: end' -b 40 -c 1000 --encoder-header-table-size=200 8080
	listening 8080
	record http2-frames.pcap
	c nghttp -n -b 30 -p 7 -H 'x-one: 1' http://192.0.2.2:8080/index.html http://192.0.2.2:8080/6000 http://192.0.2.2:8080/index.html
	c nghttp -n --continuation -H "x-large: $(seq -s, 500)" -d www/index.html --trailer 'x-client: end' http://192.0.2.2:8080/form
	c nghttp -n --header-table-size=0 --header-table-size=4096 --encoder-header-table-size=0 -m 3 --max-concurrent-streams=2 http://192.0.2.2:8080/index.html
	c nghttp -n -w 20 -W 20 -H ':method: HEAD' -H 'cookie: a=1; b=2' http://192.0.2.2:8080/25000
	recorded
}

# What few do: a WebSocket, resets, other table sizes, 103, trailers, GOAWAY with a text.
# http2-odd: python:h2
capture_http2_odd() {
	network
	serve "$python" "$programs/h2_odd.py" serve 8080
	listening 8080
	record http2-odd.pcap
	c "$python" "$programs/h2_odd.py" 192.0.2.2 8080
	recorded
}

# The capture begins in mid-connection.
# http2-middle: python:h2
capture_http2_middle() {
	network
	serve "$python" "$programs/h2_odd.py" serve 8080
	listening 8080
	serve_at joy-client "$python" "$programs/h2_odd.py" 192.0.2.2 8080 "$work/go"
	sleep 1.5
	record http2-middle.pcap
	touch go
	recorded 1
}

# http2-grpc: python:grpc
capture_http2_grpc() {
	network
	serve "$python" "$programs/grpc_calls.py" serve 50051
	listening 50051
	record http2-grpc.pcap
	c "$python" "$programs/grpc_calls.py" 192.0.2.2 50051
	recorded
}
