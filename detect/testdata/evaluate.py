#!/usr/bin/env python3
"""evaluate.py - what joy detect finds in captures of which one knows what is in them.

    evaluate.py JOY FOLDER... [--quiet FOLDER_OR_FILE...]

FOLDERs have captures of make.sh, of which EXPECTED says what is in them; what else is found there is a false alarm. In those
behind --quiet nothing is: they are ordinary traffic, as far as one knows. Prints the tables of docs/detect-evaluation.md. False
alarms are counted by findings, for 1,000 flows and for an hour of a host: a host is an address that began a flow, an hour that
from the first packet of a capture to the last.
"""
import collections
import json
import pathlib
import subprocess
import sys

# Kinds that must be found; behind a bar, those that may be as well, since they are there too.
EXPECTED = {
    "nmap-syn": "port-scan hop-limit-conflict", "nmap-connect": "port-scan", "nmap-fin": "port-scan",
    "nmap-udp": "port-scan", "nmap-hosts": "host-scan hop-limit-conflict", "nmap-ping": "ping-sweep", "masscan": "host-scan",
    "zmap": "host-scan", "nmap-slow": "port-scan hop-limit-conflict", "nmap-version": "port-scan hop-limit-conflict",
    "nmap-xmas": "port-scan", "nmap-null": "port-scan", "nmap-ack": "port-scan", "nmap-few": "port-scan",
    "nmap-all": "port-scan hop-limit-conflict", "masscan-wide": "host-scan",
    "hydra-ssh": "ssh-brute-force", "medusa-ssh": "ssh-brute-force", "ncrack-ssh": "ssh-brute-force", "hydra-one": "ssh-brute-force",
    "hydra-http": "login-brute-force cleartext-login", "hydra-ftp": "login-brute-force cleartext-login",
    "iodine": "dns-tunnel", "iodine-txt": "dns-tunnel", "iodine-cname": "dns-tunnel", "iodine-mx": "dns-tunnel", "dns2tcp": "dns-tunnel",
    "beacon": "beacon", "beacons": "beacon beacon beacon beacon beacon", "odd-ports": "wrong-port wrong-port", "ncat": "wrong-port",
    "telnet": "cleartext-login", "certificates": "expired-certificate self-signed-certificate", "upload": "upload",
    "flood": "spoofed-flood bogon-source | bogon-source", "spoof": "address-conflict bogon-source", "dga": "generated-domains",
    "quiet": "", "quiet-long": "", "ssh-work": "",
}


def findings(joy, path):
    out = subprocess.run([joy, "detect", "-f", "json", str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return [json.loads(line) for line in out.stdout.splitlines()]


def size(joy, path):
    """Flows, and hours of hosts."""
    out = subprocess.run([joy, "bidir=1", str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    flows, hosts, first, last = 0, set(), None, None
    for line in out.stdout.splitlines():
        f = json.loads(line)
        if "sa" not in f:
            continue
        flows += f["segment"] == 0
        hosts.add(f["sa"])
        first = min(first or f["time_start"], f["time_start"])
        last = max(last or 0, f["time_end"])
    return flows, len(hosts) * ((last or 0) - (first or 0)) / 3600


def captures(folders):
    for folder in map(pathlib.Path, folders):
        yield from sorted(p for p in ([folder] if folder.is_file() else folder.rglob("*")) if ".pcap" in p.name)


def main():
    args = sys.argv[1:]
    quiet = args[args.index("--quiet") + 1:] if "--quiet" in args else []
    joy, folders = args[0], [a for a in args[1:] if a not in quiet and a != "--quiet"]
    made, found, alarms, where = (collections.Counter() for _ in range(4))
    least = {}
    flows = hours = 0
    for path in captures(folders):
        name = path.name.split(".")[0]
        if name not in EXPECTED:
            continue
        must, _, may = EXPECTED[name].partition("|")
        must, may = must.split(), set(may.split())
        made.update(must)
        n, h = size(joy, path)
        flows, hours = flows + n, hours + h
        list_ = findings(joy, path)
        print(f"{name}: {n} flows: " + ", ".join(f"{f['kind']} {f['score']:.2f}" for f in list_), file=sys.stderr)
        for f in list_:
            if f["kind"] in must:
                must.remove(f["kind"])
                found[f["kind"]] += 1
                least[f["kind"]] = min(least.get(f["kind"], 1), f["score"])
            elif f["kind"] not in may:
                alarms[f["kind"]] += 1
                print(f"  false: {f['title']}", file=sys.stderr)
        for kind in must:
            print(f"  missed: {kind}", file=sys.stderr)
    print(f"Captures of tools: {flows} flows, {hours:.1f} hours of hosts\n")
    print("| kind | made | found | missed | lowest score | false alarms |\n|---|---|---|---|---|---|")
    for kind in sorted(set(made) | set(alarms)):
        print(f"| `{kind}` | {made[kind]} | {found[kind]} | {made[kind] - found[kind]} | {least.get(kind, 0):.2f} | {alarms[kind]} |")

    flows = hours = 0
    alarms.clear()
    for path in captures(quiet):
        n, h = size(joy, path)
        flows, hours = flows + n, hours + h
        for f in findings(joy, path):
            alarms[f["kind"]] += 1
            where[f["kind"], path.name, f["title"][:150]] += 1
    print(f"\nQuiet: {flows} flows, {hours:.1f} hours of hosts\n")
    print("| kind | findings | for 1,000 flows | for an hour of a host |\n|---|---|---|---|")
    for kind, n in sorted(alarms.items()):
        print(f"| `{kind}` | {n} | {n / flows * 1000:.2f} | {n / hours:.3f} |")
    for (kind, name, title), n in sorted(where.items()):
        print(f"{kind} {name}: {title}", file=sys.stderr)


main()
