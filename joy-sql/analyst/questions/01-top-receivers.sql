-- Who receives most data?
-- Payload that came to an address, whichever side opened the flow.
-- param limit = 20: how many addresses
SELECT address, sum(bytes) AS bytes, sum(flow) AS flows
FROM (
    SELECT da AS address, bytes_out AS bytes, CAST(coalesce(segment, 0) = 0 AS INTEGER) AS flow FROM flows
    UNION ALL
    SELECT sa, bytes_in, CAST(coalesce(segment, 0) = 0 AS INTEGER) FROM flows WHERE bytes_in IS NOT NULL
)
GROUP BY address ORDER BY bytes DESC, address LIMIT getvariable('limit')
