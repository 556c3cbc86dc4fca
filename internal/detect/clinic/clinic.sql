-- Machines of the clinical network: hosts inside that had answered connections at
-- clinical ports, or inside at 6661 (where interface engines listen for HL7 as they
-- come), at either end, on three days or more.
CREATE OR REPLACE TABLE clinic_host AS
SELECT g.host, min(g.first) AS first, count(DISTINCT g.on_day) AS days
FROM (
    SELECT o.client AS host, o.hour // 24 AS on_day, o.first FROM oriented o
    JOIN place s ON s.address = o.server
    WHERE o.proto = 6 AND (o.port IN (104, 2575, 2761, 2762, 11112) OR o.port = 6661 AND s.inside) AND o.events > o.attempts
    UNION ALL
    SELECT o.server, o.hour // 24, o.first FROM oriented o
    JOIN place c ON c.address = o.client
    WHERE o.proto = 6 AND (o.port IN (104, 2575, 2761, 2762, 11112) OR o.port = 6661 AND c.inside) AND o.events > o.attempts
) g
JOIN place p ON p.address = g.host AND p.inside AND NOT p.special
GROUP BY g.host HAVING count(DISTINCT g.on_day) >= 3;

SELECT count(*) FROM clinic_host
