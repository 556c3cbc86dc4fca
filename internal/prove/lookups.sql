-- How many different names the overlay's hosts asked for, by hour. Parameter: its
-- lowest seq of look-ups.
SELECT o.ip, n.text, q.hour, CAST(sum(q.names) AS BIGINT)
FROM ledger.lookup q JOIN ledger.address o ON o.id = q.orig JOIN ledger.name n ON n.id = q.domain
WHERE q.seq >= ?
GROUP BY o.ip, n.text, q.hour
ORDER BY o.ip, n.text, q.hour
