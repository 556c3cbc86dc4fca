-- The conversations by which a host got images on a day, with their lists.
-- Parameters: host, hours from and to.
SELECT CASE WHEN i.opened THEN i.flipped ELSE NOT i.flipped END, i.first, i.last, i.duration, i.bytes_orig, i.bytes_resp, i.seq, l.lists
FROM clinic_image i
JOIN place h ON h.address = i.host
JOIN place s ON s.address = i.sender
JOIN opened_list l ON l.block = i.block
WHERE h.ip = ? AND i.hour >= ? AND i.hour < ?
ORDER BY i.first, s.ip, i.port, i.last, i.bytes
