-- Ports at which hosts inside were answered for, by not too many.
-- Parameters: bytes of a leg, clients of a port.
CREATE OR REPLACE TABLE relay_host AS
SELECT o.server AS host, o.port, count(DISTINCT o.client) AS clients, count(DISTINCT o.hour - o.hour % 24) AS days, min(o.first) AS first
FROM oriented o
JOIN place h ON h.address = o.server AND h.inside AND NOT h.special
JOIN place c ON c.address = o.client AND NOT c.special
WHERE o.proto = 6 AND o.port NOT IN (53, 853) AND o.bytes_client + o.bytes_server >= ? AND o.events > o.attempts
GROUP BY o.server, o.port HAVING count(DISTINCT o.client) <= ?;

-- Legs of these hosts, by hour: what somebody sent to and got from the host, and
-- what the host sent to and got from somebody else. forth is what goes the way of
-- who asks, back what comes in answer. bucket is the logarithm of all of it, for a
-- relay passes on as much as it gets.
-- Parameter, twice: bytes of a leg.
CREATE OR REPLACE TABLE relay_leg AS
SELECT TRUE AS inward, o.server AS host, o.client AS other, c.inside, o.port, o.hour, o.seq, o.block, o.flipped, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp, o.events,
       o.bytes_client AS forth, o.bytes_server AS back, CAST(floor(20 * log10(o.bytes_client + o.bytes_server)) AS INTEGER) AS bucket
FROM oriented o
JOIN relay_host r ON r.host = o.server AND r.port = o.port
JOIN place c ON c.address = o.client AND NOT c.special
WHERE o.proto = 6 AND o.port NOT IN (53, 853) AND o.bytes_client + o.bytes_server >= ? AND o.events > o.attempts
UNION ALL
SELECT FALSE, o.client, o.server, s.inside, o.port, o.hour, o.seq, o.block, o.flipped, o.first, o.last, o.duration, o.bytes_orig, o.bytes_resp, o.events,
       o.bytes_client, o.bytes_server, CAST(floor(20 * log10(o.bytes_client + o.bytes_server)) AS INTEGER)
FROM oriented o
JOIN (SELECT DISTINCT host FROM relay_host) r ON r.host = o.client
JOIN place s ON s.address = o.server AND NOT s.special
WHERE o.proto = 6 AND o.port NOT IN (53, 853) AND o.bytes_client + o.bytes_server >= ? AND o.events > o.attempts;

-- Candidates: an in-leg and an out-leg of one hour with as much in both directions,
-- one end of the whole outside.
CREATE OR REPLACE TABLE relay_pair AS
SELECT i.host, i.other AS asker, r.other AS target, i.port AS in_port, r.port AS out_port, i.inside AS asker_inside, r.inside AS target_inside,
       h.clients, h.days, h.first AS port_first,
       i.hour, i.seq AS in_seq, i.block AS in_block, i.flipped AS in_flipped, r.seq AS out_seq, r.block AS out_block, r.flipped AS out_flipped,
       i.first, i.last, i.duration, i.bytes_orig, i.bytes_resp,
       r.first AS out_first, r.last AS out_last, r.duration AS out_duration, r.bytes_orig AS out_bytes_orig, r.bytes_resp AS out_bytes_resp
FROM (SELECT *, unnest([bucket - 1, bucket, bucket + 1]) AS near FROM relay_leg WHERE inward) i
JOIN relay_host h ON h.host = i.host AND h.port = i.port
JOIN relay_leg r ON NOT r.inward AND r.host = i.host AND r.hour = i.hour AND r.bucket = i.near
WHERE r.other <> i.other AND NOT (i.inside AND r.inside)
  AND abs(i.forth - r.forth) * 10 <= greatest(i.forth, r.forth) + 20000
  AND abs(i.back - r.back) * 10 <= greatest(i.back, r.back) + 20000
  AND r.first <= i.last AND i.first <= r.last;

SELECT h.ip, a.ip, t.ip, p.in_port, p.out_port, p.asker_inside, p.target_inside, coalesce(bc.text, ba.text, '') AS name,
       coalesce(bl.text, t.ip) AS label, p.clients, p.days, p.port_first,
       (SELECT count(*) FROM used u WHERE u.host = p.asker) AS asker_labels,
       coalesce(k.hosts, 1) AS users, coalesce(k.first, p.first) AS label_first, coalesce(d.labels, 0) AS labels,
       p.in_flipped, p.first, p.last, p.duration, p.bytes_orig, p.bytes_resp, p.in_seq, li.lists,
       p.out_flipped, p.out_first, p.out_last, p.out_duration, p.out_bytes_orig, p.out_bytes_resp, p.out_seq, lo.lists
FROM relay_pair p
JOIN opened_list li ON li.block = p.in_block
JOIN opened_list lo ON lo.block = p.out_block
JOIN place h ON h.address = p.host
JOIN place a ON a.address = p.asker
JOIN place t ON t.address = p.target
LEFT JOIN best_called bc ON bc.client = p.host AND bc.server = p.target AND bc.port = p.out_port AND NOT p.target_inside
LEFT JOIN best_answered ba ON ba.address = p.target AND NOT p.target_inside
LEFT JOIN label bl ON bl.label = coalesce(bc.label, ba.label)
LEFT JOIN known k ON k.label = coalesce(bc.label, ba.label, t.label)
LEFT JOIN habit d ON d.host = p.host
WHERE h.ip NOT IN (SELECT x.ip FROM via_far v JOIN place x ON x.address = v.proxy)
ORDER BY h.ip, a.ip, t.ip, p.in_port, p.out_port, p.hour, p.first, p.in_flipped, p.out_flipped
