-- What each host sends to the outside and receives from it, per day, and the
-- most that it sent in a day to one label that at most two hosts use; uploaded is
-- what it sent to labels that it received less from.
SELECT h.ip, t.on_day, t.bytes_out, t.bytes_in, t.uploaded, coalesce(r.most, 0)
FROM (
    SELECT host, on_day, sum(bytes_out) AS bytes_out, sum(bytes_in) AS bytes_in,
           coalesce(sum(bytes_out) FILTER (WHERE bytes_out > bytes_in), 0) AS uploaded
    FROM sent GROUP BY host, on_day
) t
JOIN place h ON h.address = t.host
LEFT JOIN (
    SELECT f.host, f.on_day, max(f.bytes_out) AS most
    FROM sent f JOIN known k ON k.label = f.label AND k.hosts <= 2
    WHERE f.bytes_out > 0 GROUP BY f.host, f.on_day
) r ON r.host = t.host AND r.on_day = t.on_day
ORDER BY h.ip, t.on_day
