-- What goes out in bulk, day after day. Parameters: bytes in a day, days, days in all.
SELECT h.ip, t.text, g.days, g.most, g.total
FROM (
    SELECT host, label, count(*) AS days, CAST(max(bytes_out) AS BIGINT) AS most, CAST(sum(bytes_out) AS BIGINT) AS total
    FROM (
        SELECT host, label, on_day, bytes_out FROM sent
    ) d
    WHERE bytes_out >= ?
    GROUP BY host, label
) g
JOIN place h ON h.address = g.host
JOIN label t ON t.label = g.label
WHERE g.days >= ? AND g.days * 2 >= ?
ORDER BY g.total DESC, h.ip, t.text
