-- Who scans: many hosts or ports, a few packets each?
-- param hosts = 20: more hosts than this
-- param ports = 20: or more ports than this
-- param packets = 3: in flows with at most so many packets of the scanner
SELECT sa, count(DISTINCT da) AS hosts, count(DISTINCT dp) AS ports, count(*) AS flows,
    count(*) FILTER (coalesce(num_pkts_in, 0) = 0) AS unanswered, min(time_start) AS first, max(time_start) AS last
FROM flows WHERE pr IN (6, 17, 132) AND num_pkts_out <= getvariable('packets')
GROUP BY sa HAVING hosts > getvariable('hosts') OR ports > getvariable('ports')
ORDER BY hosts DESC, ports DESC, sa
