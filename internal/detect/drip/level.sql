-- What the hosts of the candidates sent the outside, day by day.
SELECT h.ip, d.on_day, sum(d.bytes_out)
FROM sent d
JOIN (SELECT DISTINCT host FROM drip_pair) g ON g.host = d.host
JOIN place h ON h.address = d.host
GROUP BY h.ip, d.on_day
ORDER BY h.ip, d.on_day
