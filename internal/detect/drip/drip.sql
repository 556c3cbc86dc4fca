-- Candidates: hosts that sent a label at least so much on at least so many days,
-- and in all, where few hosts use the label; bulk says that the detector upload
-- answers for the bytes. others: how many more such labels the host has.
-- Parameters: bytes that make a day active, active days, bytes in all.
CREATE OR REPLACE TABLE drip_pair AS
SELECT g.host, g.label, k.hosts AS users, k.first AS label_first, b.host IS NOT NULL AS bulk,
       count(*) OVER (PARTITION BY g.host) AS others
FROM (
    SELECT host, label FROM sent WHERE bytes_out > 0 GROUP BY host, label
    HAVING count(*) FILTER (WHERE bytes_out >= ?) >= ? AND sum(bytes_out) >= ?
) g
JOIN known k ON k.label = g.label
JOIN used u ON u.host = g.host AND u.label = g.label AND u.bytes_out > u.bytes_in
LEFT JOIN bulk b ON b.host = g.host AND b.label = g.label
WHERE k.hosts <= 4 OR k.hosts * 10 <= (SELECT count(*) FROM habit);

-- their conversations
CREATE OR REPLACE TABLE drip_flow AS
SELECT c.host, c.far, c.label, c.port, c.proto, g.users, g.label_first, g.bulk, g.others, f.flipped, f.seq, f.block, f.via, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp
FROM drip_pair g
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.outbound
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto AND f.bytes_out > 0;

SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), f.port, f.proto, f.users, f.label_first, f.bulk, f.others, d.labels,
       f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM drip_flow f
JOIN opened_list l ON l.block = f.block
JOIN habit d ON d.host = f.host
JOIN place h ON h.address = f.host
JOIN place p ON p.address = f.far
JOIN label t ON t.label = f.label
LEFT JOIN best_called b ON b.client = f.host AND b.server = f.far AND b.port = f.port
LEFT JOIN best_answered a ON a.address = f.far
ORDER BY h.ip, t.text, f.first, p.ip, f.port, f.proto, f.last
