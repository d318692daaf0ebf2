"""Sends messages of DHCP that common clients do not: leasequery.py 4|6|pxe MY-ADDRESS SERVER ADDRESS"""
import ipaddress
import socket
import struct
import sys

what, mine, server, about = sys.argv[1:]
CHADDR = bytes.fromhex("020000000001")


def option4(code, data):
    return bytes([code, len(data)]) + data


def option6(code, data):
    return struct.pack("!HH", code, len(data)) + data


def message4(kind, ciaddr="0.0.0.0", giaddr="0.0.0.0", chaddr=b"", options=b""):
    head = struct.pack("!BBBBIHH", 1, 1 if chaddr else 0, len(chaddr), 0, 0x10203040 + kind, 0, 0)
    for a in ciaddr, "0.0.0.0", "0.0.0.0", giaddr:
        head += socket.inet_aton(a)
    return head + chaddr.ljust(16, b"\0") + bytes(192) + b"\x63\x82\x53\x63" + option4(53, bytes([kind])) + options + b"\xff"


def exchange(family, port, to, messages):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((mine, port))
        s.settimeout(2)
        for m in messages:
            s.sendto(m, (server, to))
            try:
                s.recv(2000)
            except TimeoutError:
                pass


if what == "4":  # RFC 4388: by address, by hardware address, and of one that is not known
    exchange(socket.AF_INET, 67, 67, [
        message4(10, ciaddr=about, giaddr=mine, options=option4(55, b"\x33\x3d\x5b\x5c")),
        message4(10, giaddr=mine, chaddr=CHADDR, options=option4(55, b"\x33\x52")),
        message4(10, ciaddr="198.51.100.7", giaddr=mine),
    ])
elif what == "pxe":  # a boot server is asked at port 4011
    exchange(socket.AF_INET, 68, 4011, [
        message4(3, ciaddr=mine, chaddr=CHADDR, options=option4(60, b"PXEClient:Arch:00007:UNDI:003016") + option4(93, b"\0\7") +
                 option4(94, b"\1\3\x10") + option4(97, bytes(17)) + option4(43, option4(71, b"\x80\0\0\0") + b"\xff") +
                 option4(55, b"\x2b\x3c\x42\x43")),
    ])
else:  # two relay agents (RFC 8415 section 19), RFC 5007, and a message of a server: RECONFIGURE with a key (RFC 8415 section 20.4)
    duid = option6(1, b"\0\3\0\1" + CHADDR)
    address = option6(5, ipaddress.ip_address(about).packed + struct.pack("!II", 0, 0))
    solicit = b"\x01\x05\x06\x07" + duid + option6(8, bytes(2)) + option6(3, b"\0\0\0\7" + bytes(8))
    inner = b"\x0c\0" + ipaddress.ip_address(mine).packed + ipaddress.ip_address("fe80::1").packed + option6(18, b"port 7") + option6(9, solicit)
    outer = b"\x0c\1" + bytes(16) + ipaddress.ip_address("fe80::fe").packed + option6(37, b"\0\0\0\x09remote") + option6(9, inner)
    exchange(socket.AF_INET6, 547, 547, [outer])
    exchange(socket.AF_INET6, 546, 547, [
        b"\x0e\x01\x02\x03" + duid + option6(44, b"\1" + bytes(16) + address + option6(6, b"\0\x2f")),
        b"\x0e\x01\x02\x04" + duid + option6(44, b"\2" + bytes(16) + option6(1, b"\0\4" + bytes(range(16)))),
        b"\x0a\0\0\0" + option6(1, b"\0\2\0\0\x09\xbfvendor") + duid.replace(b"\0\1", b"\0\2", 1) + option6(19, b"\5") +
        option6(11, b"\3\1\0" + bytes(7) + b"\1" + b"\2" + bytes(range(16))),
    ])
