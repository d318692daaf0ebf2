-- How are the selected cipher suites of TLS distributed?
SELECT suite, suite_name, version, count(*) AS sessions, round(100 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM tls WHERE suite IS NOT NULL
GROUP BY ALL ORDER BY sessions DESC, suite, version
