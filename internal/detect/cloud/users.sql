-- What every host sent a service, day by day.
SELECT d.service, h.ip, d.on_day, sum(d.bytes_out), min(d.first)
FROM cloud_day d
JOIN place h ON h.address = d.host
GROUP BY d.service, h.ip, d.on_day
ORDER BY d.service, h.ip, d.on_day
