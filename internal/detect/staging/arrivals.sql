-- What candidates got from machines inside: the conversations that brought much,
-- each once however many far ends its host sent to.
-- Parameter, twice: bytes of a conversation-hour.
CREATE OR REPLACE TABLE staging_arrival AS
SELECT s.host, o.server AS peer, o.flipped AS swapped, o.port, o.seq, o.block, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp
FROM (SELECT DISTINCT host FROM staging_pair) s
JOIN oriented o ON o.client = s.host AND o.proto = 6 AND o.bytes_server >= ?
JOIN place p ON p.address = o.server AND p.inside AND NOT p.special
UNION ALL
SELECT s.host, o.client, NOT o.flipped, o.port, o.seq, o.block, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp
FROM (SELECT DISTINCT host FROM staging_pair) s
JOIN oriented o ON o.server = s.host AND o.proto = 6 AND o.bytes_client >= ?
JOIN place p ON p.address = o.client AND p.inside AND NOT p.special;

SELECT h.ip, p.ip, r.port, r.swapped, r.first, r.last, r.duration, r.bytes_orig, r.bytes_resp, r.seq, l.lists
FROM staging_arrival r
JOIN opened_list l ON l.block = r.block
JOIN place h ON h.address = r.host
JOIN place p ON p.address = r.peer
ORDER BY h.ip, r.first, p.ip, r.port, r.last
