-- Who receives most data?
-- param limit = 20: how many rows
SELECT da, sum(bytes_out) AS bytes, count(*) AS flows FROM flows GROUP BY da ORDER BY bytes DESC, da LIMIT getvariable('limit')
