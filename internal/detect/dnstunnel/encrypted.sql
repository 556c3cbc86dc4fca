-- Candidates: TLS to public resolvers, by their addresses or names, with the lists
-- of the connections. {addresses} and {names} stand for the lists.
SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), c.port, n.hosts, n.first, d.labels, c.days,
       (SELECT count(*) > 0 FROM dealt e WHERE e.host = c.host AND e.far = c.far AND e.port = c.port AND e.server_name_text = '') AS nameless,
       o.flipped, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp, o.seq, l.lists
FROM contact c
JOIN place h ON h.address = c.host
JOIN place p ON p.address = c.far
JOIN known n ON n.label = c.label
JOIN habit d ON d.host = c.host
JOIN label t ON t.label = c.label
JOIN opened o ON o.host = c.host AND o.far = c.far AND o.port = c.port AND o.proto = c.proto
JOIN opened_list l ON l.block = o.block AND l.via = o.via
LEFT JOIN best_called b ON b.client = c.host AND b.server = c.far AND b.port = c.port
LEFT JOIN best_answered a ON a.address = c.far
WHERE c.outbound AND c.proto = 6 AND c.port IN (443, 853)
  AND (p.ip IN ({addresses}) OR coalesce(b.text, a.text, '') IN ({names}))
ORDER BY h.ip, t.text, p.ip, c.port, o.first, o.last
