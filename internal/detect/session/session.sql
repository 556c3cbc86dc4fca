-- Candidates: connections of a host to a far end and port that were open for at
-- least so long in all, where few hosts use the label. One row per
-- conversation-hour. Parameter: microseconds.
CREATE OR REPLACE TABLE session_pair AS
SELECT c.host, c.far, c.label, c.port, c.proto, c.days, k.hosts AS users, k.first AS label_first
FROM contact c
JOIN known k ON k.label = c.label
WHERE c.outbound AND c.duration >= ? AND c.events > c.attempts AND c.events <= 200000
  AND (k.hosts <= 4 OR k.hosts * 10 <= (SELECT count(*) FROM habit));

-- their conversations
CREATE OR REPLACE TABLE session_flow AS
SELECT c.host, c.far, c.label, c.port, c.proto, c.days, c.users, c.label_first, f.flipped, f.seq, f.block, f.via, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp
FROM session_pair c
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto;

SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), f.port, f.proto, f.days, f.users, f.label_first, d.labels,
       f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM session_flow f
JOIN opened_list l ON l.block = f.block AND l.via = f.via
JOIN habit d ON d.host = f.host
JOIN place h ON h.address = f.host
JOIN place p ON p.address = f.far
JOIN label t ON t.label = f.label
LEFT JOIN best_called b ON b.client = f.host AND b.server = f.far AND b.port = f.port
LEFT JOIN best_answered a ON a.address = f.far
ORDER BY h.ip, p.ip, f.port, f.proto, f.first, f.last
