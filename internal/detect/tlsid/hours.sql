-- What left to one label and port, by hour.
SELECT f.hour, sum(f.bytes_out) FROM opened f
JOIN contact c ON c.host = f.host AND c.far = f.far AND c.port = f.port AND c.proto = f.proto AND c.outbound
JOIN place h ON h.address = c.host
JOIN label t ON t.label = c.label
WHERE f.proto = 6 AND h.ip = ? AND t.text = ? AND c.port = ?
GROUP BY f.hour
ORDER BY f.hour
