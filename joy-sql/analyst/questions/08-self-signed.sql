-- Which servers show a self-signed certificate and nothing else?
-- The certificate names itself as its issuer, and the chain has no other.
SELECT da, dp, sni, subject_cn, sha256, count(*) AS sessions, count(DISTINCT sa) AS clients
FROM certificates WHERE side = 'server' AND chain = 1 AND self_issued
GROUP BY ALL ORDER BY sessions DESC, da, dp, sha256
