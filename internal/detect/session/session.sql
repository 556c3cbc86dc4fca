-- Candidates: connections of a host to a far end and port that were open for at
-- least so long in all, where few hosts use the label. Hours of little add up to no
-- session. Parameters: microseconds of an hour, and in all.
CREATE OR REPLACE TABLE session_pair AS
SELECT c.host, c.far, c.label, c.port, c.proto, c.days, k.hosts AS users, k.first AS label_first
FROM (
    SELECT host, far, port, proto FROM opened WHERE duration >= ? GROUP BY host, far, port, proto HAVING sum(duration) >= ?
) o
JOIN contact c ON c.host = o.host AND c.far = o.far AND c.port = o.port AND c.proto = o.proto
JOIN known k ON k.label = c.label
WHERE c.outbound AND c.events > c.attempts AND c.events <= 200000
  AND (k.hosts <= 4 OR k.hosts * 10 <= (SELECT count(*) FROM habit));

-- their conversations
CREATE OR REPLACE TABLE session_flow AS
SELECT c.host, c.far, c.label, c.port, c.proto, c.days, c.users, c.label_first, f.flipped, f.seq, f.block, f.via, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp
FROM session_pair c
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto;

SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), f.port, f.proto, f.days, f.users, f.label_first, d.labels,
       f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM session_flow f
JOIN opened_list l ON l.block = f.block
JOIN habit d ON d.host = f.host
JOIN place h ON h.address = f.host
JOIN place p ON p.address = f.far
JOIN label t ON t.label = f.label
LEFT JOIN best_called b ON b.client = f.host AND b.server = f.far AND b.port = f.port
LEFT JOIN best_answered a ON a.address = f.far
ORDER BY h.ip, p.ip, f.port, f.proto, f.first, f.last
