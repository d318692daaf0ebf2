"""Sends three requests before it reads an answer: pipelined.py ADDRESS PORT"""
import socket
import sys

request = "GET /%s HTTP/1.1\r\nHost: pipelined.example\r\nConnection: %s\r\n\r\n"
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as s:
    s.sendall((request % ("index.html", "keep-alive") + request % ("none", "keep-alive")
               + request % ("index.html?last", "close")).encode())
    while s.recv(4096):
        pass
