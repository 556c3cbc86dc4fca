-- Conversation-hours on the ports of the list in which both sides sent, by what
-- was recognised. Those of which bytes were missed count too: where loss hides what
-- is spoken, the sensor fails, and must be known to.
CREATE OR REPLACE TABLE mismatch_hour AS
SELECT o.sensor, o.port, o.proto, o.service, count(*) AS rows
FROM oriented o
WHERE o.port IN (443, 80, 53, 25, 22, 21, 123) AND o.bytes_client > 0 AND o.bytes_server > 0 AND NOT o.flipped
GROUP BY o.sensor, o.port, o.proto, o.service;

SELECT g.port, g.proto, g.service, n.text, g.rows
FROM (SELECT port, proto, service, sum(rows) AS rows FROM mismatch_hour GROUP BY port, proto, service) g
JOIN ledger.name n ON n.id = g.service
ORDER BY g.port, g.proto, n.text
