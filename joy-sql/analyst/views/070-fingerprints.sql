-- Fingerprints of the software at both ends, one row for each.
-- address: the end that it is of, sa or da
-- outward: it is the end that opened the flow
-- kind: tls, http, ssh, tcp, ...: the fingerprint's first word; joy_tls and joy_tcp are Joy's older forms
-- fingerprint: the fingerprint
SELECT {key},
    f.address AS address, f.outward AS outward,
    CASE WHEN f.joy IS NULL THEN split_part(f.fingerprint, '/', 1) ELSE f.joy END AS kind, f.fingerprint AS fingerprint
FROM (
    SELECT {key}, sa AS address, true AS outward, NULL AS joy, unnest(fingerprints.npf) AS fingerprint FROM flows
    UNION ALL
    SELECT {key}, da, false, NULL, unnest(fingerprints_in.npf) FROM flows
    UNION ALL
    SELECT {key}, sa, true, 'joy_tls', fingerprints.tls FROM flows WHERE fingerprints.tls IS NOT NULL
    UNION ALL
    SELECT {key}, sa, true, 'joy_tcp', fingerprints.tcp FROM flows WHERE fingerprints.tcp IS NOT NULL
    UNION ALL
    SELECT {key}, da, false, 'joy_tls', fingerprints_in.tls FROM flows WHERE fingerprints_in.tls IS NOT NULL
    UNION ALL
    SELECT {key}, da, false, 'joy_tcp', fingerprints_in.tcp FROM flows WHERE fingerprints_in.tcp IS NOT NULL
) AS f
