-- Hosts inside that opened conversations with the outside, and on which days of the
-- background. Parameter: its first hour.
SELECT DISTINCT p.ip, CAST((f.hour - CAST(? AS UINTEGER)) // 24 AS INTEGER) AS on_day
FROM flow f JOIN place p ON p.address = f.host
WHERE f.outbound AND f.events > f.attempts
ORDER BY p.ip, on_day
