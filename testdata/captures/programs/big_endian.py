"""Copies a little endian pcap file to a big endian one."""
import struct
import sys

data = sys.stdin.buffer.read()
out = sys.stdout.buffer
out.write(struct.pack(">IHHiIII", *struct.unpack("<IHHiIII", data[:24])))
at = 24
while at < len(data):
    header = struct.unpack("<IIII", data[at:at + 16])
    out.write(struct.pack(">IIII", *header) + data[at + 16:at + 16 + header[2]])
    at += 16 + header[2]
