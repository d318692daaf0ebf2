-- Who guesses passwords of SSH?
-- Many connections from one host to another that are all about as long: spread is the standard deviation of what the client sent over its mean.
-- param flows = 5: least connections
-- param spread = 0.5: largest spread
SELECT sa, da, dp, count(*) AS flows, round(avg(bytes), 1) AS mean_bytes_out,
    round(stddev_samp(bytes) / avg(bytes), 3) AS spread, min(first) AS first, max(first) AS last
FROM (
    SELECT sa, da, dp, sum(bytes_out) AS bytes, min(time_start) AS first
    FROM flows WHERE dp = 22 OR list_contains(app, 'ssh')
    GROUP BY sa, da, dp, sp, flow_id
)
GROUP BY sa, da, dp HAVING flows >= getvariable('flows') AND spread <= getvariable('spread')
ORDER BY flows DESC, sa, da, dp
