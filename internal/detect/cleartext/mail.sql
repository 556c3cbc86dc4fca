-- Candidates: mails that hosts hand to servers outside which few hosts use, with
-- their lists, and what the sensor's file analysis says of attachments. Mail servers of the house stand aside: those that others hand mail to.
-- Parameter: number of hosts.
SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), m.port, n.hosts, n.first, d.labels, k.bytes_out, k.bytes_in,
       m.how, m.file, m.account, m.at_place, m.first, m.last, m.seq, l.lists
FROM moved m
JOIN place h ON h.address = m.client AND h.inside
JOIN place p ON p.address = m.server AND NOT p.inside
JOIN contact k ON k.host = m.client AND k.far = m.server AND k.port = m.port AND k.proto = 6 AND k.outbound
JOIN known n ON n.label = k.label
JOIN habit d ON d.host = m.client
JOIN label t ON t.label = k.label
JOIN ledger.transfer_list l ON l.block = m.block
LEFT JOIN (
    SELECT DISTINCT server FROM oriented WHERE port IN (25, 465, 587) AND proto = 6 AND events > attempts
) s ON s.server = m.client
LEFT JOIN best_called b ON b.client = m.client AND b.server = m.server AND b.port = m.port
LEFT JOIN best_answered a ON a.address = m.server
WHERE (m.how = 'SMTP' OR m.how = 'files SMTP' AND m.file <> '') AND s.server IS NULL AND (n.hosts <= 4 OR n.hosts * 10 <= ?)
ORDER BY h.ip, t.text, p.ip, m.port, m.first, m.how, m.file, m.account, m.at_place, m.last
