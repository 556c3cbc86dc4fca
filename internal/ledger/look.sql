-- What detectors may query. Tables and views without a database name belong to
-- the look and live as long as it; "ledger." tables are the ledger itself.
-- Already there: place(address, ip, inside, special, label), one row per address.
-- Every view is cut to the window. Ids (host, far, address, label, name …) are to
-- be joined, never shown or ordered by: a text costs more than all else.
-- seq and block lead to a row's list in the table of lists; to read it, first, last
-- and, of conversations, duration, bytes_orig and bytes_resp are needed too.
-- Rows before the hour {hourly} stand for whole days: hour is the first of the day,
-- sums are the day's, and long lists are thinned (docs/ledger.md).

-- oriented: conversations with flips applied: client opened it, server answered.
-- service is the id of the names of what the sensor recognised in them, with | between.
-- thin: the list may not hold all events; no rhythm can be told from it.
CREATE OR REPLACE VIEW oriented AS
SELECT hour, seq, seq - seq % 4 AS block, sensor, proto, service, first, first + span AS last, events, attempts, duration, missed, bytes_tried, bytes_orig, bytes_resp,
       CASE WHEN flip > 0 THEN resp ELSE orig END AS client,
       CASE WHEN flip > 0 THEN orig ELSE resp END AS server,
       CASE WHEN flip > 0 THEN flip ELSE port END AS port,
       CASE WHEN flip > 0 THEN bytes_resp ELSE bytes_orig END AS bytes_client,
       CASE WHEN flip > 0 THEN bytes_orig ELSE bytes_resp END AS bytes_server,
       flip > 0 AS flipped, hour < {hourly} AND events + duplicates > {whole} AS thin
FROM ledger.conversation
WHERE hour >= {since} AND hour < {until} AND events > 0;

-- flow: conversations between a host inside and a far end outside, from the
-- host's side. bytes_out and bytes_in are payload of answered connections,
-- bytes_tried is what was sent without an answer and counts nowhere as loss.
-- (Two branches, because one join on "one end is inside, the other is not" is
-- planned as all pairs of addresses.)
CREATE OR REPLACE VIEW flow AS
SELECT o.hour, o.proto, o.port, o.first, o.last, o.events, o.attempts, o.duration, o.missed, o.bytes_tried, o.flipped,
       TRUE AS outbound, o.client AS host, o.server AS far, o.bytes_client AS bytes_out, o.bytes_server AS bytes_in
FROM oriented o
JOIN place c ON c.address = o.client AND c.inside AND NOT c.special
JOIN place s ON s.address = o.server AND NOT s.inside AND NOT s.special
UNION ALL
SELECT o.hour, o.proto, o.port, o.first, o.last, o.events, o.attempts, o.duration, o.missed, o.bytes_tried, o.flipped,
       FALSE AS outbound, o.server AS host, o.client AS far, o.bytes_server AS bytes_out, o.bytes_client AS bytes_in
FROM oriented o
JOIN place c ON c.address = o.client AND NOT c.inside AND NOT c.special
JOIN place s ON s.address = o.server AND s.inside AND NOT s.special
UNION ALL
SELECT v.hour, v.proto, v.port, v.first, v.last, v.events, v.attempts, v.duration, v.missed, v.bytes_tried, FALSE AS flipped,
       TRUE AS outbound, v.client AS host, v.address AS far, v.bytes_orig AS bytes_out, v.bytes_resp AS bytes_in
FROM via v JOIN place c ON c.address = v.client
WHERE c.inside AND v.events > 0;

-- opened: conversations from the side of who opened them, whoever is inside; to be
-- joined with contact, which says that, on host, far, port and proto.
CREATE OR REPLACE VIEW opened AS
SELECT hour, seq, block, FALSE AS via, proto, port, first, last, duration, missed, bytes_orig, bytes_resp, flipped, client AS host, server AS far, bytes_client AS bytes_out, thin
FROM oriented
UNION ALL
SELECT hour, seq, seq AS block, TRUE AS via, proto, port, first, last, duration, missed, bytes_orig, bytes_resp, FALSE AS flipped, client AS host, address AS far, bytes_orig AS bytes_out, FALSE AS thin
FROM via WHERE events > 0;

