-- Candidates: TLS to public resolvers, by their addresses or names. {addresses} and
-- {names} stand for the lists.
CREATE OR REPLACE TABLE sealed_contact AS
SELECT c.host, c.far, c.label, c.port, c.proto, c.days, p.ip, coalesce(b.text, a.text, '') AS name
FROM contact c
JOIN place p ON p.address = c.far
LEFT JOIN best_called b ON b.client = c.host AND b.server = c.far AND b.port = c.port
LEFT JOIN best_answered a ON a.address = c.far
WHERE c.outbound AND c.proto = 6 AND c.port IN (443, 853)
  AND (p.ip IN ({addresses}) OR coalesce(b.text, a.text, '') IN ({names}));

-- Their connections, with the lists.
SELECT h.ip, t.text, c.ip, c.name, c.port, n.hosts, n.first, d.labels, c.days, coalesce(e.n, 0) > 0 AS nameless,
       o.flipped, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp, o.seq, l.lists
FROM sealed_contact c
JOIN place h ON h.address = c.host
JOIN known n ON n.label = c.label
JOIN habit d ON d.host = c.host
JOIN label t ON t.label = c.label
JOIN opened o ON o.host = c.host AND o.far = c.far AND o.port = c.port AND o.proto = c.proto
JOIN opened_list l ON l.block = o.block
LEFT JOIN (
    SELECT host, far, port, count(*) AS n FROM dealt WHERE server_name = 0 GROUP BY host, far, port
) e ON e.host = c.host AND e.far = c.far AND e.port = c.port
ORDER BY h.ip, t.text, c.ip, c.port, o.first, o.last
