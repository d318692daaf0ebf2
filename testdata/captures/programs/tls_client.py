"""Asks for a page with Python's TLS: tls_client.py ADDRESS PORT NAME"""
import socket
import ssl
import sys

context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as s:
    with context.wrap_socket(s, server_hostname=sys.argv[3]) as t:
        t.sendall(f"GET / HTTP/1.1\r\nHost: {sys.argv[3]}\r\nConnection: close\r\n\r\n".encode())
        while t.recv(4096):
            pass