-- long_list: the lists that do not fit into one part, put together by look.go.
CREATE OR REPLACE TABLE long_list (block BIGINT, lists BLOB);

-- opened_list: the lists behind oriented and opened, by block alone: a condition
-- more, or a view put together anew, and all lists are read for the sake of a few.
CREATE OR REPLACE VIEW opened_list AS
SELECT block, lists FROM ledger.conversation_block WHERE part < 1 -- "= 0" is held to be rare
UNION ALL
SELECT block, lists FROM long_list
UNION ALL
SELECT block, lists FROM via_list;

-- looked: DNS look-ups by registered domain, an id of a name.
CREATE OR REPLACE VIEW looked AS
SELECT hour, seq, seq - seq % 4 AS block, sensor, orig AS client, resp AS resolver, domain,
       first, first + span AS last, events, names, info, length, longest, answer, payload, nxdomain
FROM ledger.lookup
WHERE hour >= {since} AND hour < {until} AND events > 0;

-- tls: TLS sessions. What both ends showed are ids of names, 0 for nothing.
CREATE OR REPLACE VIEW tls AS
SELECT hour, seq, seq - seq % 4 AS block, orig AS client, resp AS server, port, first, first + span AS last, events,
       server_name, ja3, subject, issuer, validation, client AS client_subject, fingerprint
FROM ledger.session
WHERE hour >= {since} AND hour < {until} AND events > 0;

-- asked: HTTP requests; host_text is the far end's name, also behind a proxy.
CREATE OR REPLACE VIEW asked AS
SELECT r.hour, r.seq, r.seq - r.seq % 4 AS block, r.orig AS client, r.resp AS server, r.port, r.proxied, r.first, r.first + r.span AS last, r.events,
       r.bytes_out, r.bytes_in, r.accepted, h.text AS host_text, h.domain AS host_domain, u.text AS user_agent, m.text AS method
FROM ledger.request r
JOIN ledger.name h ON h.id = r.host
JOIN ledger.name u ON u.id = r.user_agent
JOIN ledger.name m ON m.id = r.method
WHERE r.hour >= {since} AND r.hour < {until} AND r.events > 0;

-- carried: files that HTTP, FTP, SMB and the sensor's file analysis saw; how, file,
-- mime, account and at_place are ids of names. The far end of one that a proxy
-- handed on is the one behind it.
CREATE OR REPLACE VIEW carried AS
SELECT t.hour, t.seq, t.seq - t.seq % 4 AS block, t.orig AS client, coalesce(v.address, t.resp) AS server, coalesce(v.port, t.port) AS port, t.first, t.first + t.span AS last, t.events, t.bytes, t.bytes_accepted,
       t.how, t.file, t.mime, t.account, t.place AS at_place
FROM ledger.transfer t
LEFT JOIN (
    SELECT f.proxy, f.proxy_port, n.id AS name, min(f.port) AS port, min(f.address) AS address
    FROM via_far f JOIN ledger.name n ON n.text = f.text GROUP BY f.proxy, f.proxy_port, n.id
) v ON v.proxy = t.resp AND v.proxy_port = t.port AND v.name = t.place
ANTI JOIN (
    SELECT w.hour, w.client, w.proxy, w.proxy_port, n.id AS name FROM via_again w JOIN ledger.name n ON n.text = w.text
) w ON w.hour = t.hour AND w.client = t.orig AND w.proxy = t.resp AND w.proxy_port = t.port AND w.name = t.place
WHERE t.hour >= {since} AND t.hour < {until} AND t.events > 0;

