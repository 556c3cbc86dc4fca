-- Candidates: pairs that exchanged much by ICMP, at far ends that few hosts
-- ping, with the lists of their conversations. A far end may be inside: a tunnel
-- between two networks begins there. host is the one inside; where both are, the
-- one that asked.
-- Parameters: bytes of a pair.
CREATE OR REPLACE TABLE icmp_pair AS
SELECT g.host, g.far, g.asked, g.days, g.first, g.bytes,
       count(*) OVER (PARTITION BY g.far) AS users, min(g.first) OVER (PARTITION BY g.far) AS far_first,
       count(*) OVER (PARTITION BY g.host) AS pinged
FROM (
    SELECT CASE WHEN c.inside THEN o.client ELSE o.server END AS host, CASE WHEN c.inside THEN o.server ELSE o.client END AS far,
           c.inside AS asked, count(DISTINCT o.hour - o.hour % 24) AS days, min(o.first) AS first, sum(o.bytes_client + o.bytes_server) AS bytes
    FROM oriented o
    JOIN place c ON c.address = o.client AND NOT c.special
    JOIN place s ON s.address = o.server AND NOT s.special
    WHERE o.proto = 1 AND (c.inside OR s.inside)
    GROUP BY CASE WHEN c.inside THEN o.client ELSE o.server END, CASE WHEN c.inside THEN o.server ELSE o.client END, c.inside
) g;

SELECT h.ip, p.ip, p.inside, i.asked, coalesce(a.text, '') AS name, t.text AS label, i.users, i.far_first, i.pinged, i.days, i.first,
       o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp, o.seq, l.lists
FROM icmp_pair i
JOIN place h ON h.address = i.host
JOIN place p ON p.address = i.far
LEFT JOIN best_answered a ON a.address = i.far
JOIN label t ON t.label = coalesce(a.label, p.label)
JOIN oriented o ON o.proto = 1 AND o.client = CASE WHEN i.asked THEN i.host ELSE i.far END
               AND o.server = CASE WHEN i.asked THEN i.far ELSE i.host END
JOIN opened_list l ON l.block = o.block
WHERE i.bytes >= ? AND (i.users <= 4 OR i.users * 10 <= (SELECT count(DISTINCT host) FROM icmp_pair))
ORDER BY h.ip, p.ip, i.asked, o.first, o.last, o.port
