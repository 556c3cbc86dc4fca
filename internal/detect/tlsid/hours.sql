-- What left to one label and port, by hour.
SELECT f.hour, sum(f.bytes_out) FROM flow f
JOIN contact c ON c.host = f.host AND c.far = f.far AND c.port = f.port AND c.proto = f.proto AND c.outbound
WHERE f.outbound AND f.proto = 6 AND c.host_ip = ? AND c.label = ? AND c.port = ?
GROUP BY f.hour
ORDER BY f.hour
