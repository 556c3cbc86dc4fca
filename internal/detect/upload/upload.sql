-- Candidates: the look's bulk. One row per conversation-hour.
CREATE OR REPLACE TABLE upload_flow AS
SELECT c.host, c.far, c.label, c.port, c.proto, g.users, g.label_first, f.flipped, f.seq, f.block, f.via, f.first, f.last,
       f.duration, f.bytes_orig, f.bytes_resp
FROM bulk g
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.outbound
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto;

SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), f.port, f.proto, f.users, f.label_first, d.labels,
       f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM upload_flow f
JOIN opened_list l ON l.block = f.block
JOIN habit d ON d.host = f.host
JOIN place h ON h.address = f.host
JOIN place p ON p.address = f.far
JOIN label t ON t.label = f.label
LEFT JOIN best_called b ON b.client = f.host AND b.server = f.far AND b.port = f.port
LEFT JOIN best_answered a ON a.address = f.far
ORDER BY h.ip, t.text, f.first, p.ip, f.port, f.proto, f.last
