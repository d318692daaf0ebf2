"""Writes what nfstream itself says of our captures: pip install nfstream==6.6.0; python3 reference.py > reference.jsonl

nfstream is LGPL. It runs here to be compared with; nothing of it is in joy.
"""
import json
import os

from nfstream import NFStreamer

CAPTURES = ["http-get", "dns", "tls1.2", "ftp", "half-closed", "ssh-openssh", "http-connections", "smtp", "tcp-keepalive", "dhcpv6"]
LEFT_OUT = ("id", "expiration_id", "src_ip", "dst_ip", "src_mac", "dst_mac", "src_oui", "dst_oui", "vlan_id", "tunnel_id", "_C", "udps")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    for capture in CAPTURES:
        source = os.path.join(here, "../../../testdata/captures", capture + ".pcap")
        flows = NFStreamer(
            source=source, statistical_analysis=True, accounting_mode=1, n_dissections=0, idle_timeout=120, active_timeout=1800, n_meters=1
        )
        for flow in flows:
            row = {k: getattr(flow, k, None) for k in flow.__slots__ if k not in LEFT_OUT}
            print(json.dumps({"capture": capture, **{k: v for k, v in row.items() if v is not None}}))


if __name__ == "__main__":
    main()
