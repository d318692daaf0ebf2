-- What the database of fingerprints says of the software at both ends, one row for each end that shows a fingerprint. Captures need fingerprint=builtin, or another database.
-- address: the end, sa or da
-- outward: it is the end that opened the flow
-- status: exact, approximate or unknown
-- process: the most probable program; NULL when nothing is known
-- version: its version
-- os: its operating system
-- category: what kind of program it is
-- malware: it is known as malware
-- score: probability of the program, 0 to 1
SELECT {key},
    s.address AS address, s.outward AS outward, s.a.status AS status, s.a.process AS process, s.a.version AS version,
    s.a.os AS os, s.a.category AS category, coalesce(s.a.malware, false) AS malware, s.a.score AS score
FROM (
    SELECT {key}, sa AS address, true AS outward, analysis AS a FROM flows WHERE analysis IS NOT NULL
    UNION ALL
    SELECT {key}, da, false, analysis_in FROM flows WHERE analysis_in IS NOT NULL
) AS s
