"""An FTP server on port 21: ftp_server.py FOLDER"""
import socket
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

users = DummyAuthorizer()
users.add_anonymous(sys.argv[1])
users.add_user("alice", "secret", sys.argv[1], perm="elradfmwMT")
FTPHandler.authorizer = users
listener = socket.create_server(("::", 21), family=socket.AF_INET6, dualstack_ipv6=True)
FTPServer(listener, FTPHandler).serve_forever()
