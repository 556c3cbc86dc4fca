-- What hosts inside did on each day: connections opened, names asked for, TLS
-- sessions begun. Days are numbered in UTC.
SELECT p.ip, d.on_day, d.conns, coalesce(l.n, 0), coalesce(t.n, 0)
FROM (
    SELECT client, hour // 24 AS on_day, CAST(sum(CASE WHEN port <> 53 THEN events ELSE 0 END) AS BIGINT) AS conns
    FROM oriented GROUP BY client, hour // 24
) d
JOIN place p ON p.address = d.client AND p.inside AND NOT p.special
LEFT JOIN (
    SELECT client, hour // 24 AS on_day, CAST(sum(events) AS BIGINT) AS n FROM looked GROUP BY client, hour // 24
) l ON l.client = d.client AND l.on_day = d.on_day
LEFT JOIN (
    SELECT orig AS client, hour // 24 AS on_day, CAST(sum(events) AS BIGINT) AS n FROM ledger.session
    WHERE hour >= ? AND hour < ? GROUP BY orig, hour // 24
) t ON t.client = d.client AND t.on_day = d.on_day
WHERE d.conns > 0
ORDER BY p.ip, d.on_day
