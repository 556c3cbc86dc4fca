-- Every certificate that a session at a far end may have shown and whose chain is
-- not known to be valid: the earliest row of each, with the list that holds its
-- dates, and at how many labels its issuer's certificates were seen.
SELECT c.subject_text, c.issuer_text, c.fingerprint_text, c.names_text, coalesce(i.labels, 0), c.first, c.last, c.seq, t.lists
FROM (
    SELECT c.*, row_number() OVER (PARTITION BY c.subject_text, c.issuer_text, c.serial, c.fingerprint_text, c.names_text
                                   ORDER BY c.first, c.last, c.events) AS place_no
    FROM certified c
    WHERE c.fingerprint_text IN (SELECT fingerprint_text FROM dealt WHERE validation_text <> 'ok' AND fingerprint_text <> '')
       OR c.fingerprint_text = '' AND c.subject_text IN (SELECT subject_text FROM dealt WHERE validation_text <> 'ok' AND subject_text <> '')
) c
JOIN ledger.certificate_list t ON t.block = c.block
LEFT JOIN (
    SELECT issuer_text, count(DISTINCT label) AS labels FROM (
        SELECT d.issuer_text, d.label FROM dealt d WHERE d.issuer_text <> ''
        UNION ALL
        SELECT x.issuer_text, d.label FROM dealt d
        JOIN (SELECT DISTINCT fingerprint_text, issuer_text FROM certified WHERE fingerprint_text <> '') x ON x.fingerprint_text = d.fingerprint_text
    ) u GROUP BY issuer_text
) i ON i.issuer_text = c.issuer_text
WHERE c.place_no = 1
ORDER BY c.fingerprint_text, c.subject_text, c.issuer_text, c.names_text, c.first
