-- Candidates: contacts that came back often enough to have a rhythm, at far ends
-- that few hosts use, with the lists of their conversations. Contacts with the
-- same label and port belong together: a name may hide behind many addresses.
SELECT c.host_ip, c.label, c.port, c.proto, c.name, c.far_ip, c.users, c.label_first, d.labels, d.days AS host_days, c.days,
       f.hour, f.flipped, l.list, l.exemplars
FROM (
    SELECT w.host, w.far, w.port, w.proto, w.host_ip, w.far_ip, w.name, w.label, w.days, k.hosts AS users, k.first AS label_first
    FROM (
        SELECT host, far, port, proto, host_ip, far_ip, name, label,
               sum(events) OVER (PARTITION BY host, label, port, proto) AS events,
               max(days) OVER (PARTITION BY host, label, port, proto) AS days
        FROM contact
        WHERE outbound
    ) w
    JOIN known k ON k.label = w.label
    WHERE w.events >= 6 AND w.events <= 200000 AND (k.hosts <= 4 OR k.hosts * 10 <= ?)
) c
JOIN (
    SELECT host, count(*) AS labels, max(days) AS days
    FROM (SELECT host, label, max(days) AS days FROM contact WHERE outbound GROUP BY host, label) hl
    GROUP BY host
) d ON d.host = c.host
JOIN flow f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto AND f.outbound
JOIN flow_list l ON l.hour = f.hour AND l.seq = f.seq AND l.via = f.via
ORDER BY c.host_ip, c.label, c.port, c.proto, f.first, c.far_ip, f.last
