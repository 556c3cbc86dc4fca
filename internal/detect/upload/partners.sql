-- How much all hosts together sent to a label, per day, where it was much at
-- least once: a partner that has been sent much from the beginning is one.
-- Parameter: bytes in a day.
SELECT t.text, m.on_day, m.bytes_out FROM (
    SELECT label, on_day, bytes_out, max(bytes_out) OVER (PARTITION BY label) AS most FROM (
        SELECT label, on_day, sum(bytes_out) AS bytes_out FROM sent GROUP BY label, on_day
    ) d
) m
JOIN label t ON t.label = m.label
WHERE m.most >= ?
ORDER BY t.text, m.on_day
