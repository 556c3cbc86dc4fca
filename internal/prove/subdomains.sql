-- How many different names below each registered domain were asked for, per day,
-- and whether anybody connected to it. Names of several hours may be counted again:
-- that errs in favour of the scorer. Parameter: the first hour.
SELECT d.domain_text, d.on_day, CAST(max(d.names) AS BIGINT), d.domain_text IN (
    SELECT t.text FROM contact k JOIN label t ON t.label = k.label WHERE k.outbound AND k.port <> 53 AND k.named
) FROM (
    SELECT g.domain_text, g.on_day, g.client, sum(g.names) AS names FROM (
        SELECT n.text AS domain_text, CAST((q.hour - CAST(? AS UINTEGER)) // 24 AS INTEGER) AS on_day, q.client, q.names
        FROM looked q JOIN place c ON c.address = q.client JOIN ledger.name n ON n.id = q.domain
        WHERE c.inside AND n.text NOT IN ('', 'arpa')
    ) g GROUP BY g.domain_text, g.on_day, g.client
) d
GROUP BY d.domain_text, d.on_day
ORDER BY d.on_day, d.domain_text
