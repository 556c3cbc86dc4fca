-- What hosts with visits do for the first time: machines inside that they had
-- never opened, and labels outside that no host had called, with when.
SELECT h.ip, f.inside, f.what, f.first, f.bytes
FROM (
    SELECT o.client AS host, TRUE AS inside, s.ip AS what, min(o.first) AS first, CAST(least(sum(o.bytes_client), 4611686018427387904) AS BIGINT) AS bytes
    FROM (SELECT DISTINCT host FROM inbound_pair) i
    JOIN oriented o ON o.client = i.host AND o.proto = 6 AND o.events > o.attempts AND o.port IN (22, 135, 139, 445, 1433, 1521, 3306, 3389, 5432, 5985, 5986)
    JOIN place s ON s.address = o.server AND s.inside AND NOT s.special
    GROUP BY o.client, s.ip
    UNION ALL
    SELECT u.host, FALSE, t.text, u.first, u.bytes_out
    FROM (SELECT DISTINCT host FROM inbound_pair) i
    JOIN used u ON u.host = i.host AND u.answered > 0
    JOIN known k ON k.label = u.label AND k.hosts = 1
    JOIN label t ON t.label = u.label
) f
JOIN place h ON h.address = f.host
ORDER BY h.ip, f.first, f.what
