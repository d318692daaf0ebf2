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