-- moved: the same with the texts.
CREATE OR REPLACE VIEW moved AS
SELECT c.hour, c.seq, c.block, c.client, c.server, c.port, c.first, c.last, c.events, c.bytes, c.bytes_accepted,
       h.text AS how, f.text AS file, m.text AS mime, a.text AS account, p.text AS at_place
FROM carried c
JOIN ledger.name h ON h.id = c.how
JOIN ledger.name f ON f.id = c.file
JOIN ledger.name m ON m.id = c.mime
JOIN ledger.name a ON a.id = c.account
JOIN ledger.name p ON p.id = c.at_place;

-- certified: certificates by subject and issuer, and by fingerprint; all ids of names.
CREATE OR REPLACE VIEW certified AS
SELECT hour, seq, seq - seq % 4 AS block, subject, issuer, serial, fingerprint, names, first, first + span AS last, events
FROM ledger.certificate
WHERE hour >= {since} AND hour < {until};

-- called: the names under which clients asked for a far address, with how often.
CREATE OR REPLACE TABLE called AS
SELECT u.client, u.server, u.port, n.text, n.domain, sum(u.n) AS n
FROM (
    SELECT client, server, port, server_name AS name, sum(events) AS n FROM tls WHERE server_name <> 0 GROUP BY client, server, port, server_name
    UNION ALL
    SELECT orig, resp, port, host, sum(events) FROM ledger.request
    WHERE hour >= {since} AND hour < {until} AND events > 0 AND proxied = 0 AND host <> 0 GROUP BY orig, resp, port, host
    UNION ALL
    SELECT v.client, f.address, v.port, n.id, v.events
    FROM via v JOIN via_far f ON f.address = v.address JOIN ledger.name n ON n.text = f.text
) u
JOIN ledger.name n ON n.id = u.name AND n.domain <> ''
GROUP BY u.client, u.server, u.port, n.text, n.domain;

-- answered: the registered domains that DNS answers gave for an address.
CREATE OR REPLACE TABLE answered AS
SELECT a.address, n.text, n.domain, count(*) AS n
FROM ledger.answer a JOIN ledger.name n ON n.id = a.name
WHERE a.hour >= {since} AND a.hour < {until} AND n.domain <> ''
GROUP BY a.address, n.text, n.domain;

-- vouched: domains that some DNS answer backs. A client can write any name into
-- a request; where DNS says that a domain lives elsewhere, the name is not used.
CREATE OR REPLACE TABLE vouched AS
SELECT DISTINCT domain FROM answered;

-- domain_label: the label of a registered domain; those of addresses are below
-- 4294967296 (2^32) and stand in place.
CREATE OR REPLACE TABLE domain_label AS
SELECT domain, min(id) + 4294967296 AS label FROM ledger.name WHERE domain <> '' GROUP BY domain;

-- label: the texts of labels: a registered domain, or an address that has no name.
CREATE OR REPLACE TABLE label AS
SELECT label, ip AS text FROM place WHERE label = address
UNION ALL
SELECT label, domain FROM domain_label;

-- best_called: one name per client, far end and port.
CREATE OR REPLACE TABLE best_called AS
SELECT r.client, r.server, r.port, r.text, d.label FROM (
    SELECT c.client, c.server, c.port, c.text, c.domain,
           row_number() OVER (PARTITION BY c.client, c.server, c.port ORDER BY c.n DESC, c.text) AS place_no
    FROM called c
    WHERE c.domain NOT IN (SELECT domain FROM vouched)
       OR c.server IN (SELECT address FROM via_far)
       OR EXISTS (SELECT 1 FROM answered a WHERE a.address = c.server AND a.domain = c.domain)
) r JOIN domain_label d ON d.domain = r.domain WHERE r.place_no = 1;

