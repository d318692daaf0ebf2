-- Which services are used?
-- By what flows say, not only by their ports: app is NULL where nothing was recognised.
-- param limit = 50: how many services
SELECT pr, protocol_name(pr) AS protocol, dp, service_name(dp, pr) AS service, array_to_string(app, '+') AS app,
    count(*) FILTER (coalesce(segment, 0) = 0) AS flows, count(DISTINCT sa) AS clients, count(DISTINCT da) AS servers,
    sum(bytes_out + coalesce(bytes_in, 0)) AS bytes
FROM flows GROUP BY ALL ORDER BY flows DESC, bytes DESC, pr, dp, app LIMIT getvariable('limit')
