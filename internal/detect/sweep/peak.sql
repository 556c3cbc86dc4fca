-- The file servers of the peaks, with the lists of these hours' conversations.
SELECT h.ip, s.ip, o.port, f.first_hour, o.flipped, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp, o.seq, l.lists
FROM sweep_peak p
JOIN oriented o ON o.client = p.client AND o.hour = p.hour AND o.proto = 6 AND o.port IN (139, 445, 2049) AND o.events > o.attempts
JOIN (SELECT client, server, min(hour) AS first_hour FROM sweep_served WHERE answered > 0 GROUP BY client, server) f
  ON f.client = o.client AND f.server = o.server
JOIN opened_list l ON l.block = o.block
JOIN place h ON h.address = o.client
JOIN place s ON s.address = o.server AND s.inside
ORDER BY h.ip, o.first, s.ip, o.port, o.last
