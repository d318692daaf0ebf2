"""Asks three multicast DNS questions, one of them for a unicast answer."""
import socket
import struct
import time


def question(name, kind, unicast=False):
    labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split("."))
    return labels + b"\0" + struct.pack("!HH", kind, 0x8001 if unicast else 1)


with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    s.bind(("192.0.2.1", 5353))
    for q in (question("_ipp._tcp.local", 12), question("printer.local", 1, True),
              question("_services._dns-sd._udp.local", 12)):
        s.sendto(struct.pack("!6H", 0, 0, 1, 0, 0, 0) + q, ("224.0.0.251", 5353))
        time.sleep(0.5)
