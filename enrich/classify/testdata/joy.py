#!/usr/bin/env python3
"""What Cisco's Joy says of our captures, for TestJoysOutput.

    joy.py JOY OURS > joy.txt

JOY is Joy 4.5.0 built from source, OURS is joy. A line for each flow that both
describe alike: same lengths and times, packets and bytes, as Joy cuts its
counters to 8 and 16 bits, leaves out retransmissions and fragments, and counts
byte values up to 4,000 bytes of a direction only. capture options sa da sp dp
time_start p_malware
"""
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile

theirs, ours = map(os.path.abspath, sys.argv[1:])
os.chdir(os.path.dirname(os.path.abspath(__file__)) + "/../../../testdata/captures")


def flows(text):
    found = {}
    for line in text.splitlines():
        try:
            r = json.loads(line)
        except ValueError:
            continue
        if isinstance(r, dict) and "p_malware" in r:
            key = (r["sa"], r["da"], str(r["sp"]), str(r["dp"]), "%.6f" % r["time_start"])
            found[key] = None if key in found else r
    return found


def joy(name, options):
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([theirs, "classify=1", "output=o.json", *options, os.path.abspath(name)], cwd=d, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=30)
        text = ""
        for f in glob.glob(d + "/*"):
            data = open(f, "rb").read()
            text += (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode(errors="replace")
        return flows(text)


for name in sorted(glob.glob("*.pcap")):
    for options in (["bidir=1"], ["bidir=1", "dist=1"], [], ["dist=1"]):
        a, b = joy(name, options), flows(subprocess.run([ours, "classify=1", *options, name], capture_output=True, text=True).stdout)
        for key, x in a.items():
            y = b.get(key)
            same = x and y and all(x.get(k) == y.get(k) for k in ("packets", "bytes_out", "bytes_in", "num_pkts_out", "num_pkts_in"))
            if same and ("dist=1" not in options or max(x["bytes_out"], x.get("bytes_in", 0)) <= 4000):
                print(name, ",".join(options) or "-", *key, "%.6f" % x["p_malware"])
