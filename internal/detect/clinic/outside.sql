-- Candidates: hosts inside that spoke DICOM or HL7 with a far end outside, whoever
-- opened the connection, and sent or answered something; with the lists.
CREATE OR REPLACE TABLE clinic_outside AS
SELECT c.host, c.far, c.label, c.port, c.proto, c.outbound, k.hosts AS users, k.first AS label_first, k.own_first, k.days, coalesce(d.labels, 1) AS labels
FROM contact c
JOIN (
    SELECT label, host, outbound, min(first) OVER (PARTITION BY label) AS first, own_first, days, count(*) OVER (PARTITION BY label) AS hosts
    FROM (
        SELECT label, host, outbound, min(first) AS first, min(first) AS own_first, max(days) AS days FROM contact
        WHERE label IN (SELECT label FROM contact WHERE proto = 6 AND port IN (104, 2575, 2761, 2762, 11112))
        GROUP BY label, host, outbound
    ) g
) k ON k.label = c.label AND k.host = c.host AND k.outbound = c.outbound
LEFT JOIN habit d ON d.host = c.host
WHERE c.proto = 6 AND c.port IN (104, 2575, 2761, 2762, 11112) AND c.events > c.attempts AND c.bytes_out >= 1000;

SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), g.port, g.proto, g.outbound, g.users, g.label_first, g.own_first, g.days, g.labels,
       CASE WHEN g.outbound THEN o.flipped ELSE NOT o.flipped END, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp, o.seq, l.lists
FROM clinic_outside g
JOIN oriented o ON o.port = g.port AND o.proto = g.proto AND o.client = CASE WHEN g.outbound THEN g.host ELSE g.far END
               AND o.server = CASE WHEN g.outbound THEN g.far ELSE g.host END
JOIN opened_list l ON l.block = o.block
JOIN place h ON h.address = g.host
JOIN place p ON p.address = g.far
JOIN label t ON t.label = g.label
LEFT JOIN best_called b ON b.client = g.host AND b.server = g.far AND b.port = g.port
LEFT JOIN best_answered a ON a.address = g.far
ORDER BY h.ip, t.text, g.outbound, o.first, p.ip, g.port, o.last
