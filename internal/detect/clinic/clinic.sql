-- Machines of the clinical network: hosts inside that had answered connections at
-- clinical ports, at either end, on three days or more.
CREATE OR REPLACE TABLE clinic_host AS
SELECT g.host, min(g.first) AS first, count(DISTINCT g.on_day) AS days
FROM (
    SELECT o.client AS host, o.hour // 24 AS on_day, o.first FROM oriented o
    WHERE o.proto = 6 AND o.port IN (104, 2575, 2761, 2762, 11112) AND o.events > o.attempts
    UNION ALL
    SELECT o.server, o.hour // 24, o.first FROM oriented o
    WHERE o.proto = 6 AND o.port IN (104, 2575, 2761, 2762, 11112) AND o.events > o.attempts
) g
JOIN place p ON p.address = g.host AND p.inside AND NOT p.special
GROUP BY g.host HAVING count(DISTINCT g.on_day) >= 3;

SELECT count(*) FROM clinic_host
