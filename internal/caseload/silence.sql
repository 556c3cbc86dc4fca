-- How many records of each kind each sensor gave in each hour. Where only the
-- presence of a log is kept, an hour with it counts one. Copies of other sensors
-- count here: the sensor that wrote them was awake.
-- Parameters: the window, five times.
SELECT s.text, x.log, x.hour, x.counted, x.n
FROM (
    SELECT sensor, 'conn' AS log, hour, TRUE AS counted, CAST(sum(events + duplicates) AS BIGINT) AS n
    FROM ledger.conversation WHERE hour >= ? AND hour < ? GROUP BY sensor, hour
    UNION ALL
    SELECT sensor, 'dns', hour, TRUE, CAST(sum(events + duplicates) AS BIGINT)
    FROM ledger.lookup WHERE hour >= ? AND hour < ? GROUP BY sensor, hour
    UNION ALL
    SELECT sensor, 'ssl', hour, TRUE, CAST(sum(events + duplicates) AS BIGINT)
    FROM ledger.session WHERE hour >= ? AND hour < ? GROUP BY sensor, hour
    UNION ALL
    SELECT sensor, 'http', hour, TRUE, CAST(sum(events + duplicates) AS BIGINT)
    FROM ledger.request WHERE hour >= ? AND hour < ? GROUP BY sensor, hour
    UNION ALL
    SELECT c.sensor, n.text, c.hour, FALSE, 1
    FROM ledger.coverage c JOIN ledger.name n ON n.id = c.log
    WHERE c.hour >= ? AND c.hour < ? AND n.text NOT IN ('conn', 'dns', 'ssl', 'http')
) x
JOIN ledger.name s ON s.id = x.sensor
WHERE x.n > 0
ORDER BY s.text, x.log, x.hour
