-- Candidates: contacts that came back often enough to have a rhythm, at far ends
-- that few hosts use, with the lists of their conversations. Contacts with the
-- same label and port belong together: a name may hide behind many addresses.
-- Parameter: number of hosts.
SELECT h.ip, t.text, c.port, c.proto, coalesce(b.text, a.text, ''), p.ip, g.users, g.label_first, d.labels, d.days, g.days,
       f.hour, f.flipped, f.seq, l.lists
FROM (
    SELECT w.host, w.label, w.port, w.proto, w.days, k.hosts AS users, k.first AS label_first
    FROM (
        SELECT host, label, port, proto, sum(events) AS events, max(days) AS days
        FROM contact WHERE outbound GROUP BY host, label, port, proto
    ) w
    JOIN known k ON k.label = w.label
    WHERE w.events >= 6 AND w.events <= 200000 AND (k.hosts <= 4 OR k.hosts * 10 <= ?)
) g
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.port = g.port AND c.proto = g.proto AND c.outbound
JOIN habit d ON d.host = g.host
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto
JOIN opened_list l ON l.block = f.block AND l.via = f.via
JOIN place h ON h.address = c.host
JOIN place p ON p.address = c.far
JOIN label t ON t.label = c.label
LEFT JOIN best_called b ON b.client = c.host AND b.server = c.far AND b.port = c.port
LEFT JOIN best_answered a ON a.address = c.far
ORDER BY h.ip, t.text, c.port, c.proto, f.first, p.ip, f.last
