-- Which programs and operating systems made the TLS sessions?
-- By the database of fingerprints: only where flow files were made with fingerprint=; captures are read so here.
-- needs fingerprint=builtin
SELECT s.status, s.process, s.version, s.os, count(*) AS sessions, count(DISTINCT s.sa) AS hosts, round(avg(s.score), 3) AS score
FROM software AS s
WHERE s.outward AND (s.flow_id, s.segment, s.sa, s.sp) IN (SELECT (flow_id, segment, sa, sp) FROM tls)
GROUP BY ALL ORDER BY sessions DESC, s.process, s.version, s.os, s.status
