#!/usr/bin/python3
"""facts.py - writes facts.txt: what tshark, which knows nothing of joy, finds in the captures of this folder.

A line has four columns with tabs between:

    capture    display filter    what    value

For the filters tcp, udp, icmp, icmpv6, sctp and esp "what" is flows, packets or bytes: the conversations, the IP packets
(a datagram that came in fragments is one) and the payload in bytes of the innermost packets of tunnels. For the
others it is the name of a field, and the value is one that the field has in the capture; each stands once.

    facts.py                  reads all captures
    facts.py CAPTURE...       only these, and keeps the lines of the others; names without their endings do
"""
import bz2
import collections
import lzma
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ENDINGS = (".pcap", ".pcapng", ".pcap.gz", ".pcap.zst", ".pcap.xz", ".pcap.bz2", ".pcap.lz4")
TRANSPORTS = ("tcp", "udp", "icmp", "icmpv6", "sctp", "esp")
LAYERS = ["frame.number", "frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.stream", "tcp.len",
          "udp.srcport", "udp.dstport", "udp.length"]

# Fields whose values a reader of the capture has to find. Values are told apart by what they are, so fields of
# small numbers are of no use here.
FIELDS = """
    tls.handshake.extensions_server_name tls.handshake.extensions_alpn_str tls.handshake.ja3 tls.handshake.ja3s
    tls.handshake.random tls.handshake.session_ticket_lifetime_hint x509sat.uTF8String x509ce.dNSName x509af.serialNumber
    dtls.handshake.extensions_server_name dtls.handshake.random dtls.handshake.cookie
    quic.scid quic.dcid
    dns.qry.name dns.a dns.aaaa dns.cname dns.ns dns.mx.mail_exchange dns.srv.target dns.ptr.domain_name dns.soa.mname
    http.host http.request.uri http.user_agent http.server http.response.code http.request.method
    http2.headers.path http2.headers.authority http2.headers.status http2.headers.user_agent http2.header.value http2.goaway.addata
    ssh.protocol ssh.kex.hassh ssh.kex.hasshserver
    isakmp.ispi isakmp.rspi isakmp.id.data.ipv4_addr isakmp.id.data.fqdn isakmp.nonce isakmp.key_exchange.data
    isakmp.notify.data isakmp.spi isakmp.hash isakmp.sig isakmp.ike.nat_hash
    isakmp.auth.data isakmp.cert.x509.hash isakmp.id.data.key_id isakmp.id.data.user_fqdn isakmp.id.data.ipv6_addr
    dhcp.option.hostname dhcp.ip.your dhcp.option.vendor_class_id dhcp.hw.mac_addr dhcp.option.domain_name
    dhcp.option.value dhcp.server dhcp.file dhcp.fqdn.name dhcp.ip.relay dhcp.ip.server dhcp.option.dhcp_server_id
    dhcp.option.requested_ip_address dhcp.option.router dhcp.option.domain_name_server
    dhcpv6.iaaddr.ip dhcpv6.duid.bytes dhcpv6.iaprefix.pref_addr dhcpv6.linkaddr dhcpv6.peeraddr dhcpv6.interface_id
    dhcpv6.client_domain dhcpv6.search_list_entry dhcpv6.dns_server dhcpv6.sntp_server dhcpv6.vendoropts.enterprise
    dhcpv6.vendoropts.enterprise.option_data dhcpv6.userclass.opaque_data dhcpv6.vendorclass.data dhcpv6.duidll.link_layer_addr
    dhcpv6.status_msg dhcpv6.lq_query_link_address dhcpv6.unicast
    smtp.req.parameter ftp.request.arg
    mqtt.clientid ldap.baseObject ldap.name
    pgsql.parameter_value mysql.version mysql.user mysql.schema
    snmp.community snmp.msgUserName
    syslog.hostname syslog.appname radius.User_Name radius.NAS_IP_Address radius.Calling_Station_Id
    stun.att.username stun.att.software stun.att.realm
    wg.sender openvpn.sessionid
    sip.Call-ID sip.Method sip.Status-Code sip.User-Agent sip.from.user sip.to.user
    kerberos.CNameString kerberos.realm kerberos.SNameString
    smb2.tree ntlmssp.auth.username
""".split()

