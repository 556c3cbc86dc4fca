-- The traffic between pairs that some approval is about, hour by hour.
-- The table approved_pair is filled before.
SELECT a.pair, f.hour, CAST(sum(f.bytes_out) AS BIGINT), CAST(sum(f.bytes_in) AS BIGINT), CAST(sum(f.events) AS BIGINT), CAST(sum(f.attempts) AS BIGINT)
FROM approved_pair a
JOIN flow f ON f.host = a.host AND f.far = a.far AND f.port = a.port AND f.proto = a.proto AND f.outbound = a.outbound
GROUP BY a.pair, f.hour
ORDER BY f.hour, a.pair
