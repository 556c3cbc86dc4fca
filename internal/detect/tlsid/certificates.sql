-- Every certificate that a session at a far end used by few hosts may have shown
-- and whose chain is not known to be valid: the earliest row of each, with the
-- list that holds its dates.
SELECT c.subject_text, c.issuer_text, c.fingerprint_text, c.names_text, c.hour, t.list
FROM (
    SELECT c.*, row_number() OVER (PARTITION BY c.subject_text, c.issuer_text, c.serial, c.fingerprint_text, c.names_text
                                   ORDER BY c.first, c.last, c.events) AS place_no
    FROM certified c
    WHERE c.fingerprint_text IN (SELECT fingerprint_text FROM dealt WHERE validation_text <> 'ok' AND fingerprint_text <> '')
       OR c.fingerprint_text = '' AND c.subject_text IN (SELECT subject_text FROM dealt WHERE validation_text <> 'ok' AND subject_text <> '')
) c
JOIN ledger.certificate_list t ON t.hour = c.hour AND t.seq = c.seq
WHERE c.place_no = 1
ORDER BY c.fingerprint_text, c.subject_text, c.issuer_text, c.names_text, c.first
