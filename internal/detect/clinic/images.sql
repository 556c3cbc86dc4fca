-- Candidates: hosts inside that got many images within a day. Whoever opened the
-- connection, images go to who gets more bytes by it than it gives.
-- Parameters: bytes in a day.
CREATE OR REPLACE TABLE clinic_image AS
SELECT g.host, g.sender, g.hour, g.port, g.flipped, g.opened, g.seq, g.block, g.first, g.last, g.duration, g.bytes_orig, g.bytes_resp, g.events, g.bytes
FROM (
    SELECT client AS host, server AS sender, hour, port, flipped, TRUE AS opened, seq, block, first, last, duration, bytes_orig, bytes_resp, events, bytes_server AS bytes
    FROM oriented WHERE proto = 6 AND port IN (104, 2761, 2762, 11112) AND bytes_server > 4 * bytes_client
    UNION ALL
    SELECT server, client, hour, port, flipped, FALSE, seq, block, first, last, duration, bytes_orig, bytes_resp, events, bytes_client
    FROM oriented WHERE proto = 6 AND port IN (104, 2761, 2762, 11112) AND bytes_client > 4 * bytes_server
) g
JOIN place p ON p.address = g.host AND p.inside AND NOT p.special
WHERE g.bytes >= 1000000;

CREATE OR REPLACE TABLE clinic_receiver AS
SELECT host FROM (SELECT host, hour // 24 AS on_day, sum(bytes) AS bytes FROM clinic_image GROUP BY host, hour // 24) d
GROUP BY host HAVING max(bytes) >= ?;

SELECT h.ip, s.ip, i.hour, min(i.port), min(i.first), max(i.last), CAST(sum(i.events) AS BIGINT), CAST(sum(i.bytes) AS BIGINT),
       CAST((SELECT count(*) FROM clinic_receiver) AS BIGINT)
FROM clinic_image i
JOIN clinic_receiver r ON r.host = i.host
JOIN place h ON h.address = i.host
JOIN place s ON s.address = i.sender
GROUP BY h.ip, s.ip, i.hour
ORDER BY h.ip, i.hour, s.ip
