-- Candidates: hosts that sent much to one label within a day, or sent it a file,
-- where few hosts use the label. One row per conversation-hour.
-- Parameters: bytes in a day, bytes of a file, number of hosts.
SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), c.port, c.proto, k.hosts, k.first, d.labels,
       f.hour, f.flipped, f.seq, l.lists
FROM (
    SELECT host, label FROM (
        SELECT host, label, on_day, sum(bytes_out) AS bytes_out
        FROM daily WHERE outbound AND bytes_out > 0
        GROUP BY host, label, on_day
    ) per_day
    GROUP BY host, label
    HAVING max(bytes_out) >= ?
    UNION
    SELECT c.host, c.label
    FROM moved m JOIN contact c ON c.host = m.client AND c.far = m.server AND c.outbound
    WHERE m.bytes >= ? AND (m.how IN ('HTTP PUT', 'HTTP POST', 'HTTP PATCH') OR m.how IN ('FTP STOR', 'FTP APPE', 'FTP STOU', 'SMB WRITE'))
    UNION
    SELECT c.host, c.label
    FROM moved m JOIN contact c ON c.host = m.client AND c.far = m.server AND c.outbound
    WHERE m.how IN ('FTP STOR', 'FTP APPE', 'FTP STOU')
) g
JOIN known k ON k.label = g.label
JOIN habit d ON d.host = g.host
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.outbound
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto
JOIN opened_list l ON l.block = f.block AND l.via = f.via
JOIN place h ON h.address = c.host
JOIN place p ON p.address = c.far
JOIN label t ON t.label = c.label
LEFT JOIN best_called b ON b.client = c.host AND b.server = c.far AND b.port = c.port
LEFT JOIN best_answered a ON a.address = c.far
WHERE k.hosts <= 4 OR k.hosts * 10 <= ?
ORDER BY h.ip, t.text, f.first, p.ip, c.port, c.proto, f.last
