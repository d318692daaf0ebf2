-- Certificates in TLS handshakes, one row for each: the chains of servers and of clients.
-- side: server or client, who showed it
-- position: place in the chain, from 1: the leaf
-- chain: certificates in the chain
-- sni: the first server name that the client asked for
-- subject_cn: common name of the subject
-- issuer_cn: common name of the issuer
-- subject: the subject as JSON
-- issuer: the issuer as JSON
-- names: its alternative names, as text
-- not_before: begin of its validity
-- not_after: end of its validity
-- key_algo: algorithm of its key
-- key_bits: size of its key
-- key_curve: curve of its key
-- signature_algo: algorithm of the signature on it
-- self_issued: subject and issuer are the same
-- serial: its number, hexadecimal
-- sha256: SHA-256 of the certificate
SELECT {key},
    c.side AS side, CAST(c.position AS INTEGER) AS position, CAST(c.chain AS INTEGER) AS chain, sni,
    header(to_json(CAST(c.c.subject AS JSON[])), 'commonName') AS subject_cn, header(to_json(CAST(c.c.issuer AS JSON[])), 'commonName') AS issuer_cn,
    to_json(CAST(c.c.subject AS JSON[])) AS subject, to_json(CAST(c.c.issuer AS JSON[])) AS issuer,
    header(to_json(CAST(c.c.extensions AS JSON[])), 'X509v3 Subject Alternative Name') AS names,
    certificate_time(c.c.validity_not_before) AS not_before, certificate_time(c.c.validity_not_after) AS not_after,
    c.c.subject_public_key_algo AS key_algo, c.c.subject_public_key_size AS key_bits, c.c.subject_public_key_curve AS key_curve,
    c.c.signature_algo AS signature_algo, c.c.subject = c.c.issuer AS self_issued,
    c.c.serial_number AS serial, c.c.sha256 AS sha256
FROM (
    SELECT {key}, 'server' AS side, tls.sni[1] AS sni, len(tls.s_cert) AS chain, unnest(tls.s_cert) AS c,
        generate_subscripts(tls.s_cert, 1) AS position FROM flows WHERE tls.s_cert IS NOT NULL
    UNION ALL
    SELECT {key}, 'client', tls.sni[1], len(tls.c_cert), unnest(tls.c_cert),
        generate_subscripts(tls.c_cert, 1) FROM flows WHERE tls.c_cert IS NOT NULL
) AS c
