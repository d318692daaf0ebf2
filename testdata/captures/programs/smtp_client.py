"""Sends one mail in clear: smtp_client.py ADDRESS"""
import smtplib
import sys

with smtplib.SMTP(sys.argv[1], local_hostname="client.example.org") as s:
    s.ehlo()
    s.sendmail("alice@example.org", ["bob@example.net", "carol@example.net"],
               "From: alice@example.org\nSubject: hello\n\nA line.\n.leading dot\n")
