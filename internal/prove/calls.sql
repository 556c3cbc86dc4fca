-- The connections of all hosts to all labels within some hours, with their lists.
-- Parameters: first hour, the hour behind the last, lowest seq, the seq behind the
-- highest.
SELECT h.ip, t.text, f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM opened f
JOIN contact c ON c.host = f.host AND c.far = f.far AND c.port = f.port AND c.proto = f.proto AND c.outbound
JOIN opened_list l ON l.block = f.block
JOIN place h ON h.address = f.host
JOIN label t ON t.label = c.label
WHERE f.hour >= ? AND f.hour < ? AND f.seq >= ? AND f.seq < ? AND NOT f.via
ORDER BY h.ip, t.text, f.first, f.seq