# Values that stand for themselves only in part: what is kept is the group, and those without a match are left out.
PARTS = {
    "smtp.req.parameter": r".*<(.+)>",
    "x509af.serialNumber": r"(?:00)?(.+)",  # without the sign
    "ftp.request.arg": r"([^,]{5,})",  # names of users and files, not types and addresses
    "pgsql.parameter_value": r"([a-z]{5,}|15\..+)",  # names, not settings
    "ntlmssp.auth.username": r"(?!NULL)(.+)",  # tshark's word for none
    "dhcp.option.value": r"([0-9a-f]{4,})",  # the types of messages have names in records
    "isakmp.notify.data": r"([0-9a-f]+)",  # not tshark's <MISSING>
    "dhcp.fqdn.name": r"(.+?)\.?",  # records have no final dots
    "dhcpv6.client_domain": r"(.+?)\.?",
    "dhcpv6.search_list_entry": r"(.+?)\.?",
}
WHOLE = r"(.+)"


def tshark(path, fields):
    """Returns for each frame the list of the values of each field."""
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "aggregator=|", "-E", "separator=/t"]
    for field in fields:
        command += ["-e", field]
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    for line in out.decode("utf-8", "replace").split("\n"):
        if line:
            yield dict(zip(fields, (v.split("|") if v else [] for v in line.split("\t"))))


def innermost(frame):
    """Returns transport and key of the innermost conversation of a frame, and its payload; None if there is none."""
    seen = collections.Counter()
    ends, found = None, None
    for layer in (frame["frame.protocols"] or [""])[0].split(":"):
        n = seen[layer]
        seen[layer] += 1
        if layer in ("ip", "ipv6"):
            ends = frame[layer + ".src"][n], frame[layer + ".dst"][n]
        elif layer == "tcp":
            found = layer, frame["tcp.stream"][n], int(frame["tcp.len"][n])
        elif layer == "udp":
            # not udp.stream: tshark splits that of SNMP and TFTP, which may answer from other ports
            ports = frame["udp.srcport"][n], frame["udp.dstport"][n]
            found = layer, tuple(sorted(zip(ends, ports))), int(frame["udp.length"][n]) - 8
        elif layer == "esp" and found:
            return found  # ESP over UDP
        elif layer in TRANSPORTS:
            return layer, tuple(sorted(ends)), None  # what follows is the packet that an error is about
    return found


def conversations(path):
    flows, packets, size = collections.defaultdict(set), collections.Counter(), collections.Counter()
    for frame in tshark(path, LAYERS):
        found = innermost(frame)
        if found is None:
            continue
        transport, key, payload = found
        flows[transport].add(key)
        packets[transport] += 1
        size[transport] += payload or 0
    for transport in TRANSPORTS:
        if transport in flows:
            yield transport, "flows", str(len(flows[transport]))
            yield transport, "packets", str(packets[transport])
            if transport in ("tcp", "udp"):
                yield transport, "bytes", str(size[transport])


def known(fields):
    """Leaves out the fields that this version of tshark does not have."""
    out = subprocess.run(["tshark", "-G", "fields"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    have = {line.split("\t")[2] for line in out.decode("utf-8", "replace").split("\n") if line.startswith("F\t")}
    for field in fields:
        if field not in have:
            print(f"facts.py: this tshark has no field {field}", file=sys.stderr)
    return [f for f in fields if f in have]


def values(path, fields):
    seen = collections.defaultdict(dict)
    for frame in tshark(path, fields):
        for field, list_ in frame.items():
            for value in list_:
                part = re.fullmatch(PARTS.get(field, WHOLE), value)
                if part and len(value) <= 200 and not re.search(r"[\\\x00-\x1f\ufffd]", value):
                    seen[field][part[1]] = True
    for field in fields:
        for value in list(seen[field])[:40]:
            yield field.split(".")[0], field, value


def readable(path, folder):
    """Unpacks what this version of tshark cannot."""
    unpack = {".bz2": bz2.open, ".xz": lzma.open}.get(path.suffix)
    if unpack is None:
        return path
    plain = pathlib.Path(folder) / path.stem
    with unpack(path) as f:
        plain.write_bytes(f.read())
    return plain


def main():
    asked = sys.argv[1:]
    facts = {}
    target = HERE / "facts.txt"
    if asked and target.exists():
        for line in target.read_text().splitlines():
            facts.setdefault(line.split("\t")[0], []).append(line)
    fields = known(FIELDS)
    present = sorted(p for p in HERE.iterdir() if p.name.endswith(ENDINGS))
    for path in present:
        if asked and not any(path.name.startswith(name) for name in asked) and path.name in facts:
            continue
        with tempfile.TemporaryDirectory() as folder:
            plain = readable(path, folder)
            found = list(conversations(plain)) + list(values(plain, fields))
        facts[path.name] = ["\t".join((path.name,) + fact) for fact in found]
    names = {p.name for p in present}
    target.write_text("".join(line + "\n" for name in sorted(facts) if name in names for line in facts[name]))


main()
