-- Which DNS names are suspiciously long, as those of tunnels are?
-- param length = 60: longer than this
SELECT registered_domain(name) AS domain, count(DISTINCT lower(name)) AS names, count(*) AS questions,
    max(length(name)) AS longest, round(avg(text_entropy(lower(name))), 2) AS entropy, count(DISTINCT sa) AS hosts, min(name) AS example
FROM dns WHERE NOT response AND length(name) > getvariable('length')
GROUP BY ALL ORDER BY names DESC, domain