-- best_answered: one name per address, for far ends that nobody called by name.
CREATE OR REPLACE TABLE best_answered AS
SELECT r.address, r.text, d.label FROM (
    SELECT address, text, domain, row_number() OVER (PARTITION BY address ORDER BY n DESC, text) AS place_no
    FROM answered
) r JOIN domain_label d ON d.domain = r.domain WHERE r.place_no = 1;

-- daily: a host's dealings with one far end, port and transport on a day in
-- UTC, on_day being its first hour; the base of all that looks at days. label is what
-- the far end is known by; named says that it is a name. It has as many rows as all
-- else together: each column costs.
CREATE OR REPLACE TABLE daily AS
SELECT f.host, f.far, coalesce(c.label, a.label, p.label) AS label, coalesce(c.label, a.label) IS NOT NULL AS named,
       f.port, f.proto, f.outbound, f.on_day, f.events, f.attempts, f.bytes_out, f.bytes_in, f.first, f.last
FROM (
    SELECT host, far, port, proto, outbound, hour - hour % 24 AS on_day,
           CAST(least(sum(events), 4611686018427387904) AS BIGINT) AS events, CAST(least(sum(attempts), 4611686018427387904) AS BIGINT) AS attempts,
           CAST(least(sum(bytes_out), 4611686018427387904) AS BIGINT) AS bytes_out, CAST(least(sum(bytes_in), 4611686018427387904) AS BIGINT) AS bytes_in,
           min(first) AS first, max(last) AS last
    FROM flow GROUP BY host, far, port, proto, outbound, hour - hour % 24
) f
JOIN place p ON p.address = f.far
LEFT JOIN best_called c ON c.client = f.host AND c.server = f.far AND c.port = f.port
LEFT JOIN best_answered a ON a.address = f.far;

-- A proxy's own dealings with a far end that clients are known to have asked it
-- for are the clients', seen again on the other side of the proxy; so are those
-- with far ends without a name, on the ports that clients asked for.
DELETE FROM daily
WHERE outbound AND host IN (SELECT proxy FROM via_far)
  AND (label IN (SELECT c.label FROM daily c JOIN via_far v ON v.address = c.far)
       OR NOT named AND port IN (SELECT port FROM via_far));

-- A proxy that its own log does not name: a host that asks no proxy itself and
-- deals directly with most of what clients asked such a proxy for.
CREATE OR REPLACE TABLE via_label AS
SELECT DISTINCT d.label FROM daily d JOIN via_far f ON f.address = d.far JOIN place p ON p.address = f.proxy WHERE p.ip = '';

DELETE FROM daily
WHERE outbound AND label IN (SELECT label FROM via_label) AND host IN (
    SELECT g.host FROM (SELECT DISTINCT host, label FROM daily WHERE outbound) g
    JOIN via_label a ON a.label = g.label
    WHERE g.host NOT IN (SELECT client FROM via)
    GROUP BY g.host HAVING count(*) >= 10 AND 2 * count(*) >= (SELECT count(*) FROM via_label)
);

-- contact: the same over the whole window.
CREATE OR REPLACE TABLE contact AS
SELECT host, far, min(label) AS label, max(named) AS named, port, proto, outbound,
       CAST(least(sum(events), 4611686018427387904) AS BIGINT) AS events, CAST(least(sum(attempts), 4611686018427387904) AS BIGINT) AS attempts,
       CAST(least(sum(bytes_out), 4611686018427387904) AS BIGINT) AS bytes_out, CAST(least(sum(bytes_in), 4611686018427387904) AS BIGINT) AS bytes_in,
       min(first) AS first, max(last) AS last, count(*) AS days
FROM daily GROUP BY host, far, port, proto, outbound;

-- sent: what a host sent to a label and got from it on a day, outbound.
CREATE OR REPLACE TABLE sent AS
SELECT host, label, on_day, CAST(least(sum(bytes_out), 4611686018427387904) AS BIGINT) AS bytes_out,
       CAST(least(sum(bytes_in), 4611686018427387904) AS BIGINT) AS bytes_in
