-- What candidates got from each machine inside, by day.
SELECT h.ip, p.ip, r.on_day, r.bytes
FROM (SELECT DISTINCT host FROM staging_pair) s
JOIN staging_received r ON r.host = s.host
JOIN place h ON h.address = r.host
JOIN place p ON p.address = r.peer
ORDER BY h.ip, r.on_day, p.ip
