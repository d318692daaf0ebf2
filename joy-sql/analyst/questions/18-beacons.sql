-- Who calls home: connections in regular intervals?
-- jitter is the standard deviation of the gaps between beginnings over their mean: 0 for a clock, about 1 for chance.
-- param flows = 6: least connections
-- param seconds = 1: least mean gap
-- param jitter = 0.2: largest jitter
SELECT sa, da, dp, pr, count(*) + 1 AS flows, round(avg(gap), 3) AS mean_gap, round(stddev_samp(gap) / avg(gap), 3) AS jitter,
    min(time_start) AS second, max(time_start) AS last
FROM (
    SELECT sa, da, dp, pr, time_start,
        (epoch_us(time_start) - lag(epoch_us(time_start)) OVER (PARTITION BY sa, da, dp, pr ORDER BY time_start)) / 1e6 AS gap
    FROM flows WHERE coalesce(segment, 0) = 0
)
WHERE gap IS NOT NULL
GROUP BY sa, da, dp, pr
HAVING flows >= getvariable('flows') AND mean_gap >= getvariable('seconds') AND jitter <= getvariable('jitter')
ORDER BY jitter, flows DESC, sa, da, dp
