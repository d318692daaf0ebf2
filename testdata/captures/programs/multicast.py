"""Sends to a multicast group, IPv4 and IPv6, and to the broadcast address; nobody answers."""
import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("192.0.2.1"))
    s.bind(("192.0.2.1", 5005))
    s.sendto(b"to a group", ("233.252.0.1", 5006))
    s.sendto(b"to all", ("192.0.2.255", 5006))
    s.sendto(b"", ("192.0.2.255", 5006))
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("eth0"))
    s.bind(("2001:db8::1", 5005))
    s.sendto(b"to a group", ("ff0e::db8:0:1", 5006))
