-- The candidates' conversations, where each call is known: days long past keep too
-- few. nr is that of the contact.
CREATE OR REPLACE TABLE beacon_flow AS
SELECT c.pick, c.nr, f.flipped, f.seq, f.block, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp
FROM beacon_contact c
JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto AND NOT f.thin;

-- Their lists, picked by number alone: the planner would rather read all lists
-- than sort out so many wide rows.
CREATE OR REPLACE TABLE beacon_list AS
SELECT l.block, l.lists FROM opened_list l JOIN (SELECT DISTINCT block FROM beacon_flow) f ON f.block = l.block;

SELECT f.nr, f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, l.lists
FROM beacon_flow f
JOIN beacon_list l ON l.block = f.block
ORDER BY f.pick, f.first, f.nr, f.last
