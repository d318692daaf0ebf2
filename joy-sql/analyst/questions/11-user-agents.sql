-- Which User-Agents are there?
-- param limit = 50: how many
SELECT user_agent, count(*) AS requests, count(DISTINCT sa) AS hosts, min(host) AS host
FROM http WHERE user_agent IS NOT NULL
GROUP BY user_agent ORDER BY requests DESC, user_agent LIMIT getvariable('limit')
