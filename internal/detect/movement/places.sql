-- The lists of the conversations of findings.
SELECT c.ip, s.ip, o.flipped, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp, o.seq, l.lists
FROM movement_found f
JOIN place c ON c.ip = f.client
JOIN place s ON s.ip = f.server
JOIN oriented o ON o.client = c.address AND o.server = s.address AND o.proto = 6 AND o.port IN (22, 135, 139, 445, 3389, 5900, 5985, 5986)
JOIN opened_list l ON l.block = o.block
ORDER BY c.ip, s.ip, o.first, o.port, o.last
