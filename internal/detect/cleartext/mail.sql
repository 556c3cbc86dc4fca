-- Mails that hosts hand to servers outside, and what the sensor's file analysis says
-- of attachments. Mail servers of the house stand aside: those that others hand
-- mail to.
CREATE OR REPLACE TABLE cleartext_mail AS
SELECT m.client, m.server, m.port, m.how, m.file, m.account, m.at_place, m.first, m.last, m.seq, m.block
FROM moved m
JOIN place h ON h.address = m.client AND h.inside
JOIN place p ON p.address = m.server AND NOT p.inside
WHERE (m.how = 'SMTP' OR m.how = 'files SMTP' AND m.file <> '')
  AND m.client NOT IN (SELECT server FROM oriented WHERE port IN (25, 465, 587) AND proto = 6 AND events > attempts);

CREATE OR REPLACE TABLE cleartext_mailed AS
SELECT m.*, k.label, k.bytes_out, k.bytes_in FROM cleartext_mail m
JOIN contact k ON k.host = m.client AND k.far = m.server AND k.port = m.port AND k.proto = 6 AND k.outbound;

-- Candidates: those to servers that few hosts use, with their lists.
-- Parameter: number of hosts.
SELECT h.ip, t.text, p.ip, coalesce(b.text, a.text, ''), m.port, n.hosts, n.first, d.labels, m.bytes_out, m.bytes_in,
       m.how, m.file, m.account, m.at_place, m.first, m.last, m.seq, l.lists
FROM cleartext_mailed m
JOIN known n ON n.label = m.label
JOIN habit d ON d.host = m.client
JOIN label t ON t.label = m.label
JOIN place h ON h.address = m.client
JOIN place p ON p.address = m.server
JOIN ledger.transfer_list l ON l.block = m.block
LEFT JOIN best_called b ON b.client = m.client AND b.server = m.server AND b.port = m.port
LEFT JOIN best_answered a ON a.address = m.server
WHERE n.hosts <= 4 OR n.hosts * 10 <= ?
ORDER BY h.ip, t.text, p.ip, m.port, m.first, m.how, m.file, m.account, m.at_place, m.last
