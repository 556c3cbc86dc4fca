-- Files on the way from a host inside to the outside, and what the sensor's file
-- analysis says of them (how = 'files …', joined by file id in Go).
CREATE OR REPLACE TABLE upload_file AS
SELECT m.client, m.server, m.port, h.text AS how, m.file, m.mime, m.account, m.at_place, m.first, m.last, m.seq, m.block
FROM carried m
JOIN ledger.name h ON h.id = m.how
JOIN place cp ON cp.address = m.client AND cp.inside
JOIN place sp ON sp.address = m.server AND NOT sp.inside
WHERE h.text IN ('HTTP PUT', 'HTTP POST', 'HTTP PATCH', 'FTP STOR', 'FTP APPE', 'FTP STOU', 'SMB WRITE', 'SMB OPEN', 'files FTP_DATA', 'files SMB')
   OR h.text = 'files HTTP' AND m.file <> 0;

SELECT cp.ip AS client_ip, sp.ip AS server_ip, m.port, m.how, f.text, mi.text, a.text, p.text, m.first, m.last, m.seq, l.lists
FROM upload_file m
JOIN ledger.transfer_list l ON l.block = m.block
JOIN place cp ON cp.address = m.client
JOIN place sp ON sp.address = m.server
JOIN ledger.name f ON f.id = m.file
JOIN ledger.name mi ON mi.id = m.mime
JOIN ledger.name a ON a.id = m.account
JOIN ledger.name p ON p.id = m.at_place
ORDER BY cp.ip, sp.ip, m.first, m.how, f.text, m.last, mi.text
