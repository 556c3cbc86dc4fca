-- Which resolver each host inside asks, the most asked first.
SELECT c.ip, r.ip, CAST(sum(q.events) AS BIGINT) AS n
FROM looked q JOIN place c ON c.address = q.client JOIN place r ON r.address = q.resolver
WHERE c.inside AND r.ip <> '' AND NOT r.special AND q.client <> q.resolver
GROUP BY c.ip, r.ip
ORDER BY c.ip, n DESC, r.ip
