-- Flows with TLS, over whatever: TCP, DTLS, QUIC, OpenVPN.
-- sni: the first server name that the client asks for
-- version: what the server selected, as text; NULL when its hello was not seen
-- c_version: the highest that the client offers, as text
-- s_version: what the server selected, by Joy's number (5 is TLS 1.2)
-- suite: the cipher suite that the server selected, four hexadecimal digits
-- suite_name: the same by IANA's name
-- key_group: group of the key exchange that the server selected
-- alpn: the protocols that the client offers
-- s_alpn: the protocol that the server selected
-- ja3: JA3 of the client
-- ja3s: JA3S of the server
-- ja4: JA4 of the client
-- resumed: the server resumed a session
-- certificates: how many certificates the server showed; NULL when none was seen
-- offered: the cipher suites that the client offers
-- tls: all there is, as docs/fields.md defines it
SELECT {key},
    tls.sni[1] AS sni, tls_version(tls.s_version) AS version, tls_version(tls.c_version) AS c_version,
    tls.s_version AS s_version, tls.scs AS suite, suite_name(tls.scs) AS suite_name, tls.s_group AS key_group,
    tls.alpn AS alpn, tls.s_alpn AS s_alpn, tls.ja3 AS ja3, tls.ja3s AS ja3s, tls.ja4 AS ja4,
    coalesce(tls.resumed, false) AS resumed,
    len(tls.s_cert) AS certificates, tls.cs AS offered, tls
FROM flows WHERE tls IS NOT NULL
