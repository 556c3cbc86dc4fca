-- What each host sends to the outside and receives from it, per day, and the
-- most that it sent in a day to one label that at most two hosts use.
SELECT t.ip, t.on_day, t.bytes_out, t.bytes_in, coalesce(r.most, 0)
FROM (
    SELECT c.host_ip AS ip, f.on_day, sum(f.bytes_out) AS bytes_out, sum(f.bytes_in) AS bytes_in
    FROM contact c
    JOIN daily f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto AND f.outbound
    WHERE c.outbound
    GROUP BY c.host_ip, f.on_day
) t
LEFT JOIN (
    SELECT ip, on_day, max(bytes_out) AS most FROM (
        SELECT c.host_ip AS ip, c.label, f.on_day, sum(f.bytes_out) AS bytes_out
        FROM contact c
        JOIN known k ON k.label = c.label AND k.hosts <= 2
        JOIN daily f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto AND f.outbound
        WHERE c.outbound
        GROUP BY c.host_ip, c.label, f.on_day
    ) q GROUP BY ip, on_day
) r ON r.ip = t.ip AND r.on_day = t.on_day
ORDER BY t.ip, t.on_day
