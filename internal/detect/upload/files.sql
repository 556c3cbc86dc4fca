-- Files on the way from a host inside to the outside, and what the sensor's file
-- analysis says of them (how = 'files …', joined by file id in Go).
SELECT cp.ip AS client_ip, sp.ip AS server_ip, m.port, m.how, m.file, m.mime, m.account, m.at_place, m.first, m.last, m.seq, l.lists
FROM moved m
JOIN place cp ON cp.address = m.client AND cp.inside
JOIN place sp ON sp.address = m.server AND NOT sp.inside
JOIN ledger.transfer_list l ON l.block = m.block
WHERE (m.how IN ('HTTP PUT', 'HTTP POST', 'HTTP PATCH', 'FTP STOR', 'FTP APPE', 'FTP STOU', 'SMB WRITE', 'SMB OPEN')
       OR m.how IN ('files FTP_DATA', 'files SMB') OR (m.how = 'files HTTP' AND m.file <> ''))
ORDER BY cp.ip, sp.ip, m.first, m.how, m.file, m.last, m.mime
