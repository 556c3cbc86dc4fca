-- What machines of the clinical network called inside: those that were there since
-- the records begin, and machines that they called for the first time later.
-- Parameters: from when a peer is new, until when the machine must have been there,
-- how many new peers, how many old ones at most.
CREATE OR REPLACE TABLE clinic_call AS
SELECT o.client, o.server, o.port, min(o.first) AS first, max(o.last) AS last, sum(o.events) AS events, sum(o.attempts) AS attempts
FROM oriented o
JOIN clinic_host c ON c.host = o.client
JOIN place s ON s.address = o.server AND s.inside AND NOT s.special
WHERE o.proto = 6 GROUP BY o.client, o.server, o.port;

CREATE OR REPLACE TABLE clinic_pair AS
SELECT g.client, g.server, g.fresh, count(*) OVER (PARTITION BY g.server, g.fresh) AS callers,
       sum(CASE WHEN g.fresh THEN 1 ELSE 0 END) OVER (PARTITION BY g.client) AS late,
       sum(CASE WHEN g.fresh THEN 0 ELSE 1 END) OVER (PARTITION BY g.client) AS old
FROM (
    SELECT k.client, k.server, min(k.first) >= ? AS fresh FROM clinic_call k
    JOIN clinic_host c ON c.host = k.client AND c.first <= ? GROUP BY k.client, k.server
) g;

SELECT h.ip, s.ip, k.port, p.callers, p.old, o.flipped, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp, o.seq, l.lists
FROM clinic_pair p
JOIN clinic_call k ON k.client = p.client AND k.server = p.server
JOIN oriented o ON o.client = k.client AND o.server = k.server AND o.port = k.port AND o.proto = 6
JOIN opened_list l ON l.block = o.block
JOIN place h ON h.address = p.client
JOIN place s ON s.address = p.server
WHERE p.fresh AND p.late >= ? AND p.old <= ?
ORDER BY h.ip, o.first, s.ip, k.port, o.last
