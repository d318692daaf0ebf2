-- Who sends much more than it gets?
-- param times = 10: so many times as much
-- param bytes = 1000000: and at least so many bytes
SELECT sa, da, dp, sum(bytes_out) AS sent, coalesce(sum(bytes_in), 0) AS got,
    count(*) FILTER (coalesce(segment, 0) = 0) AS flows, min(time_start) AS first, max(time_end) AS last
FROM flows GROUP BY sa, da, dp
HAVING sent > getvariable('times') * got AND sent >= getvariable('bytes')
ORDER BY sent DESC, sa, da, dp
