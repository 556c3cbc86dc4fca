-- Candidates: contacts that came back often enough to have a rhythm, at far ends
-- that few hosts use. Contacts with the same label and port belong together, and
-- have the same pick: a name may hide behind many addresses.
-- Parameter: number of hosts.
CREATE OR REPLACE TABLE beacon_contact AS
SELECT c.host, c.far, c.port, c.proto, g.users, g.label_first, d.labels, g.days,
       h.ip AS host_ip, t.text AS label_text, p.ip AS far_ip, coalesce(b.text, a.text, '') AS name,
       dense_rank() OVER (ORDER BY h.ip, t.text, c.port, c.proto) AS pick,
       row_number() OVER (ORDER BY h.ip, t.text, c.port, c.proto, p.ip) AS nr
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
JOIN habit d ON d.host = c.host
JOIN place h ON h.address = c.host
JOIN place p ON p.address = c.far
JOIN label t ON t.label = c.label
LEFT JOIN best_called b ON b.client = c.host AND b.server = c.far AND b.port = c.port
LEFT JOIN best_answered a ON a.address = c.far;

SELECT pick, host_ip, label_text, port, proto, name, far_ip, users, label_first, labels, days
FROM beacon_contact
ORDER BY nr
