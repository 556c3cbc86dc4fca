-- Candidates: contacts that came back often enough to have a rhythm, at far ends
-- that few hosts use, with the lists of their conversations. Contacts with the
-- same label and port belong together: a name may hide behind many addresses.
SELECT c.host_ip, c.label, c.port, c.proto, c.name, c.far_ip, k.hosts, k.first AS label_first,
       d.labels, d.days AS host_days, g.days,
       f.hour, f.flipped, l.list, l.exemplars
FROM (
    SELECT host, label, port, proto, sum(events) AS events, max(days) AS days
    FROM contact
    WHERE outbound
    GROUP BY host, label, port, proto
    HAVING sum(events) >= 6 AND sum(events) <= 200000
) g
JOIN known k ON k.label = g.label
JOIN (SELECT host, count(DISTINCT label) AS labels, max(days) AS days FROM contact WHERE outbound GROUP BY host) d ON d.host = g.host
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.port = g.port AND c.proto = g.proto AND c.outbound
JOIN flow f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto AND f.outbound
JOIN flow_list l ON l.hour = f.hour AND l.seq = f.seq AND l.via = f.via
WHERE k.hosts <= 4 OR k.hosts * 10 <= ?
ORDER BY c.host_ip, c.label, c.port, c.proto, f.first, c.far_ip, f.last
