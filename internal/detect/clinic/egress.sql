-- Candidates: machines of the clinical network since the records begin, with few
-- far ends outside, that sent something to one that nobody of them had before; with
-- the lists of these conversations.
-- Parameters: until when a machine must have been there, from when a far end is new
-- (twice), the most bytes that say nothing.
CREATE OR REPLACE TABLE clinic_far AS
SELECT u.host, u.label, u.first, u.days, u.bytes_out, u.bytes_in, k.hosts AS users, k.first AS label_first,
       count(*) OVER (PARTITION BY u.host) AS labels,
       count(*) OVER (PARTITION BY u.label) AS siblings,
       sum(CASE WHEN u.first >= ? THEN 1 ELSE 0 END) OVER (PARTITION BY u.host) AS late
FROM used u
JOIN clinic_host c ON c.host = u.host AND c.first <= ?
JOIN known k ON k.label = u.label
WHERE u.answered > 0;

SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), f.port, f.proto, g.users, g.label_first, g.first, g.days, g.labels, g.siblings, g.late,
       f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM clinic_far g
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.outbound
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto
JOIN opened_list l ON l.block = f.block
JOIN place h ON h.address = g.host
JOIN place p ON p.address = c.far
JOIN label t ON t.label = g.label
LEFT JOIN best_called b ON b.client = c.host AND b.server = c.far AND b.port = c.port
LEFT JOIN best_answered a ON a.address = c.far
WHERE g.first >= ? AND g.bytes_out >= ? AND g.labels - g.late <= 8 AND g.late <= 3
ORDER BY h.ip, t.text, f.first, p.ip, f.port, f.proto, f.last
