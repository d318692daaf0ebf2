"""Three connections from one local port, each after the other: port_reuse.py ADDRESS PORT LOCAL-PORT"""
import socket
import sys
import time

address, port, local = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for n in range(3):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("", local))
        s.connect((address, port))
        s.sendall(b"GET /?n=%d HTTP/1.1\r\nHost: reuse.example\r\n\r\n" % n)
        while s.recv(4096):
            pass
    time.sleep(1.1)  # so that the server's TIME-WAIT takes the next SYN
