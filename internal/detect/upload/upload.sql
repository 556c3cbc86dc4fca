-- Candidates: hosts that sent much to one label within a day, or sent it a file,
-- where few hosts use the label. One row per conversation-hour.
-- Parameters: bytes in a day, bytes of a file, number of hosts.
SELECT c.host_ip, c.label, c.far_ip, c.name, c.port, c.proto, k.hosts, k.first, d.labels,
       f.hour, f.flipped, l.list, l.exemplars
FROM (
    SELECT host, label FROM (
        SELECT c.host, c.label, f.on_day, sum(f.bytes_out) AS bytes_out
        FROM contact c
        JOIN daily f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto AND f.outbound
        WHERE c.outbound AND c.bytes_out > 0
        GROUP BY c.host, c.label, f.on_day
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
JOIN (SELECT host, count(DISTINCT label) AS labels FROM contact WHERE outbound GROUP BY host) d ON d.host = g.host
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.outbound
JOIN flow f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto AND f.outbound
JOIN flow_list l ON l.hour = f.hour AND l.seq = f.seq AND l.via = f.via
WHERE k.hosts <= 4 OR k.hosts * 10 <= ?
ORDER BY c.host_ip, c.label, f.first, c.far_ip, c.port, c.proto, f.last
