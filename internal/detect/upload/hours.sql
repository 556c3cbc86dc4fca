-- What the hosts of the candidates sent the outside and received from it, hour by
-- hour.
SELECT h.ip, f.hour, sum(f.bytes_out), sum(f.bytes_in)
FROM flow f
JOIN (SELECT DISTINCT host FROM bulk) b ON b.host = f.host
JOIN place h ON h.address = f.host
WHERE f.outbound
GROUP BY h.ip, f.hour
ORDER BY h.ip, f.hour
