-- Which certificates had expired, were not valid yet, or expire soon, when they were seen?
-- Judged at the time of the capture, not of the question.
-- param days = 30: how soon
SELECT da, dp, sni, side, position, subject_cn, not_before, not_after,
    CASE WHEN not_after < time_start THEN 'expired' WHEN not_before > time_start THEN 'not yet valid' ELSE 'expires soon' END AS state,
    count(*) AS sessions
FROM certificates
WHERE not_after < time_start + to_days(CAST(getvariable('days') AS INTEGER)) OR not_before > time_start
GROUP BY ALL ORDER BY not_after, da, dp, sni, side, position, subject_cn
