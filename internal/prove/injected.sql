-- The connections of the overlay, with their lists. Parameters: its lowest seq of
-- conversations, twice.
SELECT o.ip, r.ip, c.hour, c.first, c.first + c.span AS last, c.duration, c.bytes_orig, c.bytes_resp, c.seq, l.lists
FROM ledger.conversation c
JOIN (SELECT block, lists FROM ledger.conversation_list WHERE block >= ?) l ON l.block = c.seq - c.seq % 4
JOIN ledger.address o ON o.id = c.orig
JOIN ledger.address r ON r.id = c.resp
WHERE c.seq >= ?
ORDER BY o.ip, r.ip, c.hour, c.port, c.proto, c.seq
