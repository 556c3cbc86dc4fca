-- Machines inside that answer other machines, by port.
SELECT s.ip, o.port, o.proto, count(DISTINCT o.client) AS clients
FROM oriented o
JOIN place s ON s.address = o.server AND s.inside AND NOT s.special
JOIN place c ON c.address = o.client AND NOT c.special
WHERE o.events > o.attempts AND o.bytes_server > 0
GROUP BY s.ip, o.port, o.proto
ORDER BY s.ip, o.port, o.proto
