-- What every host inside asked below every domain: names never leave that are
-- reverse look-ups, service discovery or multicast.
CREATE OR REPLACE TABLE tunnel_pair AS
SELECT g.client, g.domain, n.text AS domain_text, g.info, g.names, g.unsaid, g.peak, g.first, g.days
FROM (
    SELECT q.client, q.domain, sum(q.info) AS info, sum(q.names) AS names,
           sum(CASE WHEN s.ip = '' THEN q.info ELSE 0 END) AS unsaid,
           max(q.info) AS peak, min(q.first) AS first, count(DISTINCT q.hour - q.hour % 24) AS days
    FROM looked q
    JOIN place c ON c.address = q.client AND c.inside
    JOIN place s ON s.address = q.resolver AND s.ip NOT LIKE '224.%' AND s.ip NOT LIKE '239.%' AND s.ip NOT LIKE 'ff%'
    WHERE q.client <> q.resolver
    GROUP BY q.client, q.domain
) g
JOIN ledger.name n ON n.id = g.domain
WHERE n.text NOT IN ('', 'arpa') AND n.text NOT LIKE '%.local' AND n.text NOT LIKE '%.localdomain'
  AND n.text NOT LIKE '%.lan' AND n.text NOT LIKE '%.home' AND n.text NOT LIKE '%.internal';

-- What was asked of each resolver by others inside; those that no log names are ''.
CREATE OR REPLACE TABLE tunnel_served AS
SELECT q.resolver, s.ip = '' AS unsaid, q.domain, sum(q.info) AS info
FROM looked q
JOIN place c ON c.address = q.client AND c.inside
JOIN place s ON s.address = q.resolver
WHERE q.client <> q.resolver
GROUP BY q.resolver, s.ip = '', q.domain;

-- Hosts that answer DNS for others, whether or not the look-ups of these are logged.
CREATE OR REPLACE TABLE tunnel_forwarder AS
SELECT DISTINCT o.server FROM oriented o JOIN place c ON c.address = o.client
WHERE o.port = 53 AND c.inside AND o.client <> o.server AND o.events > o.attempts;

-- Candidates: a host and a registered domain, where the names that the host asked
-- for below it hold much information and few hosts ask for the domain. Windowed
-- sums give how many hosts ask, and what else the host asks for.
CREATE OR REPLACE TABLE tunnel_candidate AS
SELECT * FROM (
    SELECT a.client, a.domain, a.domain_text, a.info, a.names, a.peak, a.days, w.server IS NOT NULL AS forwards,
           count(*) OVER (PARTITION BY a.domain) AS askers,
           min(a.first) OVER (PARTITION BY a.domain) AS domain_first,
           count(*) OVER (PARTITION BY a.client) AS domains,
           sum(a.info) OVER (PARTITION BY a.client) AS host_info
    FROM tunnel_pair a
    -- A resolver whose look-ups are explained by those of its own clients stands aside.
    LEFT JOIN (SELECT resolver, domain, sum(info) AS info FROM tunnel_served GROUP BY resolver, domain) x ON x.resolver = a.client AND x.domain = a.domain
    -- So does one whose own log does not name it: it answers others, and others asked
    -- a resolver without an address for the same.
    LEFT JOIN (SELECT domain, sum(info) AS info FROM tunnel_served WHERE unsaid GROUP BY domain) y ON y.domain = a.domain
    LEFT JOIN tunnel_forwarder w ON w.server = a.client
    WHERE (coalesce(x.info, 0) = 0 OR x.info * 2 < a.info)
      AND (w.server IS NULL OR coalesce(y.info, 0) - a.unsaid = 0 OR (y.info - a.unsaid) * 2 < a.info)
) g
WHERE g.names >= 20
  AND (g.peak >= 8000 OR g.info >= 64000 AND g.info >= 40 * g.names)
  AND (g.askers <= 4 OR g.askers * 10 <= (SELECT count(DISTINCT q.client) FROM looked q JOIN place i ON i.address = q.client WHERE i.inside));

-- Their look-ups, with the lists.
CREATE OR REPLACE TABLE tunnel_flow AS
SELECT g.client, g.domain, l.resolver, l.first, l.last, l.events, l.seq, l.block
FROM tunnel_candidate g JOIN looked l ON l.client = g.client AND l.domain = g.domain;

CREATE OR REPLACE TABLE tunnel_list AS
SELECT b.block, list_reduce(list(b.lists ORDER BY b.part), lambda a, b: a || b) AS lists
FROM ledger.lookup_block b JOIN (SELECT DISTINCT block FROM tunnel_flow) f ON f.block = b.block
GROUP BY b.block;

SELECT c.ip, g.domain_text, g.askers, g.domain_first, g.domains, g.host_info - g.info AS other_info,
       (SELECT count(DISTINCT q.client) FROM looked q JOIN place i ON i.address = q.client WHERE i.inside) AS clients,
       g.days, coalesce(v.visits, 0) AS visits, coalesce(o.visits, 0) AS own_visits,
       coalesce(z.loopback, 0) AS loopback, coalesce(z.inside, 0) AS inside_answers, coalesce(z.all_answers, 0) AS all_answers,
       CASE WHEN g.forwards THEN 1 ELSE 0 END AS forwards, r.ip AS resolver_ip, r.inside AS resolver_inside, l.first, l.last, l.seq, t.lists
FROM tunnel_candidate g
JOIN tunnel_flow l ON l.client = g.client AND l.domain = g.domain
JOIN place c ON c.address = g.client
JOIN place r ON r.address = l.resolver
JOIN tunnel_list t ON t.block = l.block
-- Connections to the domain other than DNS itself.
LEFT JOIN (
    SELECT t.text, sum(k.events - k.attempts) AS visits
    FROM (SELECT DISTINCT domain_text FROM tunnel_candidate) g JOIN label t ON t.text = g.domain_text JOIN contact k ON k.label = t.label
    WHERE k.outbound AND k.port <> 53 AND k.named GROUP BY t.text
) v ON v.text = g.domain_text
LEFT JOIN (
    SELECT t.text, k.host, sum(k.events - k.attempts) AS visits
    FROM (SELECT DISTINCT domain_text FROM tunnel_candidate) g JOIN label t ON t.text = g.domain_text JOIN contact k ON k.label = t.label
    WHERE k.outbound AND k.port <> 53 AND k.named GROUP BY t.text, k.host
) o ON o.text = g.domain_text AND o.host = g.client
-- What the answers were.
LEFT JOIN (
    SELECT a.domain, sum(CASE WHEN p.ip LIKE '127.%' THEN a.n ELSE 0 END) AS loopback,
           sum(CASE WHEN p.inside THEN a.n ELSE 0 END) AS inside, sum(a.n) AS all_answers
    FROM answered a JOIN place p ON p.address = a.address GROUP BY a.domain
) z ON z.domain = g.domain_text
ORDER BY c.ip, g.domain_text, l.first, r.ip, l.last, l.events
