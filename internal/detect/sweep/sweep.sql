-- What each host took from file servers inside, by hour: from connections (SMB,
-- NetBIOS, NFS) and from the log of files.
CREATE OR REPLACE TABLE sweep_served AS
SELECT o.client, o.server, o.port, o.hour, sum(o.events - o.attempts) AS answered, sum(o.attempts) AS attempts, sum(o.bytes_server) AS bytes
FROM oriented o
JOIN place c ON c.address = o.client AND c.inside AND NOT c.special
JOIN place s ON s.address = o.server AND s.inside AND NOT s.special
WHERE o.proto = 6 AND o.port IN (139, 445, 2049)
GROUP BY o.client, o.server, o.port, o.hour;

CREATE OR REPLACE TABLE sweep_hour AS
SELECT client, hour, CAST(max(files) AS BIGINT) AS files, CAST(max(folders) AS BIGINT) AS folders, CAST(max(shares) AS BIGINT) AS shares,
       CAST(max(servers) AS BIGINT) AS servers, CAST(max(answered) AS BIGINT) AS answered, CAST(max(attempts) AS BIGINT) AS attempts,
       CAST(least(max(bytes), 4611686018427387904) AS BIGINT) AS bytes
FROM (
    SELECT client, hour, 0 AS files, 0 AS folders, 0 AS shares, count(DISTINCT server) FILTER (WHERE answered > 0) AS servers,
           sum(answered) AS answered, sum(attempts) AS attempts, sum(bytes) AS bytes
    FROM sweep_served GROUP BY client, hour
    UNION ALL
    SELECT m.client, m.hour, count(DISTINCT (m.server, m.at_place, m.file)), count(DISTINCT (m.server, m.at_place, regexp_replace(f.text, '[^\\/]*$', ''))),
           count(DISTINCT (m.server, m.at_place)), 0, 0, 0, 0
    FROM carried m
    JOIN ledger.name h ON h.id = m.how AND h.text IN ('SMB OPEN', 'SMB READ', 'SMB COPY')
    JOIN ledger.name f ON f.id = m.file
    JOIN place c ON c.address = m.client AND c.inside
    JOIN place s ON s.address = m.server AND s.inside
    WHERE m.file <> 0
    GROUP BY m.client, m.hour
) u
GROUP BY client, hour;

-- What 99 of 100 hours of all hosts stay below.
CREATE OR REPLACE TABLE sweep_usual AS
SELECT coalesce(quantile_disc(files, 0.99), 0) AS files, coalesce(quantile_disc(servers, 0.99), 0) AS servers,
       coalesce(quantile_disc(bytes, 0.99), 0) AS bytes, count(DISTINCT client) AS hosts
FROM sweep_hour;

-- Candidates: hosts with an hour of much, and all their hours.
-- Parameters: files, servers, bytes of an hour of much.
SELECT x.client, h.ip, x.hour, x.files, x.folders, x.shares, x.servers, x.answered, x.attempts, x.bytes,
       u.files, u.servers, u.bytes, u.hosts,
       (SELECT count(DISTINCT client) FROM sweep_served v WHERE v.server = x.client AND v.answered > 0) AS clients
FROM sweep_hour x
JOIN place h ON h.address = x.client
CROSS JOIN sweep_usual u
WHERE x.client IN (SELECT client FROM sweep_hour WHERE files >= ? OR servers >= ? OR bytes >= ?)
ORDER BY h.ip, x.hour
