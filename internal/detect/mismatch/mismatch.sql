-- Candidates: far ends at which nothing was recognised that belongs on their
-- port, in any hour and by any host, where few hosts use the label.
-- mismatch_kind (port, proto, service, kind) is filled before.
-- Rows of sensors that recognise less than half of what is sent to 443 and 80 say
-- nothing: these do not look, or miss the beginnings.
CREATE OR REPLACE TABLE mismatch_sensor AS
SELECT h.sensor FROM mismatch_hour h JOIN mismatch_kind x ON x.port = h.port AND x.proto = h.proto AND x.id = h.service
WHERE h.port IN (443, 80) AND h.proto = 6
GROUP BY h.sensor HAVING sum(h.rows) >= 5 AND 2 * sum(CASE WHEN x.kind <> 'unknown' THEN h.rows ELSE 0 END) >= sum(h.rows);

CREATE OR REPLACE TABLE mismatch_odd AS
SELECT c.host, c.far, c.label, c.port, c.proto, c.days, k.hosts AS users, k.first AS label_first, s.kind, s.service
FROM (
    SELECT o.client, o.server, o.port, o.proto, min(x.kind) AS kind, max(x.service) AS service
    FROM oriented o
    JOIN mismatch_kind x ON x.port = o.port AND x.proto = o.proto AND x.id = o.service AND x.kind <> 'fits'
    WHERE o.sensor IN (SELECT sensor FROM mismatch_sensor)
      AND o.bytes_client > 0 AND o.bytes_server > 0 AND o.missed = 0 AND NOT o.flipped
    GROUP BY o.client, o.server, o.port, o.proto
) s
JOIN contact c ON c.host = s.client AND c.far = s.server AND c.port = s.port AND c.proto = s.proto AND c.outbound
JOIN known k ON k.label = c.label
WHERE k.hosts <= 4 OR k.hosts * 10 <= (SELECT count(*) FROM habit);

-- Labels of these at which what belongs there was recognised, too.
CREATE OR REPLACE TABLE mismatch_fitting AS
SELECT DISTINCT c.label, c.port, c.proto
FROM contact c
JOIN (SELECT DISTINCT label, port, proto FROM mismatch_odd) d ON d.label = c.label AND d.port = c.port AND d.proto = c.proto
JOIN oriented o ON o.client = c.host AND o.server = c.far AND o.port = c.port AND o.proto = c.proto
JOIN mismatch_kind x ON x.port = o.port AND x.proto = o.proto AND x.id = o.service AND x.kind = 'fits'
WHERE c.outbound AND o.sensor IN (SELECT sensor FROM mismatch_sensor)
  AND o.bytes_client > 0 AND o.bytes_server > 0 AND NOT o.flipped;

CREATE OR REPLACE TABLE mismatch_pair AS
SELECT p.* FROM mismatch_odd p
ANTI JOIN mismatch_fitting f ON f.label = p.label AND f.port = p.port AND f.proto = p.proto;

-- their conversations
CREATE OR REPLACE TABLE mismatch_flow AS
SELECT c.host, c.far, c.label, c.port, c.proto, c.days, c.users, c.label_first, c.kind, c.service, f.flipped, f.seq, f.block, f.via, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp
FROM mismatch_pair c
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto AND NOT f.via;

SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), f.port, f.proto, f.days, f.users, f.label_first, f.kind, f.service, d.labels,
       f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM mismatch_flow f
JOIN opened_list l ON l.block = f.block
JOIN habit d ON d.host = f.host
JOIN place h ON h.address = f.host
JOIN place p ON p.address = f.far
JOIN label t ON t.label = f.label
LEFT JOIN best_called b ON b.client = f.host AND b.server = f.far AND b.port = f.port
LEFT JOIN best_answered a ON a.address = f.far
ORDER BY h.ip, p.ip, f.port, f.proto, f.first, f.last
