"""Asks for a page and aborts the connection: abort.py ADDRESS PORT"""
import socket
import struct
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as s:
    s.sendall(b"GET /6000 HTTP/1.1\r\nHost: abort.example\r\n\r\n")
    s.recv(100)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
