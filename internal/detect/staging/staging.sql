-- What hosts got from others inside, by day. Two branches, for a host may fetch
-- or be handed it. Conversation-hours with little in them are left out: dust of
-- which every host has much.
-- Parameter, twice: bytes of a conversation-hour.
CREATE OR REPLACE TABLE staging_received AS
SELECT g.host, g.peer, g.on_day, CAST(least(sum(g.bytes), 4611686018427387904) AS BIGINT) AS bytes
FROM (
    SELECT client AS host, server AS peer, hour - hour % 24 AS on_day, bytes_server AS bytes FROM oriented WHERE proto = 6 AND bytes_server >= ?
    UNION ALL
    SELECT server, client, hour - hour % 24, bytes_client FROM oriented WHERE proto = 6 AND bytes_client >= ?
) g
JOIN place h ON h.address = g.host AND h.inside AND NOT h.special
JOIN place p ON p.address = g.peer AND p.inside AND NOT p.special
GROUP BY g.host, g.peer, g.on_day;

-- Candidates: within a week after a day of much, a host sent much to a label that
-- few hosts use.
-- Parameters: bytes of a day of much, bytes of a day sent, number of hosts.
CREATE OR REPLACE TABLE staging_pair AS
SELECT DISTINCT r.host, d.label
FROM (SELECT host, on_day FROM staging_received GROUP BY host, on_day HAVING sum(bytes) >= ?) r
JOIN (
    SELECT w.host, w.label, w.on_day
    FROM sent w
    JOIN known k ON k.label = w.label
    WHERE w.bytes_out >= ? AND (k.hosts <= 4 OR k.hosts * 10 <= ?)
) d ON d.host = r.host
WHERE d.on_day >= r.on_day AND d.on_day <= CAST(r.on_day AS BIGINT) + 168;

-- Their conversations with the far end, with the lists.
CREATE OR REPLACE TABLE staging_flow AS
SELECT s.host, s.label, c.far, f.flipped, f.port, f.seq, f.block, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp
FROM staging_pair s
JOIN contact c ON c.host = s.host AND c.label = s.label AND c.outbound
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto;

CREATE OR REPLACE TABLE staging_list AS
SELECT l.block, l.lists FROM opened_list l JOIN (SELECT DISTINCT block FROM staging_flow) f ON f.block = l.block;

SELECT h.ip, t.text, p.ip, f.port, coalesce(b.text, a.text, '') AS name, k.hosts, k.first, d.labels,
       f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM staging_flow f
JOIN staging_list l ON l.block = f.block
JOIN place h ON h.address = f.host
JOIN place p ON p.address = f.far
JOIN label t ON t.label = f.label
JOIN known k ON k.label = f.label
JOIN habit d ON d.host = f.host
LEFT JOIN best_called b ON b.client = f.host AND b.server = f.far AND b.port = f.port
LEFT JOIN best_answered a ON a.address = f.far
ORDER BY h.ip, t.text, f.first, p.ip, f.port, f.last
