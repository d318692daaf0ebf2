-- Which fingerprints of TLS clients are rare?
-- param hosts = 1: most hosts that a rare one is of
SELECT ja4, any_value(ja3) AS ja3, count(*) AS sessions, count(DISTINCT sa) AS hosts, min(sa) AS host, min(sni) AS sni
FROM tls WHERE ja4 IS NOT NULL
GROUP BY ja4 HAVING hosts <= getvariable('hosts') ORDER BY hosts, sessions, ja4
