-- Candidates: hosts inside that wrote much to the file shares of many machines
-- inside within a day, with the lists of these conversations.
-- Parameters: bytes written to a machine in an hour, number of machines.
CREATE OR REPLACE TABLE clinic_write AS
SELECT o.client, o.server, o.hour // 24 AS on_day, o.hour, o.seq, o.block, o.flipped, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp
FROM oriented o
JOIN place c ON c.address = o.client AND c.inside AND NOT c.special
JOIN place s ON s.address = o.server AND s.inside AND NOT s.special
WHERE o.proto = 6 AND o.port IN (139, 445) AND o.bytes_client >= ?;

CREATE OR REPLACE TABLE clinic_writer AS
SELECT w.client, w.on_day FROM clinic_write w GROUP BY w.client, w.on_day HAVING count(DISTINCT w.server) >= ?;

SELECT h.ip, s.ip, w.on_day,
       CAST((SELECT count(DISTINCT client) FROM clinic_writer) AS BIGINT) AS writers,
       coalesce(a.askers, 0), d.host IS NOT NULL AS device, w.flipped, w.first, w.last, w.duration, w.bytes_orig, w.bytes_resp, w.seq, l.lists
FROM clinic_writer g
JOIN clinic_write w ON w.client = g.client AND w.on_day = g.on_day
JOIN opened_list l ON l.block = w.block
JOIN place h ON h.address = w.client
JOIN place s ON s.address = w.server
LEFT JOIN clinic_host d ON d.host = w.client
LEFT JOIN (
    SELECT o.server, count(DISTINCT o.client) AS askers FROM oriented o
    JOIN (SELECT DISTINCT client FROM clinic_writer) x ON x.client = o.server
    JOIN place p ON p.address = o.client AND p.inside
    WHERE o.events > o.attempts AND o.proto = 6 GROUP BY o.server
) a ON a.server = w.client
ORDER BY h.ip, w.on_day, w.first, s.ip, w.last
