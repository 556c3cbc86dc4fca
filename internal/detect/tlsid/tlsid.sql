-- Candidates: a host, the label of a far end and a port, where few hosts use the
-- label and a session shows an oddity, or nobody gave a name.
CREATE OR REPLACE TABLE tlsid_pair AS
SELECT e.host, e.label, e.port, u.users, u.first AS label_first, a.hosts, a.ja3_known, a.first AS tls_first, a.last AS tls_last, h.labels
FROM (
    SELECT d.host, d.label, d.port, sum(d.events) AS events,
           -- a certificate that is not known to be valid
           max(CASE WHEN (d.subject <> 0 OR d.fingerprint <> 0) AND v.text <> 'ok' THEN 1 ELSE 0 END) AS unproven,
           max(CASE WHEN d.client_subject <> 0 THEN 1 ELSE 0 END) AS client_cert,
           -- no name, or one without letters: an address
           sum(CASE WHEN lower(n.text) = upper(n.text) OR n.text LIKE '%:%' THEN d.events ELSE 0 END) AS unnamed
    FROM dealt d
    JOIN ledger.name v ON v.id = d.validation
    JOIN ledger.name n ON n.id = d.server_name
    GROUP BY d.host, d.label, d.port
) e
JOIN (SELECT label, count(DISTINCT host) AS users, min(first) AS first FROM dealt GROUP BY label) u ON u.label = e.label
JOIN (SELECT host, count(DISTINCT label) AS labels FROM dealt GROUP BY host) h ON h.host = e.host
CROSS JOIN (
    SELECT count(DISTINCT host) AS hosts, min(first) AS first, max(last) AS last,
           count(DISTINCT CASE WHEN ja3 <> 0 THEN host ELSE NULL END) AS ja3_known
    FROM dealt
) a
WHERE (u.users <= 4 OR u.users * 10 <= a.hosts)
  AND (e.unproven = 1 OR e.client_cert = 1 OR e.unnamed * 2 > e.events);

-- What the connections say, where they are logged.
CREATE OR REPLACE TABLE tlsid_wire AS
SELECT c.host, c.label, c.port, sum(c.events) AS events, sum(c.attempts) AS attempts, sum(c.bytes_out) AS bytes_out, sum(c.bytes_in) AS bytes_in,
       sum(f.missed) AS missed, sum(f.duration) AS duration, max(c.days) AS days
FROM tlsid_pair g
JOIN contact c ON c.host = g.host AND c.label = g.label AND c.port = g.port AND c.outbound AND c.proto = 6
JOIN (
    SELECT c.host, c.far, c.port, sum(f.missed) AS missed, sum(f.duration) AS duration
    FROM tlsid_pair g
    JOIN contact c ON c.host = g.host AND c.label = g.label AND c.port = g.port AND c.outbound AND c.proto = 6
    JOIN opened f ON f.host = c.host AND f.far = c.far AND f.port = c.port AND f.proto = c.proto
    GROUP BY c.host, c.far, c.port
) f ON f.host = c.host AND f.far = c.far AND f.port = c.port
GROUP BY c.host, c.label, c.port;

-- Their sessions, so that those that speak against it are seen too.
CREATE OR REPLACE TABLE tlsid_session AS
SELECT d.host, d.far, d.label, d.port, d.wired, d.server_name, d.subject, d.issuer, d.validation, d.client_subject, d.fingerprint, d.ja3,
       s.first, s.last, s.events, s.seq, s.block
FROM tlsid_pair g
JOIN dealt d ON d.host = g.host AND d.label = g.label AND d.port = g.port
JOIN tls s ON s.client = d.host AND s.server = d.far AND s.port = d.port AND s.ja3 = d.ja3 AND s.subject = d.subject AND s.issuer = d.issuer
    AND s.fingerprint = d.fingerprint AND s.server_name = d.server_name AND s.validation = d.validation AND s.client_subject = d.client_subject;

SELECT h.ip, t.text, g.port, coalesce(k.hosts, g.users), coalesce(k.first, g.label_first), g.hosts, coalesce(n.labels, g.labels), g.tls_first, g.tls_last,
       coalesce(b.events, 0), coalesce(b.attempts, 0), coalesce(b.bytes_out, 0), coalesce(b.bytes_in, 0), coalesce(b.missed, 0), coalesce(b.duration, 0), coalesce(b.days, 0),
       p.ip, CASE WHEN s.wired THEN coalesce(bc.text, ba.text, '') ELSE sn.text END, sn.text, su.text, iu.text, v.text, cl.text, fp.text, ja.text,
       coalesce(j.hosts, 0), g.ja3_known, coalesce(i.labels, 0), s.first, s.last, s.seq, u.lists
FROM tlsid_pair g
JOIN tlsid_session s ON s.host = g.host AND s.label = g.label AND s.port = g.port
JOIN ledger.session_list u ON u.block = s.block
JOIN place h ON h.address = s.host
JOIN place p ON p.address = s.far
JOIN label t ON t.label = s.label
JOIN ledger.name sn ON sn.id = s.server_name
JOIN ledger.name su ON su.id = s.subject
JOIN ledger.name iu ON iu.id = s.issuer
JOIN ledger.name v ON v.id = s.validation
JOIN ledger.name cl ON cl.id = s.client_subject
JOIN ledger.name fp ON fp.id = s.fingerprint
JOIN ledger.name ja ON ja.id = s.ja3
LEFT JOIN known k ON k.label = g.label
LEFT JOIN habit n ON n.host = g.host
LEFT JOIN tlsid_wire b ON b.host = g.host AND b.label = g.label AND b.port = g.port
LEFT JOIN best_called bc ON bc.client = s.host AND bc.server = s.far AND bc.port = s.port
LEFT JOIN best_answered ba ON ba.address = s.far
-- Hosts with the same client software.
LEFT JOIN (SELECT ja3, count(DISTINCT host) AS hosts FROM dealt WHERE ja3 <> 0 GROUP BY ja3) j ON j.ja3 = s.ja3
-- Far ends with certificates by the same issuer, where the sessions name it.
LEFT JOIN (SELECT issuer, count(DISTINCT label) AS labels FROM dealt WHERE issuer <> 0 GROUP BY issuer) i ON i.issuer = s.issuer
ORDER BY h.ip, t.text, g.port, s.first, p.ip, s.last, s.events, sn.text, fp.text, su.text, ja.text
