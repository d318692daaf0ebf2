-- Messages of DNS, one row for each; also of mDNS, LLMNR and NetBIOS, which speak it.
-- n: number of the message in the flow's record, from 1
-- response: it is an answer
-- name: the name that is asked for
-- type: what of it is asked for, as a mnemonic: A, AAAA, ...
-- rcode: response code; 3 is NXDOMAIN. NULL in queries
-- response_ms: milliseconds from the query to this response
-- addresses: the addresses of the answer
-- names: the names that the answer leads to: CNAME, PTR, NS, MX
-- message: all there is, as docs/fields.md defines it
SELECT {key},
    n, m.rn IS NOT NULL AS response, coalesce(m.qn, m.rn) AS name, m.qt AS type,
    CASE WHEN m.rn IS NOT NULL THEN m.rc END AS rcode, m.response_ms AS response_ms,
    list_filter(list_transform(m.rr, lambda r: coalesce(r.a, r.aaaa)), lambda a: a IS NOT NULL) AS addresses,
    list_filter(list_transform(m.rr, lambda r: coalesce(r.cname, r.ptr, r.ns, r.mx)), lambda a: a IS NOT NULL) AS names,
    m AS message
FROM (SELECT {key}, CAST(generate_subscripts(dns, 1) AS INTEGER) AS n, unnest(dns) AS m FROM flows)
