-- Which server names do TLS clients ask for, and how many hosts do?
-- param limit = 50: how many names
SELECT lower(name) AS name, count(*) AS sessions, count(DISTINCT sa) AS hosts
FROM (SELECT sa, unnest(tls.sni) AS name FROM flows)
GROUP BY ALL ORDER BY sessions DESC, name LIMIT getvariable('limit')
