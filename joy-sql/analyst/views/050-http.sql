-- HTTP/1 exchanges, one row for each request with its response.
-- n: number of the exchange in the flow's record, from 1
-- method: GET, POST, ...
-- host: the header Host
-- uri: what is asked for
-- user_agent: the header User-Agent
-- code: status of the response
-- server: the header Server of the response
-- content_type: the header Content-Type of the response
-- referer: the header Referer
-- request: the request as JSON, a list of objects with one member each; header(request, 'Accept') looks into it
-- response: the response likewise
SELECT {key},
    n, header(x."out", 'method') AS method, header(x."out", 'Host') AS host,
    header(x."out", 'uri') AS uri, header(x."out", 'User-Agent') AS user_agent,
    TRY_CAST(header(x."in", 'code') AS USMALLINT) AS code, header(x."in", 'Server') AS server,
    header(x."in", 'Content-Type') AS content_type, header(x."out", 'Referer') AS referer,
    CAST(x."out" AS JSON) AS request, CAST(x."in" AS JSON) AS response
FROM (SELECT {key}, CAST(generate_subscripts(http, 1) AS INTEGER) AS n, unnest(http) AS x FROM flows)
