-- Candidates: hosts that sent much to one label within a day, or sent it a file,
-- where few hosts use the label. One row per conversation-hour.
-- Parameters: bytes in a day, bytes of a file, number of hosts.
CREATE OR REPLACE TABLE upload_label AS
SELECT g.host, g.label, k.hosts AS users, k.first AS label_first
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
WHERE k.hosts <= 4 OR k.hosts * 10 <= ?;

-- their conversations
CREATE OR REPLACE TABLE upload_flow AS
SELECT c.host, c.far, c.label, c.port, c.proto, g.users, g.label_first, f.flipped, f.seq, f.block, f.via, f.first, f.last,
       f.duration, f.bytes_orig, f.bytes_resp
FROM upload_label g
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.outbound
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto;

SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), f.port, f.proto, f.users, f.label_first, d.labels,
       f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM upload_flow f
JOIN opened_list l ON l.block = f.block AND l.via = f.via
JOIN habit d ON d.host = f.host
JOIN place h ON h.address = f.host
JOIN place p ON p.address = f.far
JOIN label t ON t.label = f.label
LEFT JOIN best_called b ON b.client = f.host AND b.server = f.far AND b.port = f.port
LEFT JOIN best_answered a ON a.address = f.far
ORDER BY h.ip, t.text, f.first, p.ip, f.port, f.proto, f.last
