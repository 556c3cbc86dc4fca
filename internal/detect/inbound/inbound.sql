-- Doors: hosts inside and ports that answered the outside with data, how many far
-- ends came in and since when. Attempts are noise that every address gets.
CREATE OR REPLACE TABLE inbound_door AS
SELECT host, port, count(DISTINCT far) AS visitors, min(first) AS first
FROM contact
WHERE NOT outbound AND proto = 6 AND events > attempts AND bytes_out > 0
GROUP BY host, port;

-- What far ends try, anywhere inside.
CREATE OR REPLACE TABLE inbound_visitor AS
SELECT far, count(DISTINCT host) AS tried, count(DISTINCT (host, port)) AS doors
FROM contact WHERE NOT outbound GROUP BY far;

-- Candidates: visits that got some data, at doors that few far ends come in by.
-- Parameters: bytes that the host answered, visitors of a door.
CREATE OR REPLACE TABLE inbound_pair AS
SELECT c.host, c.far, c.port, c.label, c.first, c.days, d.visitors, d.first AS door_first
FROM contact c
JOIN inbound_door d ON d.host = c.host AND d.port = c.port
WHERE NOT c.outbound AND c.proto = 6 AND c.events > c.attempts AND c.bytes_out >= ? AND d.visitors <= ?;

SELECT h.ip, p.ip, i.port, t.text AS label, coalesce(a.text, '') AS name, i.days, i.visitors, i.door_first, v.tried, v.doors,
       EXISTS (SELECT 1 FROM contact b WHERE b.outbound AND b.host = i.host AND b.far = i.far AND b.first <= i.first) AS called_before,
       (SELECT count(DISTINCT b.host) FROM contact b WHERE b.outbound AND b.far = i.far) AS callers,
       (SELECT count(DISTINCT d.port) FROM inbound_door d WHERE d.host = i.host) AS ports,
       NOT o.flipped AS swapped, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp, o.seq, l.lists
FROM inbound_pair i
JOIN oriented o ON o.client = i.far AND o.server = i.host AND o.port = i.port AND o.proto = 6
JOIN opened_list l ON l.block = o.block
JOIN inbound_visitor v ON v.far = i.far
JOIN place h ON h.address = i.host
JOIN place p ON p.address = i.far
LEFT JOIN best_answered a ON a.address = i.far
JOIN label t ON t.label = coalesce(a.label, p.label)
ORDER BY h.ip, p.ip, i.port, o.first, o.last
