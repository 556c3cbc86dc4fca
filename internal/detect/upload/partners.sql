-- How much all hosts together sent to a label, per day, where it was much at
-- least once: a partner that has been sent much from the beginning is one.
-- Parameter: bytes in a day.
SELECT label, on_day, bytes_out FROM (
    SELECT label, on_day, bytes_out, max(bytes_out) OVER (PARTITION BY label) AS most FROM (
        SELECT c.label, f.on_day, sum(f.bytes_out) AS bytes_out
        FROM contact c
        JOIN daily f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto AND f.outbound
        WHERE c.outbound
        GROUP BY c.label, f.on_day
    ) d
) m
WHERE most >= ?
ORDER BY label, on_day
