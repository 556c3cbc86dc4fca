-- Candidates: hosts that only ever sent a label something, and little, with the
-- requests. Nothing was fetched from the label, neither in clear nor by TLS; what is
-- large enough to be a transfer is of the detector upload.
-- Parameter: number of hosts. {since} and {until} are the hours of the look.
CREATE OR REPLACE TABLE cleartext_pair AS
SELECT g.host, g.label, k.hosts AS users, k.first AS label_first
FROM (
    SELECT c.host, c.label
    FROM (
        -- by ids: texts cost more than all else
        SELECT r.orig, r.resp, r.port, sum(r.accepted) AS accepted, sum(r.bytes_out) AS bytes_out,
               sum(CASE WHEN r.method IN (SELECT id FROM ledger.name WHERE text IN ('POST', 'PUT')) THEN 0 ELSE 1 END) AS fetched
        FROM ledger.request r
        WHERE r.hour >= {since} AND r.hour < {until} AND r.events > 0 AND r.proxied = 0
        GROUP BY r.orig, r.resp, r.port
    ) r
    JOIN contact c ON c.host = r.orig AND c.far = r.resp AND c.port = r.port AND c.outbound AND c.proto = 6
    GROUP BY c.host, c.label
    HAVING sum(r.fetched) = 0 AND sum(r.accepted) > 0 AND sum(r.bytes_out) > 0
) g
JOIN known k ON k.label = g.label
WHERE (k.hosts <= 4 OR k.hosts * 10 <= ?)
  AND NOT EXISTS (SELECT 1 FROM dealt e WHERE e.host = g.host AND e.label = g.label)
  AND NOT EXISTS (
      SELECT 1 FROM contact c JOIN moved m ON m.client = c.host AND m.server = c.far
      WHERE c.host = g.host AND c.label = g.label AND c.outbound AND m.how IN ('HTTP POST', 'HTTP PUT'));

SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), r.port, g.users, g.label_first, d.labels, c.bytes_out, c.bytes_in,
       'HTTP', '', '', r.method, r.first, r.last, r.seq, l.lists
FROM cleartext_pair g
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.outbound AND c.proto = 6
JOIN asked r ON r.client = c.host AND r.server = c.far AND r.port = c.port AND r.proxied = 0
JOIN ledger.request_list l ON l.block = r.block
JOIN habit d ON d.host = g.host
JOIN place h ON h.address = g.host
JOIN place p ON p.address = c.far
JOIN label t ON t.label = g.label
LEFT JOIN best_called b ON b.client = c.host AND b.server = c.far AND b.port = c.port
LEFT JOIN best_answered a ON a.address = c.far
ORDER BY h.ip, t.text, p.ip, r.port, r.first, r.method, r.user_agent, r.last
