-- Archives that candidates wrote to other machines inside, by type or, where the
-- type is not known, by name. Reading one is what everybody does.
SELECT h.ip, m.file, m.mime, max(m.bytes) AS bytes, min(m.first) AS first
FROM (SELECT DISTINCT host FROM staging_pair) s
JOIN moved m ON m.client = s.host
JOIN place h ON h.address = s.host
JOIN place p ON p.address = m.server AND p.inside
WHERE m.file <> '' AND m.how IN ('SMB WRITE', 'FTP STOR', 'HTTP PUT') AND (
    m.mime IN ('application/x-7z-compressed', 'application/x-rar', 'application/x-rar-compressed', 'application/vnd.rar', 'application/zip',
               'application/vnd.ms-cab-compressed', 'application/x-gzip', 'application/gzip', 'application/x-tar', 'application/zstd')
    OR m.mime IN ('', 'application/octet-stream') AND regexp_matches(lower(m.file), '\.(7z|rar|zip|cab|tgz|gz|tar|zst|7z\.[0-9]{3}|r[0-9]{2})$'))
GROUP BY h.ip, m.file, m.mime
ORDER BY h.ip, first, m.file, m.mime
