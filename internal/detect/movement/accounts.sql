-- The accounts that hosts of candidates were seen to use, without those of machines.
SELECT c.ip, n.text, min(l.first) AS first, (SELECT count(DISTINCT o.orig) FROM ledger.logon o WHERE o.account = l.account) AS hosts
FROM ledger.logon l
JOIN (SELECT DISTINCT client FROM movement_pair) p ON p.client = l.orig
JOIN place c ON c.address = l.orig
JOIN ledger.name n ON n.id = l.account
WHERE l.hour >= {since} AND l.hour < {until} AND l.events > 0 AND n.text <> '' AND NOT regexp_matches(n.text, '\$($|[@/])')
GROUP BY c.ip, n.text, l.account
ORDER BY c.ip, first, n.text
