-- Candidates: contacts that came back often enough to have a rhythm, at far ends
-- that few hosts use, with the lists of their conversations. Contacts with the
-- same label and port belong together: a name may hide behind many addresses.
-- Parameter: number of hosts.
CREATE OR REPLACE TABLE beacon_contact AS
SELECT c.host, c.far, c.label, c.port, c.proto, g.users, g.label_first, g.days
FROM (
    SELECT w.host, w.label, w.port, w.proto, w.days, k.hosts AS users, k.first AS label_first
    FROM (
        SELECT host, label, port, proto, sum(events) AS events, max(days) AS days
        FROM contact WHERE outbound GROUP BY host, label, port, proto
    ) w
    JOIN known k ON k.label = w.label
    WHERE w.events >= 6 AND w.events <= 200000 AND (k.hosts <= 4 OR k.hosts * 10 <= ?)
) g
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.port = g.port AND c.proto = g.proto AND c.outbound;

-- their conversations, where each call is known: days long past keep too few
CREATE OR REPLACE TABLE beacon_flow AS
SELECT c.host, c.far, c.label, c.port, c.proto, c.users, c.label_first, c.days, f.flipped, f.seq, f.block, f.via, f.first, f.last,
       f.duration, f.bytes_orig, f.bytes_resp
FROM beacon_contact c
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto AND NOT f.thin;

SELECT h.ip, t.text, f.port, f.proto, coalesce(b.text, a.text, ''), p.ip, f.users, f.label_first, d.labels, d.days, f.days,
       f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM beacon_flow f
JOIN opened_list l ON l.block = f.block AND l.via = f.via
JOIN habit d ON d.host = f.host
JOIN place h ON h.address = f.host
JOIN place p ON p.address = f.far
JOIN label t ON t.label = f.label
LEFT JOIN best_called b ON b.client = f.host AND b.server = f.far AND b.port = f.port
LEFT JOIN best_answered a ON a.address = f.far
ORDER BY h.ip, t.text, f.port, f.proto, f.first, p.ip, f.last