FROM daily WHERE outbound GROUP BY host, label, on_day;

-- used: what a host has to do with a label, outbound.
CREATE OR REPLACE TABLE used AS
SELECT host, label, CAST(least(sum(bytes_out), 4611686018427387904) AS BIGINT) AS bytes_out,
       CAST(least(sum(bytes_in), 4611686018427387904) AS BIGINT) AS bytes_in, CAST(sum(events - attempts) AS BIGINT) AS answered,
       min(first) AS first, max(last) AS last, max(days) AS days
FROM contact WHERE outbound GROUP BY host, label;

-- known: how widely and how long a label has been in use, outbound.
CREATE OR REPLACE TABLE known AS
SELECT label, count(*) AS hosts, min(first) AS first, max(last) AS last,
       sum(bytes_out) AS bytes_out, sum(bytes_in) AS bytes_in, sum(answered) AS answered
FROM used GROUP BY label;

-- habit: how many labels a host has to do with, and on how many days at most.
CREATE OR REPLACE TABLE habit AS
SELECT host, count(*) AS labels, max(days) AS days FROM used GROUP BY host;

-- bulk: hosts that sent much to one label within a day (50 MB), or a file of
-- 100 kB, or any by FTP, where few hosts use the label. The detector upload
-- answers for the bytes of these. Others that see them too leave them out of the
-- loss, so that it counts once.
CREATE OR REPLACE TABLE bulk AS
SELECT g.host, g.label, k.hosts AS users, k.first AS label_first
FROM (
    SELECT DISTINCT host, label FROM sent WHERE bytes_out >= 50000000
    UNION
    SELECT c.host, c.label
    FROM carried m
    JOIN ledger.name h ON h.id = m.how
    JOIN contact c ON c.host = m.client AND c.far = m.server AND c.outbound
    WHERE h.text IN ('FTP STOR', 'FTP APPE', 'FTP STOU') OR m.bytes >= 100000 AND h.text IN ('HTTP PUT', 'HTTP POST', 'HTTP PATCH', 'SMB WRITE')
) g
JOIN known k ON k.label = g.label
WHERE k.hosts <= 4 OR k.hosts * 10 <= (SELECT count(*) FROM habit);

-- dealt: TLS sessions of hosts inside with far ends outside over the whole
-- window, one row for each thing that they showed, as in tls; label as in contact.
-- wired: connections are known that carried them. Sessions that the connections
-- know as UDP are left out: calls in a browser show certificates that were made
-- for that call.
CREATE OR REPLACE TABLE dealt AS
SELECT g.client AS host, g.server AS far, g.port, g.events, g.first, g.last, coalesce(k.label, dl.label, p.label) AS label, k.label IS NOT NULL AS wired,
       g.server_name, g.ja3, g.subject, g.issuer, g.validation, g.client_subject, g.fingerprint
FROM (
    SELECT client, server, port, server_name, ja3, subject, issuer, validation, client_subject, fingerprint,
           CAST(sum(events) AS BIGINT) AS events, min(first) AS first, max(last) AS last
    FROM tls
    GROUP BY client, server, port, server_name, ja3, subject, issuer, validation, client_subject, fingerprint
) g
JOIN place h ON h.address = g.client
JOIN place p ON p.address = g.server
LEFT JOIN (SELECT n.id, d.label FROM ledger.name n JOIN domain_label d ON d.domain = n.domain) dl ON dl.id = g.server_name
LEFT JOIN contact k ON k.host = g.client AND k.far = g.server AND k.port = g.port AND k.proto = 6 AND k.outbound
LEFT JOIN contact d ON d.host = g.client AND d.far = g.server AND d.port = g.port AND d.proto = 17 AND d.outbound
WHERE h.inside AND NOT p.inside AND NOT h.special AND NOT p.special AND (k.label IS NOT NULL OR d.label IS NULL);
