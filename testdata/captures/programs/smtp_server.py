"""A mail server on port 25 with STARTTLS: smtp_server.py CERTIFICATE KEY"""
import ssl
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(*sys.argv[1:])
Controller(Sink(), hostname="192.0.2.2", port=25, tls_context=context, server_hostname="mail.example.org").start()
while True:
    time.sleep(60)
