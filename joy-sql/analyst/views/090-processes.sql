-- Processes of the machine that captured, one row for each end of a flow that has one.
-- address: the end, sa or da
-- name: name of the program
-- path: its file
-- pid: number of the process
-- uptime: how long it had run, in seconds, at time_start
-- user: who it runs as
-- parent: name of the process that started it
-- container: the container that it runs in
-- exe: all there is, as docs/fields.md defines it
SELECT {key},
    CASE WHEN p.e."end" = 'da' THEN da ELSE sa END AS address, p.e.name AS name, p.e.path AS path, p.e.pid AS pid,
    p.e.uptime AS uptime, p.e.user.name AS user, p.e.parent.name AS parent, p.e.container AS container, p.e AS exe
FROM (
    SELECT {key}, exe AS e FROM flows WHERE exe IS NOT NULL
    UNION ALL
    SELECT {key}, exe_peer FROM flows WHERE exe_peer IS NOT NULL
) AS p
