-- What machines inside were called, the surest kind of log first, then the latest.
SELECT p.ip, x.rank, n.text, m.text
FROM (
    SELECT address, 0 AS rank, host_name AS name, mac, max(first + span) AS last FROM ledger.lease WHERE hour >= {since} AND hour < {until} GROUP BY address, host_name, mac
    UNION ALL
    SELECT address, 1, host_name, 0, max(first + span) FROM ledger.identity WHERE hour >= {since} AND hour < {until} GROUP BY address, host_name
    UNION ALL
    SELECT address, 2, name, 0, max(first + span) FROM ledger.answer WHERE hour >= {since} AND hour < {until} GROUP BY address, name
) x
JOIN place p ON p.address = x.address AND p.inside
JOIN ledger.name n ON n.id = x.name
JOIN ledger.name m ON m.id = x.mac
ORDER BY p.ip, x.rank, x.last DESC, n.text, m.text
