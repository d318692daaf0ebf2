-- Which TLS sessions violate a policy, and why?
-- A small policy that can be read and changed: TLS 1.2 at least, forward secrecy, no broken ciphers, valid certificates of sound size. joy audit has whole ones.
SELECT t.sa, t.da, t.dp, t.sni, t.version, t.suite_name, list_filter([
        CASE WHEN t.s_version < 5 THEN 'version' END,
        CASE WHEN t.s_version < 6 AND regexp_matches(t.suite_name, '^TLS_(RSA|DH|ECDH|PSK|RSA_PSK|KRB5|NULL)_') THEN 'no forward secrecy' END,
        CASE WHEN regexp_matches(t.suite_name, '_(RC4|RC2|DES|DES40|3DES|IDEA|NULL)_') THEN 'broken cipher' END,
        CASE WHEN regexp_matches(t.suite_name, '_anon_|EXPORT') THEN 'no authentication or export' END,
        CASE WHEN c.expired THEN 'certificate not valid at the time' END,
        CASE WHEN c.short THEN 'short key in certificate' END
    ], lambda r: r IS NOT NULL) AS reasons, count(*) AS sessions
FROM tls AS t LEFT JOIN (
    SELECT file, flow_id, segment, time_start, sa, sp, bool_or(time_start NOT BETWEEN not_before AND not_after) AS expired,
        bool_or(key_bits < CASE WHEN key_algo ILIKE '%rsa%' OR key_algo ILIKE '%dsa%' AND key_curve IS NULL THEN 2048 ELSE 224 END) AS short
    FROM certificates WHERE side = 'server' GROUP BY ALL
) AS c ON (t.file, t.time_start, t.sa, t.sp) = (c.file, c.time_start, c.sa, c.sp)
    AND t.flow_id IS NOT DISTINCT FROM c.flow_id AND t.segment IS NOT DISTINCT FROM c.segment
GROUP BY ALL HAVING len(reasons) > 0 ORDER BY sessions DESC, t.sa, t.da, t.dp, t.sni, t.version, t.suite_name
