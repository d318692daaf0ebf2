-- Whose DNS questions have no such name as their answer, time and again?
-- Generated domains and broken software look like this: names are how many different ones there were.
-- param answers = 1: least such answers
SELECT sa, count(*) FILTER (rcode = 3) AS nxdomain, count(DISTINCT name) FILTER (rcode = 3) AS names,
    count(*) AS answers, round(100 * count(*) FILTER (rcode = 3) / count(*), 1) AS percent, min(name) FILTER (rcode = 3) AS example
FROM dns WHERE response
GROUP BY sa HAVING nxdomain >= getvariable('answers') ORDER BY nxdomain DESC, sa
