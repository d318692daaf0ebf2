-- Who still negotiates less than TLS 1.2?
SELECT sa, da, dp, sni, version, count(*) AS sessions, min(time_start) AS first, max(time_start) AS last
FROM tls WHERE s_version < 5
GROUP BY ALL ORDER BY sessions DESC, sa, da, dp, sni, version
