-- Candidates: a host, the label of a far end and a port, where few hosts use the
-- label and a session shows an oddity, or nobody gave a name; with all sessions,
-- so that those that speak against it are seen too.
SELECT h.ip, t.text, g.port, coalesce(k.hosts, g.users), coalesce(k.first, g.label_first), g.hosts, coalesce(n.labels, g.labels), g.tls_first, g.tls_last,
       coalesce(b.events, 0), coalesce(b.attempts, 0), coalesce(b.bytes_out, 0), coalesce(b.bytes_in, 0), coalesce(b.missed, 0), coalesce(b.duration, 0), coalesce(b.days, 0),
       d.far_ip, d.name, d.server_name_text, d.subject_text, d.issuer_text, d.validation_text, d.client_subject, d.fingerprint_text, d.ja3_text,
       coalesce(j.hosts, 0), g.ja3_known, coalesce(i.labels, 0), s.first, s.last, s.seq, u.lists
FROM (
    SELECT e.host, e.label, e.port, u.users, u.first AS label_first, a.hosts, a.ja3_known, a.first AS tls_first, a.last AS tls_last, h.labels
    FROM (
        SELECT host, label, port, sum(events) AS events,
               -- a certificate that is not known to be valid
               max(CASE WHEN (subject_text <> '' OR fingerprint_text <> '') AND validation_text <> 'ok' THEN 1 ELSE 0 END) AS unproven,
               max(CASE WHEN client_subject <> '' THEN 1 ELSE 0 END) AS client_cert,
               -- no name, or one without letters: an address
               sum(CASE WHEN lower(server_name_text) = upper(server_name_text) OR server_name_text LIKE '%:%' THEN events ELSE 0 END) AS unnamed
        FROM dealt GROUP BY host, label, port
    ) e
    JOIN (SELECT label, count(DISTINCT host) AS users, min(first) AS first FROM dealt GROUP BY label) u ON u.label = e.label
    JOIN (SELECT host, count(DISTINCT label) AS labels FROM dealt GROUP BY host) h ON h.host = e.host
    CROSS JOIN (
        SELECT count(DISTINCT host) AS hosts, min(first) AS first, max(last) AS last,
               count(DISTINCT CASE WHEN ja3_text <> '' THEN host ELSE NULL END) AS ja3_known
        FROM dealt
    ) a
    WHERE (u.users <= 4 OR u.users * 10 <= a.hosts)
      AND (e.unproven = 1 OR e.client_cert = 1 OR e.unnamed * 2 > e.events)
) g
JOIN place h ON h.address = g.host
JOIN label t ON t.label = g.label
-- What the connections say, where they are logged.
LEFT JOIN known k ON k.label = g.label
LEFT JOIN habit n ON n.host = g.host
LEFT JOIN (
    SELECT host, label, port, sum(events) AS events, sum(attempts) AS attempts, sum(bytes_out) AS bytes_out, sum(bytes_in) AS bytes_in,
           sum(missed) AS missed, sum(duration) AS duration, max(days) AS days
    FROM contact WHERE outbound AND proto = 6 GROUP BY host, label, port
) b ON b.host = g.host AND b.label = g.label AND b.port = g.port
JOIN dealt d ON d.host = g.host AND d.label = g.label AND d.port = g.port
-- Hosts with the same client software.
LEFT JOIN (SELECT ja3, count(DISTINCT host) AS hosts FROM dealt WHERE ja3_text <> '' GROUP BY ja3) j ON j.ja3 = d.ja3
-- Far ends with certificates by the same issuer, where the sessions name it.
LEFT JOIN (SELECT issuer, count(DISTINCT label) AS labels FROM dealt WHERE issuer_text <> '' GROUP BY issuer) i ON i.issuer = d.issuer
JOIN tls s ON s.client = d.host AND s.server = d.far AND s.port = d.port AND s.ja3 = d.ja3 AND s.subject = d.subject AND s.issuer = d.issuer
    AND s.fingerprint = d.fingerprint AND s.server_name = d.server_name_text AND s.validation = d.validation_text AND s.client_subject = d.client_subject
JOIN ledger.session_list u ON u.block = s.block
ORDER BY h.ip, t.text, g.port, s.first, d.far_ip, s.last, s.events, d.server_name_text, d.fingerprint_text, d.subject_text, d.ja3_text
