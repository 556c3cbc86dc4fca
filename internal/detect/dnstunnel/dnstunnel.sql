-- Candidates: a host and a registered domain, where the names that the host asked
-- for below it hold much information and few hosts ask for the domain; with the
-- lists of these look-ups.
SELECT g.client_ip, g.domain_text, g.askers, g.domain_first, g.domains, g.host_info - g.info AS other_info,
       (SELECT count(DISTINCT q.client) FROM looked q JOIN place i ON i.address = q.client WHERE i.inside) AS clients,
       g.days, coalesce(v.visits, 0) AS visits, coalesce(o.visits, 0) AS own_visits,
       coalesce(z.loopback, 0) AS loopback, coalesce(z.inside, 0) AS inside_answers, coalesce(z.all_answers, 0) AS all_answers,
       coalesce(f.answers, 0) AS forwards, r.ip AS resolver_ip, r.inside AS resolver_inside, l.first, l.last, l.seq, t.lists
FROM (
    -- What every host asked below every domain. Windowed sums give how many
    -- hosts ask, and what else the host asks for.
    SELECT a.client, a.client_ip, a.domain, a.domain_text, a.info, a.names, a.peak, a.days,
           count(*) OVER (PARTITION BY a.domain) AS askers,
           min(a.first) OVER (PARTITION BY a.domain) AS domain_first,
           count(*) OVER (PARTITION BY a.client) AS domains,
           sum(a.info) OVER (PARTITION BY a.client) AS host_info
    FROM (
        SELECT q.client, c.ip AS client_ip, q.domain, q.domain_text, sum(q.info) AS info, sum(q.names) AS names,
               sum(CASE WHEN s.ip = '' THEN q.info ELSE 0 END) AS unsaid,
               max(q.info) AS peak, min(q.first) AS first, count(DISTINCT q.hour - q.hour % 24) AS days
        FROM looked q
        JOIN place c ON c.address = q.client
        JOIN place s ON s.address = q.resolver
        WHERE c.inside AND q.client <> q.resolver
          -- names that never leave: reverse look-ups, service discovery, multicast
          AND q.domain_text NOT IN ('', 'arpa') AND q.domain_text NOT LIKE '%.local' AND q.domain_text NOT LIKE '%.localdomain'
          AND q.domain_text NOT LIKE '%.lan' AND q.domain_text NOT LIKE '%.home' AND q.domain_text NOT LIKE '%.internal'
          AND s.ip NOT LIKE '224.%' AND s.ip NOT LIKE '239.%' AND s.ip NOT LIKE 'ff%'
        GROUP BY q.client, c.ip, q.domain, q.domain_text
    ) a
    -- A resolver whose look-ups are explained by those of its own clients stands aside.
    LEFT JOIN (
        SELECT q.resolver, q.domain, sum(q.info) AS info FROM looked q JOIN place c ON c.address = q.client
        WHERE c.inside AND q.client <> q.resolver GROUP BY q.resolver, q.domain
    ) x ON x.resolver = a.client AND x.domain = a.domain
    -- So does one whose own log does not name it: it answers others, and others asked
    -- a resolver without an address for the same.
    LEFT JOIN (
        SELECT q.domain, sum(q.info) AS info FROM looked q JOIN place c ON c.address = q.client JOIN place s ON s.address = q.resolver
        WHERE c.inside AND s.ip = '' GROUP BY q.domain
    ) y ON y.domain = a.domain
    LEFT JOIN (
        SELECT o.server FROM oriented o JOIN place c ON c.address = o.client
        WHERE o.port = 53 AND c.inside AND o.client <> o.server AND o.events > o.attempts GROUP BY o.server
    ) w ON w.server = a.client
    WHERE (coalesce(x.info, 0) = 0 OR x.info * 2 < a.info)
      AND (w.server IS NULL OR coalesce(y.info, 0) - a.unsaid = 0 OR (y.info - a.unsaid) * 2 < a.info)
) g
-- Hosts that answer DNS for others, whether or not the look-ups of these are logged.
LEFT JOIN (
    SELECT o.server, 1 AS answers FROM oriented o JOIN place c ON c.address = o.client
    WHERE o.port = 53 AND c.inside AND o.client <> o.server AND o.events > o.attempts GROUP BY o.server
) f ON f.server = g.client
-- Connections to the domain other than DNS itself.
LEFT JOIN (
    SELECT t.text, sum(k.events - k.attempts) AS visits FROM contact k JOIN label t ON t.label = k.label
    WHERE k.outbound AND k.port <> 53 AND k.named GROUP BY t.text
) v ON v.text = g.domain_text
LEFT JOIN (
    SELECT t.text, k.host, sum(k.events - k.attempts) AS visits FROM contact k JOIN label t ON t.label = k.label
    WHERE k.outbound AND k.port <> 53 AND k.named GROUP BY t.text, k.host
) o ON o.text = g.domain_text AND o.host = g.client
-- What the answers were.
LEFT JOIN (
    SELECT a.domain, sum(CASE WHEN p.ip LIKE '127.%' THEN a.n ELSE 0 END) AS loopback,
           sum(CASE WHEN p.inside THEN a.n ELSE 0 END) AS inside, sum(a.n) AS all_answers
    FROM answered a JOIN place p ON p.address = a.address GROUP BY a.domain
) z ON z.domain = g.domain_text
JOIN looked l ON l.client = g.client AND l.domain = g.domain
JOIN place r ON r.address = l.resolver
JOIN ledger.lookup_list t ON t.block = l.block
WHERE g.names >= 20
  AND (g.peak >= 8000 OR g.info >= 64000 AND g.info >= 40 * g.names)
  AND (g.askers <= 4 OR g.askers * 10 <= (SELECT count(DISTINCT q.client) FROM looked q JOIN place i ON i.address = q.client WHERE i.inside))
ORDER BY g.client_ip, g.domain_text, l.first, r.ip, l.last, l.events
