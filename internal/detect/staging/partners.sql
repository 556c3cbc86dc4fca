-- What the candidates' labels were sent by all hosts together, by day.
SELECT t.text, d.on_day, CAST(least(sum(d.bytes_out), 4611686018427387904) AS BIGINT) AS bytes
FROM (SELECT DISTINCT label FROM staging_pair) s
JOIN sent d ON d.label = s.label
JOIN label t ON t.label = s.label
GROUP BY t.text, d.on_day
ORDER BY t.text, d.on_day
