-- What each host sent to each label, and how often it connected, per day of the
-- background. Parameter: its first hour.
SELECT g.ip, g.text, g.on_day, CAST(sum(g.bytes_out) AS BIGINT), CAST(sum(g.events) AS BIGINT) FROM (
    SELECT h.ip, t.text, CAST((f.hour - CAST(? AS UINTEGER)) // 24 AS INTEGER) AS on_day, f.bytes_out, f.events
    FROM flow f
    JOIN contact c ON c.host = f.host AND c.far = f.far AND c.port = f.port AND c.proto = f.proto AND c.outbound
    JOIN place h ON h.address = f.host
    JOIN label t ON t.label = c.label
    WHERE f.outbound AND f.events > f.attempts
) g
GROUP BY g.ip, g.text, g.on_day
ORDER BY g.on_day, g.ip, g.text
