"""A proxy that knows CONNECT: connect_proxy.py PORT"""
import socket
import socketserver
import sys
import threading


class Proxy(socketserver.StreamRequestHandler):
    def handle(self):
        host, port = self.rfile.readline().split()[1].decode().rsplit(":", 1)
        while self.rfile.readline().strip():
            pass
        with socket.create_connection((host, int(port))) as other:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=copy, args=(other, self.connection))
            back.start()
            copy(self.connection, other)
            back.join()


def copy(a, b):
    while data := a.recv(4096):
        b.sendall(data)
    b.shutdown(socket.SHUT_WR)


socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("", int(sys.argv[1])), Proxy).serve_forever()
