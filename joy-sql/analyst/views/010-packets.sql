-- Packets with payload, in their order: field packets of the flows, one row for each.
-- n: number of the packet in the flow's record, from 1
-- time: when it was captured, added up from the whole milliseconds of ipt
-- bytes: payload in bytes
-- outward: the side that opened the flow sent it; NULL in records of one direction
-- ipt: whole milliseconds since the packet before
SELECT {key},
    n, time_start + to_milliseconds(CAST(list_sum(list_transform(packets[1:n], lambda p: p.ipt)) AS BIGINT)) AS time,
    p.b AS bytes, CASE WHEN num_pkts_in IS NULL AND p.dir = '<' THEN NULL ELSE p.dir = '>' END AS outward, p.ipt AS ipt
FROM (
    SELECT {key}, num_pkts_in, packets, CAST(generate_subscripts(packets, 1) AS INTEGER) AS n, unnest(packets) AS p FROM flows
)
